"""What is OpenVPN's own stands in tests/layers/openvpn; here: that the dialect is that layer, over datagrams."""

import pytest

from hemostat.dialects import dialects
from hemostat.dialects.openvpn import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say
from tests.layers.openvpn.keys import pairs


def test_it_carries_tls_over_udp_and_lets_no_flush_through() -> None:
    assert dialects()["openvpn"] is DIALECT
    assert (DIALECT.transport, DIALECT.records, DIALECT.flush) == ("udp", "tls", False)
    assert DIALECT.schemes == {"openvpn": 1194, "openvpn+udp": 1194}


@pytest.mark.parametrize("kind", pairs())
def test_after_one_round_trip_tls_may_begin_and_goes_both_ways(kind: str) -> None:
    of_client, of_server = pairs()[kind]
    met = meet(DIALECT, setting=SETTING._replace(key=of_client), granting=SETTING._replace(key=of_server))
    assert met.asks.ready
    assert met.grants.ready
    # Reset, reset, acknowledgement: the hello goes with the last.
    assert (len(met.said), DIALECT.round_trips) == (3, 1)
    for one, other in ((met.asks, met.grants), (met.grants, met.asks)):
        (said,) = one.from_tls(0, RECORD).to_peer
        assert other.from_peer(0, said).to_tls == (RECORD,)
        assert RECORD not in said or kind != "tls-crypt"


def test_datagrams_are_not_framed() -> None:
    (reset,) = say(DIALECT.asks(SETTING))
    assert (len(reset), reset[0], reset[9:]) == (14, 7 << 3, bytes(5))


@pytest.mark.parametrize("heard", [b"", b"\x40" + bytes(30), b"\x38" + bytes(13), RECORD])
def test_nobody_greets_so(heard: bytes) -> None:
    assert not DIALECT.greets(heard)


def test_silence_says_nothing() -> None:
    layer = DIALECT.asks(SETTING)
    assert say(layer)
    layer.ended(20_000_000)
    assert (layer.ready, layer.refusal, layer.heard) == (False, None, b"")
