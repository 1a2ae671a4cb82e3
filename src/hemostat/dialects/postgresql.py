"""PostgreSQL's SSLRequest ("Frontend/Backend Protocol", SSL Session Encryption): eight bytes, answered by one."""

from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Refusal, Refused, Setting, Until, Words, spoken

__all__ = ["DIALECT"]

_SSL_REQUEST: Final = 80877103
_GSS_REQUEST: Final = 80877104
_MOST_BYTES: Final = 10000
"""Bytes of a startup packet, as the server takes it."""
_NOT_NOW: Final = (b"53300", b"57P01", b"57P02", b"57P03")
"""SQLSTATE too_many_connections, admin_shutdown, crash_shutdown, cannot_connect_now."""
_UNKNOWN: Final = b"1234.5679"
"""How a server from before 7.3 names the version of the protocol that an SSLRequest is to it."""
_MOST_REQUESTS: Final = 4


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _asks(setting: Setting) -> Words:
    yield _number(8) + _number(_SSL_REQUEST)
    answer = yield 1
    if answer == b"S":
        return
    if answer == b"N":
        raise Refused("no-tls")
    if answer != b"E":
        raise Refused("other-protocol")
    first = yield 1
    if first != b"\0":
        # Before 7.4 an error was a text alone.
        raise Refused(_why((yield Until(b"\0", _MOST_BYTES)), b""))
    length = int.from_bytes((yield 3), "big")
    if not 4 < length <= _MOST_BYTES:
        raise Refused("broken-words")
    fields = {each[:1]: each[1:] for each in (yield length - 4).split(b"\0") if each}
    raise Refused(_why(fields.get(b"M", b""), fields.get(b"C", b"")))


def _why(text: bytes, state: bytes) -> Refusal:
    if state in _NOT_NOW or b"too many" in text:
        return "tls-unavailable"
    return "no-tls" if _UNKNOWN in text else "refused-by-policy"


def _grants(setting: Setting) -> Words:
    for _ in range(_MOST_REQUESTS):
        length = int.from_bytes((yield 4), "big")
        if not 8 <= length <= _MOST_BYTES:
            raise Refused("other-protocol")
        request = int.from_bytes((yield length - 4)[:4], "big")
        if request == _SSL_REQUEST and length == 8:
            yield b"S"
            return
        if request != _GSS_REQUEST:
            break
        yield b"N"
    # invalid_authorization_specification, as where pg_hba.conf has hostssl alone.
    fields = (b"SFATAL", b"VFATAL", b"C28000", b"Mno pg_hba.conf entry for host, no encryption")
    text = b"".join(field + b"\0" for field in fields) + b"\0"
    yield b"E" + _number(4 + len(text)) + text
    raise Refused("refused-by-policy")


DIALECT = Dialect(
    name="postgresql",
    title="PostgreSQL with SSLRequest",
    source="PostgreSQL documentation, Message Flow",
    transport="tcp",
    schemes={"postgresql": 5432, "postgres": 5432},
    ports=(5432,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=1,
)
