"""Network UPS Tools' STARTTLS: upsd says nothing until it is asked (RFC 9271 section 4.2.11)."""

from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refused, Setting, Words, spoken

__all__ = ["DIALECT"]

_NO_TLS: Final = (b"FEATURE-NOT-CONFIGURED", b"FEATURE-NOT-SUPPORTED", b"UNKNOWN-COMMAND")
"""No certificate is configured; it was built without TLS; it is from before 2.0.5, or so."""
_ERRORS: Final = (b"ERR UNKNOWN-COMMAND", b"ERR ACCESS-DENIED", b"ERR INVALID-ARGUMENT")
"""What it says to what is none of its commands, as a ClientHello is not."""
_MOST_COMMANDS: Final = 32


def _asks(setting: Setting) -> Words:
    yield b"STARTTLS\n"
    answer = (yield Line(512)).split()
    if answer[:2] == [b"OK", b"STARTTLS"]:
        return
    if answer[:1] != [b"ERR"]:
        raise Refused("other-protocol")
    raise Refused("no-tls" if answer[1:2] and answer[1] in _NO_TLS else "refused-by-policy")


def _grants(setting: Setting) -> Words:
    for _ in range(_MOST_COMMANDS):
        words = (yield Line(512)).split()
        if words == [b"STARTTLS"]:
            yield b"OK STARTTLS\n"
            return
        if words == [b"LOGOUT"]:
            yield b"OK Goodbye\n"
            break
        yield b"ERR ACCESS-DENIED\n"
    raise Refused("refused-by-policy")


def _greets(heard: bytes) -> bool:
    return heard.startswith(_ERRORS)


DIALECT = Dialect(
    name="nut",
    title="Network UPS Tools with STARTTLS",
    source="RFC 9271 section 4.2.11",
    transport="tcp",
    schemes={"nut": 3493},
    ports=(3493,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=1,
    greets=_greets,
)
