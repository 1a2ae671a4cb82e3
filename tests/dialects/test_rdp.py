"""Remote Desktop's negotiation of its security."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.dialects.rdp import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say

REQUEST = bytes.fromhex("03000013 0ee00000000000 0100080 00b000000".replace(" ", ""))
CONFIRM = bytes.fromhex("03000013 0ed00000123400")
"""As Windows answers, up to what it selected."""


def response(selected: int) -> bytes:
    return CONFIRM + bytes.fromhex("02000800") + selected.to_bytes(4, "little")


def failure(code: int) -> bytes:
    return CONFIRM + bytes.fromhex("03000800") + code.to_bytes(4, "little")


@pytest.mark.parametrize("cut", [0, 1])
def test_one_unit_each_way(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.said[0] == REQUEST
    assert met.asks.ready
    assert met.grants.ready


@pytest.mark.parametrize("selected", [1, 2, 4, 8])
def test_whatever_begins_with_tls_does(selected: int) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, response(selected))
    assert layer.ready
    assert layer.from_peer(0, RECORD).to_tls == (RECORD,)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (response(0), "no-tls"),
        (response(64), "broken-words"),
        (failure(1), "refused-by-policy"),
        (failure(2), "no-tls"),
        (failure(3), "no-tls"),
        (failure(4), "broken-words"),
        (failure(5), "refused-by-policy"),
        (bytes.fromhex("0300000b 06d00000123400"), "no-tls"),
        (bytes.fromhex("0300000b 06800000123400"), "refused-by-policy"),
        (bytes.fromhex("0300000b 06f00000123400"), "broken-words"),
        (bytes.fromhex("0300000b 07d00000123400"), "broken-words"),
        (bytes.fromhex("0300000c 07d0000012340002"), "broken-words"),
        (bytes.fromhex("03000004"), "broken-words"),
        (bytes.fromhex("0300ffff"), "other-protocol"),
        (b"220 mail.example ESMTP\r\n", "other-protocol"),
        (response(1) + b"hello", "text-before-tls"),
    ],
)
def test_what_else_may_be_answered(answer: bytes, refusal: str) -> None:
    layer = DIALECT.asks(SETTING)
    say(layer, answer)
    assert layer.refusal == refusal
    assert not layer.ready


def test_a_cookie_may_stand_before_what_a_client_offers() -> None:
    cookie = b"Cookie: mstshash=alice\r\n"
    body = bytes([6 + len(cookie) + 8, 0xE0]) + bytes(5) + cookie + REQUEST[-8:]
    layer = DIALECT.grants(SETTING)
    (confirm,) = say(layer, b"\3\0" + (4 + len(body)).to_bytes(2, "big") + body)
    assert confirm[-8:] == bytes.fromhex("0200080001000000")
    assert layer.ready


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (bytes.fromhex("0300000b 06e00000000000"), 0x80),
        (bytes.fromhex("03000013 0ee00000000000 0100080000000000"), 0xD0),
    ],
)
def test_rdps_own_security_is_not_given(request_: bytes, kind: int) -> None:
    layer = DIALECT.grants(SETTING)
    (answer,) = say(layer, request_)
    assert answer[5] == kind
    assert layer.refusal == "refused-by-policy"


@given(st.binary(max_size=120))
def test_whatever_is_said_raises_nothing(noise: bytes) -> None:
    for side in (DIALECT.asks, DIALECT.grants):
        say(side(SETTING), noise)
        say(side(SETTING), CONFIRM[:4] + noise)
