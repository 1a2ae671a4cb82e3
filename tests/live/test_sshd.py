"""Debian's OpenSSH server: it greets in text, whatever is said to it; then what `check` says of it."""

from __future__ import annotations

from tests.live.peers.sshd import Sshd
from tests.live.raw_dialogue import Conversation


def test_it_greets_in_text(sshd_peer: Sshd) -> None:
    with Conversation.begin(sshd_peer.host, sshd_peer.port) as talk:
        assert talk.received.startswith(b"SSH-2.0-OpenSSH")
