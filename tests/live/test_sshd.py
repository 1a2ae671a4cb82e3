"""Debian's OpenSSH server: it greets in text, whatever is said to it; then what `check` says of it."""

from __future__ import annotations

from tests.live.looks import look, none_by_timeout
from tests.live.peers.sshd import Sshd
from tests.live.raw_dialogue import Conversation


def test_it_greets_in_text(sshd_peer: Sshd) -> None:
    with Conversation.begin(sshd_peer.host, sshd_peer.port) as talk:
        assert talk.received.startswith(b"SSH-2.0-OpenSSH")


def test_check_says_not_affected(sshd_peer: Sshd) -> None:
    looked = look(f"{sshd_peer.host}:{sshd_peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "ssh", 0)
    assert answer["certificate"] is None
    assert none_by_timeout(answer)
