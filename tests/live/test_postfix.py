"""Debian's Postfix asked for TLS: offering it, requiring it, without it, from the first byte, and behind postscreen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.looks import look, none_by_timeout
from tests.live.peers import postfix, scripted
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("smtp",),
        "Postfix",
        "postfix",
        "TLS, none, required, behind postscreen, ends in the middle, greets late; SMTP over TLS from the first byte",
    ),
)


@pytest.fixture(scope="module")
def peer() -> Iterator[postfix.Postfix]:
    with postfix.server() as running:
        yield running


@pytest.mark.parametrize(
    ("scheme", "kind", "reason"),
    [
        ("smtp", "tls", "not-offered"),
        ("smtp", "encrypt", "not-offered"),
        ("smtp", "screened", "not-offered"),
        ("smtp", "none", "no-tls"),
        ("smtps", "wrapper", "not-offered"),
        ("tls", "wrapper", "not-offered"),
    ],
)
def test_check_says(peer: postfix.Postfix, scheme: str, kind: str, reason: str) -> None:
    looked = look(f"{scheme}://{peer.host}:{peer.ports[kind]}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", reason, 0)
    assert (answer["certificate"] is None) == (reason == "no-tls")
    assert none_by_timeout(answer)


def test_one_that_greets_late_is_waited_for() -> None:
    """A stand-in for a tarpit, whose other words are Postfix's."""
    words: list[scripted.Step] = [
        2.0,
        b"220 mx.test ESMTP Postfix\r\n",
        scripted.HEAR,
        b"250-mx.test\r\n250 SIZE 1000\r\n",
        scripted.HEAR,
        b"502 5.5.1 Error: command not implemented\r\n",
    ]
    with scripted.server([*words, scripted.HEAR]) as late:
        answer = look(f"smtp://{late.host}:{late.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("not-affected", "no-tls")


@pytest.mark.parametrize("heard", [0, 1])
def test_one_that_ends_in_the_middle(heard: int) -> None:
    """A stand-in: Postfix does so only when it is killed."""
    words: list[scripted.Step] = [
        b"220 mx.test ESMTP Postfix\r\n",
        scripted.HEAR,
        b"250-mx.test\r\n250 STARTTLS\r\n",
        scripted.HEAR,
    ]
    with scripted.server(words[: 2 + 2 * heard]) as ending:
        answer = look(f"smtp://{ending.host}:{ending.port}").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")
