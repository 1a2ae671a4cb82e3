"""The TLS upgrade inside the protocol of MySQL, MariaDB and Percona Server: the server's greeting, then an SSLRequest,
which nothing answers: the ClientHello follows it at once.

Both generations of the client's packet: since MySQL 4.1 (CLIENT_PROTOCOL_41) it has 32 bytes, before that five.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Refused, Setting, Want, Words, spoken

__all__ = ["DIALECT"]

_LONG_PASSWORD: Final = 0x1
_CONNECT_WITH_DB: Final = 0x8
_PROTOCOL_41: Final = 0x200
_SSL: Final = 0x800
_TRANSACTIONS: Final = 0x2000
_SECURE_CONNECTION: Final = 0x8000
_PLUGIN_AUTH: Final = 0x80000
"""Capabilities of either side."""

_MOST_BYTES: Final = 4096
_VERSION_10, _VERSION_9, _ERROR = 10, 9, 0xFF
_TOO_MANY: Final = frozenset({1040, 1203, 1226, 3032, 1053})
"""ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED, ER_SERVER_OFFLINE_MODE,
ER_SERVER_SHUTDOWN.
"""
_GREETED_BY_ERROR: Final = frozenset({*_TOO_MANY, 1129, 1130})
"""And of those who turn a host away: ER_HOST_IS_BLOCKED, ER_HOST_NOT_PRIVILEGED."""
_UTF8: Final = 33
_NATIVE: Final = b"mysql_native_password\0"


class _Packet(NamedTuple):
    """A packet's number, and what it carries."""

    number: int
    payload: bytes


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def _heard() -> Generator[Want, bytes, _Packet]:
    """Hear one packet. Raises Refused: `other-protocol` where its length is none of a first packet's."""
    header = yield 4
    length = int.from_bytes(header[:3], "little")
    if not 1 <= length <= _MOST_BYTES:
        raise Refused("other-protocol")
    return _Packet(header[3], (yield length))


def _asks(setting: Setting) -> Words:
    number, greeting = yield from _heard()
    if number != 0 or greeting[0] not in (_VERSION_10, _VERSION_9, _ERROR):
        raise Refused("other-protocol")
    if greeting[0] == _ERROR:
        code = int.from_bytes(greeting[1:3], "little")
        raise Refused("tls-unavailable" if code in _TOO_MANY else "refused-by-policy")
    if greeting[0] == _VERSION_9:
        # Of MySQL 3.22 and before: it has no capabilities at all.
        raise Refused("no-tls")
    version, nul, rest = greeting[1:].partition(b"\0")
    # Thread, eight bytes of a nonce, a filler, then the capabilities' lower half.
    if not nul or not version or len(rest) < 4 + 8 + 1 + 2:
        raise Refused("broken-words")
    offered = int.from_bytes(rest[13:15], "little")
    if not offered & _SSL:
        raise Refused("no-tls")
    if offered & _PROTOCOL_41:
        ours = _LONG_PASSWORD | _PROTOCOL_41 | _SSL | _SECURE_CONNECTION
        request = ours.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes([_UTF8]) + bytes(23)
    else:
        request = (_LONG_PASSWORD | _SSL).to_bytes(2, "little") + bytes(3)
    yield _packet(1, request)


def _grants(setting: Setting) -> Words:
    capabilities = (
        _LONG_PASSWORD
        | _CONNECT_WITH_DB
        | _PROTOCOL_41
        | _SSL
        | _TRANSACTIONS
        | _SECURE_CONNECTION
        | _PLUGIN_AUTH
    )
    low, high = capabilities & 0xFFFF, capabilities >> 16
    # A nonce holds no zero: the client reads it as a text.
    nonce = bytes(1 + each % 127 for each in setting.draw(20))
    yield _packet(
        0,
        bytes([_VERSION_10])
        + b"8.0.0-lab\0"
        + (1).to_bytes(4, "little")
        + nonce[:8]
        + b"\0"
        + low.to_bytes(2, "little")
        + bytes([_UTF8])
        + (2).to_bytes(2, "little")
        + high.to_bytes(2, "little")
        + bytes([len(nonce) + 1])
        + bytes(10)
        + nonce[8:]
        + b"\0"
        + _NATIVE,
    )
    number, request = yield from _heard()
    if number != 1 or len(request) < 2:
        raise Refused("broken-words")
    if int.from_bytes(request[:2], "little") & _SSL and len(request) in (5, 32):
        return
    # ER_SECURE_TRANSPORT_REQUIRED, as with require_secure_transport.
    text = b"Connections using insecure transport are prohibited here."
    yield _packet(2, bytes([_ERROR]) + (3159).to_bytes(2, "little") + b"#HY000" + text)
    raise Refused("refused-by-policy")


def _greets(heard: bytes) -> bool:
    length = int.from_bytes(heard[:3], "little")
    if len(heard) < 8 or heard[3] != 0 or not 8 <= length <= _MOST_BYTES:
        return False
    if heard[4] == _ERROR:
        return int.from_bytes(heard[5:7], "little") in _GREETED_BY_ERROR
    # A version, as 5.5.5-10.11.6-MariaDB, and its end.
    version = heard[5:70].partition(b"\0")[0]
    return heard[4] == _VERSION_10 and version[:1].isdigit() and b"." in version[:3]


DIALECT = Dialect(
    name="mysql",
    title="MySQL and MariaDB, upgraded to TLS",
    source="MySQL internals, Protocol::SSLRequest",
    transport="tcp",
    schemes={"mysql": 3306, "mariadb": 3306},
    ports=(3306,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=1,
    greets=_greets,
)
