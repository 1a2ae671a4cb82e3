"""Debian's Dovecot asked for TLS in IMAP, POP3, LMTP and ManageSieve: with it, without, and requiring it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.looks import look, none_by_timeout
from tests.live.peers import dovecot, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("imap", "lmtp", "managesieve", "pop3"),
        "Dovecot",
        "dovecot-core",
        "TLS, none, required, ends in the middle; IMAP and POP3 over TLS from the first byte",
    ),
)
PROTOCOLS = ("imap", "pop3", "lmtp", "sieve")


@pytest.fixture(scope="module", params=["yes", "required"])
def with_tls(request: pytest.FixtureRequest) -> Iterator[dovecot.Dovecot]:
    with dovecot.server(request.param) as peer:
        yield peer


@pytest.fixture(scope="module")
def without_tls() -> Iterator[dovecot.Dovecot]:
    with dovecot.server("no") as peer:
        yield peer


@pytest.mark.parametrize("scheme", [*PROTOCOLS, "imaps", "pop3s"])
def test_one_that_has_it_is_asked(with_tls: dovecot.Dovecot, scheme: str) -> None:
    looked = look(f"{scheme}://{with_tls.host}:{with_tls.ports[scheme]}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["certificate"] is not None
    assert none_by_timeout(answer)


@pytest.mark.parametrize("scheme", PROTOCOLS)
def test_one_that_has_none_says_so(without_tls: dovecot.Dovecot, scheme: str) -> None:
    looked = look(f"{scheme}://{without_tls.host}:{without_tls.ports[scheme]}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "no-tls", 0)
    assert none_by_timeout(answer)


@pytest.mark.parametrize(
    ("scheme", "greeting"),
    [
        ("imap", b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
        ("pop3", b"+OK ready\r\n"),
        ("lmtp", b"220 mail.test ready\r\n"),
        ("sieve", b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK\r\n'),
    ],
)
def test_one_that_ends_in_the_middle(scheme: str, greeting: bytes) -> None:
    """A stand-in with Dovecot's first words, no more."""
    with scripted.server([greeting, scripted.HEAR]) as peer:
        answer = look(f"{scheme}://{peer.host}:{peer.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")
