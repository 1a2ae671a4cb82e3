"""Debian's Prosody: what `check` says of XMPP, for clients and for servers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.looks import look, none_by_timeout
from tests.live.peers import prosody, scripted
from tests.live.peers.prosody import Prosody
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("xmpp", "xmpp-server"),
        "Prosody",
        "prosody",
        "TLS, none, required, another name wanted, the other kind's port, ends in the middle",
    ),
)

HEADER = (
    b"<?xml version='1.0'?><stream:stream from='localhost' xml:lang='en' xmlns='jabber:client' version='1.0' "
    b"xmlns:stream='http://etherx.jabber.org/streams' id='871e6a89-bd90-4d9f-9705-62b56b11ee7e'>"
)
OFFER = b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

KINDS = pytest.mark.parametrize("dialect", ["xmpp", "xmpp-server"])


@pytest.fixture(scope="module")
def tls(logs: Path) -> Iterator[Prosody]:
    with prosody.server(logs / "prosody-tls", "tls") as peer:
        yield peer


@pytest.fixture(scope="module")
def required(logs: Path) -> Iterator[Prosody]:
    with prosody.server(logs / "prosody-required", "required") as peer:
        yield peer


@pytest.fixture(scope="module")
def none(logs: Path) -> Iterator[Prosody]:
    with prosody.server(logs / "prosody-none", "none") as peer:
        yield peer


SERVED = ("--sni", prosody.NAME)


def target(peer: Prosody, dialect: str) -> str:
    return f"{dialect}://{peer.host}:{peer.client_port if dialect == 'xmpp' else peer.server_port}"


def mine(peer: Prosody) -> str:
    return hashlib.sha256(peer.pair.der).hexdigest()


@KINDS
@pytest.mark.parametrize("kind", ["tls", "required"])
def test_tls(request: pytest.FixtureRequest, kind: str, dialect: str) -> None:
    peer: Prosody = request.getfixturevalue(kind)
    looked = look(target(peer, dialect), *SERVED)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["dialect"] == dialect
    assert answer["certificate"]["sha256"] == mine(peer)
    assert none_by_timeout(answer)


@KINDS
def test_no_tls(none: Prosody, dialect: str) -> None:
    looked = look(target(none, dialect), *SERVED)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "no-tls", 0)
    assert answer["certificate"] is None
    assert none_by_timeout(answer)


@KINDS
def test_a_name_that_it_does_not_serve(tls: Prosody, dialect: str) -> None:
    """It offers nothing to them: nothing is said of its TLS. With the right name, it is."""
    looked = look(target(tls, dialect))
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("inconclusive", "name-not-served", 3)
    answer = look(target(tls, dialect), *SERVED).one()
    assert (answer["verdict"], answer["reason"]) == ("not-affected", "not-offered")
    assert answer["certificate"]["sha256"] == mine(tls)


def test_the_port_of_the_other_kind_says_which_it_is(tls: Prosody) -> None:
    answer = look(f"xmpp://{tls.host}:{tls.server_port}", *SERVED).one()
    assert (answer["verdict"], answer["reason"]) == ("not-affected", "not-offered")
    assert {each["dialect"] for each in answer["evidence"]["facts"]["connections"]} == {"xmpp", "xmpp-server"}
    assert answer["certificate"]["sha256"] == mine(tls)


def test_a_client_hello_is_answered_in_xml_and_xmpp_is_tried(tls: Prosody) -> None:
    answer = look(f"{tls.host}:{tls.client_port}", *SERVED).one()
    assert (answer["verdict"], answer["reason"]) == ("not-affected", "not-offered")
    assert answer["certificate"]["sha256"] == mine(tls)


@pytest.mark.parametrize(
    "script",
    [
        [scripted.HEAR, HEADER],
        [scripted.HEAR, HEADER + OFFER],
        [scripted.HEAR, HEADER + OFFER, scripted.HEAR],
        [scripted.HEAR, HEADER + OFFER, scripted.HEAR, PROCEED[:20]],
    ],
)
def test_one_that_hangs_up_in_the_middle(script: list[scripted.Step]) -> None:
    """A stand-in, in Prosody's words."""
    with scripted.server(script) as peer:
        looked = look(f"xmpp://{peer.host}:{peer.port}", *SERVED)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("inconclusive", "closed-before-tls", 3)


def test_one_that_puts_text_behind_its_ready() -> None:
    """A stand-in: nobody's words (CVE-2011-0411's kind)."""
    with scripted.server([scripted.HEAR, HEADER + OFFER, scripted.HEAR, PROCEED + b"<message/>"]) as peer:
        answer = look(f"xmpp://{peer.host}:{peer.port}", *SERVED).one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "text-before-tls")
