"""What is OpenVPN's own stands in tests/layers/openvpn; here: that the dialect is that layer, over a stream."""

import pytest

from hemostat.dialects import dialects, greeted_by
from hemostat.dialects.openvpn_tcp import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say
from tests.layers.openvpn.keys import pairs

ROUTEROS = b"\x00\x0e\x40" + b"routeros" + bytes(5)
"""A hand-written reset of a server that speaks first; RouterOS's log shows its fields."""


def test_it_carries_tls_over_tcp_and_lets_no_flush_through() -> None:
    assert dialects()["openvpn-tcp"] is DIALECT
    assert (DIALECT.transport, DIALECT.records, DIALECT.flush) == ("tcp", "tls", False)
    assert DIALECT.schemes == {"openvpn+tcp": 1194}


@pytest.mark.parametrize("kind", pairs())
@pytest.mark.parametrize("cut", [0, 1, 7])
def test_in_pieces_of_any_size(kind: str, cut: int) -> None:
    of_client, of_server = pairs()[kind]
    met = meet(
        DIALECT, cut=cut, setting=SETTING._replace(key=of_client), granting=SETTING._replace(key=of_server)
    )
    assert met.asks.ready
    assert met.grants.ready
    for one, other in ((met.asks, met.grants), (met.grants, met.asks)):
        (said,) = one.from_tls(0, RECORD).to_peer
        assert int.from_bytes(said[:2]) == len(said) - 2
        got = [other.from_peer(0, said[at : at + 1]).to_tls for at in range(len(said))]
        assert b"".join(piece for each in got for piece in each) == RECORD


def test_the_round_trip_before_the_hello_is_one() -> None:
    met = meet(DIALECT)
    assert (len(met.said), DIALECT.round_trips) == (3, 1)


@pytest.mark.parametrize("end", range(len(ROUTEROS)))
def test_cut_anywhere_it_is_not_ready(end: int) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, ROUTEROS[:end])
    layer.ended(0)
    assert (layer.ready, layer.refusal) == (False, None)


def test_a_server_that_speaks_first_is_known_by_it_and_answered() -> None:
    assert greeted_by(ROUTEROS) is DIALECT
    layer = DIALECT.asks(SETTING)
    reset, acknowledged = say(layer, ROUTEROS, cut=3)
    assert layer.ready
    assert acknowledged[2:3] == bytes([5 << 3])
    assert acknowledged[-8:] == b"routeros"
    assert acknowledged[3:11] == reset[3:11]


@pytest.mark.parametrize(
    "words",
    [
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
        b"220 mx.example ESMTP Postfix\r\n",
        b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
    ],
)
def test_another_protocols_greeting_is_handed_back(words: bytes) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, words)
    assert (layer.refusal, layer.heard) == ("other-protocol", words)
    assert not DIALECT.greets(words)
