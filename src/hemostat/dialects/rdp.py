"""Remote Desktop's negotiation of its security (MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2): an X.224 Connection Request
that offers TLS and CredSSP, which begins with TLS too; the confirmation says which.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Refusal, Refused, Setting, Want, Words, spoken

__all__ = ["DIALECT"]

_VERSION: Final = 3
"""Of TPKT (RFC 1006 section 6)."""
_MOST_BYTES: Final = 1024
_CONNECTION_REQUEST, _CONNECTION_CONFIRM, _DISCONNECT_REQUEST = 0xE0, 0xD0, 0x80
_HEADER: Final = 7
"""Bytes of an X.224 header: its length, its type, two references, a class."""
_NEGOTIATION: Final = 8
_REQUEST, _RESPONSE, _FAILURE = 1, 2, 3

_RDP: Final = 0
_TLS: Final = 0x1
_CREDSSP: Final = 0x2
_RDSTLS: Final = 0x4
_CREDSSP_EX: Final = 0x8
_ALL_TLS: Final = (_TLS, _CREDSSP, _RDSTLS, _CREDSSP_EX)

_SSL_REQUIRED: Final = 1
_FAILURES: Final[dict[int, Refusal]] = {
    2: "no-tls",  # SSL_NOT_ALLOWED_BY_SERVER: its security layer is RDP's own
    3: "no-tls",  # SSL_CERT_NOT_ON_SERVER: it has no certificate to speak it with
    4: "broken-words",  # INCONSISTENT_FLAGS
}
"""Why not, by the failure's code; any other wants something of us that we don't give."""


class _Unit(NamedTuple):
    """An X.224 unit: its type, and what follows its header."""

    kind: int
    user_data: bytes


def _unit(kind: int, user_data: bytes) -> bytes:
    body = bytes([_HEADER - 1 + len(user_data), kind]) + bytes(5) + user_data
    return bytes([_VERSION, 0]) + (4 + len(body)).to_bytes(2, "big") + body


def _negotiation(kind: int, value: int) -> bytes:
    return bytes([kind, 0]) + _NEGOTIATION.to_bytes(2, "little") + value.to_bytes(4, "little")


def _heard() -> Generator[Want, bytes, _Unit]:
    """Hear one unit. Raises Refused: `other-protocol`, `broken-words`."""
    header = yield 4
    length = int.from_bytes(header[2:], "big")
    if header[:2] != bytes([_VERSION, 0]) or length > _MOST_BYTES:
        raise Refused("other-protocol")
    if length < 4 + _HEADER:
        raise Refused("broken-words")
    body = yield length - 4
    if body[0] != len(body) - 1:
        raise Refused("broken-words")
    return _Unit(body[1] & 0xF0, body[_HEADER:])


def _asks(setting: Setting) -> Words:
    yield _unit(_CONNECTION_REQUEST, _negotiation(_REQUEST, _TLS | _CREDSSP | _CREDSSP_EX))
    kind, data = yield from _heard()
    if kind == _DISCONNECT_REQUEST:
        raise Refused("refused-by-policy")
    if kind != _CONNECTION_CONFIRM:
        raise Refused("broken-words")
    if not data:
        # From before the negotiation: it has RDP's own security alone (section 5.3).
        raise Refused("no-tls")
    if len(data) != _NEGOTIATION or data[0] not in (_RESPONSE, _FAILURE):
        raise Refused("broken-words")
    value = int.from_bytes(data[4:], "little")
    if data[0] == _FAILURE:
        raise Refused(_FAILURES.get(value, "refused-by-policy"))
    if value == _RDP:
        raise Refused("no-tls")
    if value not in _ALL_TLS:
        raise Refused("broken-words")


def _grants(setting: Setting) -> Words:
    kind, data = yield from _heard()
    if kind != _CONNECTION_REQUEST:
        raise Refused("broken-words")
    # A cookie or routing token may stand before the negotiation (section 2.2.1.1).
    asked = data[-_NEGOTIATION:]
    negotiates = len(asked) == _NEGOTIATION and asked[:1] == bytes([_REQUEST]) and asked[2:4] == b"\x08\0"
    if negotiates and int.from_bytes(asked[4:], "little") & _TLS:
        yield _unit(_CONNECTION_CONFIRM, _negotiation(_RESPONSE, _TLS))
        return
    if negotiates:
        yield _unit(_CONNECTION_CONFIRM, _negotiation(_FAILURE, _SSL_REQUIRED))
    else:
        yield _unit(_DISCONNECT_REQUEST, b"")
    raise Refused("refused-by-policy")


DIALECT = Dialect(
    name="rdp",
    title="Remote Desktop with TLS or CredSSP",
    source="MS-RDPBCGR section 2.2.1",
    transport="tcp",
    schemes={"rdp": 3389},
    ports=(3389,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=1,
)
