"""ManageSieve's STARTTLS (RFC 5804 section 2.2): the server greets with its capabilities."""

import re
from collections.abc import Generator
from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refusal, Refused, Setting, Want, Words, masked, none_offered, spoken

__all__ = ["DIALECT"]

_STATUS: Final = re.compile(rb"(OK|NO|BYE)(?:[ (]|$)", re.IGNORECASE)
_LITERAL: Final = re.compile(rb"\{([0-9]{1,5})\+?\}$")
_UNKNOWN: Final = re.compile(
    rb"unknown|unsupported|unrecogni|invalid|illegal|(?:not|n't) (?:known|supported|enabled|available|implemented)",
    re.IGNORECASE,
)
_NAME: Final = re.compile(rb'"([^"]*)"')
_LINE: Final = 2048
_MOST_LITERALS: Final = 8
_MOST_COMMANDS: Final = 64


def _asks(setting: Setting) -> Words:
    line = yield from _line()
    # A greeting without a single capability is not this protocol's (RFC 5804 section 1.7).
    status = _STATUS.match(line)
    if not line.startswith(b'"') and (status is None or status[1].upper() == b"OK"):
        raise Refused("other-protocol")
    capabilities: set[bytes] = set()
    while (name := _NAME.match(line)) is not None:
        capabilities.add(name[1].upper())
        line = yield from _line()
    if _status(line) != b"OK":
        raise Refused(_turned_away(line))
    # Some hide the capability from strangers and take the command all the same: its answer is what counts.
    yield b"STARTTLS\r\n"
    answer = yield from _line()
    status_word = _status(answer)
    if status_word == b"NO" and b"STARTTLS" not in capabilities and b"(TRYLATER" not in answer.upper():
        # Of one that says anything else it may be offered to others.
        bare = answer.strip().upper() == b"NO"
        unknown = bare or _UNKNOWN.search(answer) or masked(answer)
        raise Refused(none_offered(*capabilities, answer) if unknown else "refused-by-policy")
    if status_word != b"OK":
        raise Refused("tls-unavailable" if status_word == b"NO" else _turned_away(answer))


def _line() -> Generator[Want, bytes, bytes]:
    """Hear one line; each literal in it (RFC 5804 section 4) is given as a quoted string, whatever it is made of."""
    line = yield Line(_LINE)
    for _ in range(_MOST_LITERALS):
        literal = _LITERAL.search(line)
        if literal is None:
            return line
        size = int(literal[1])
        text = (yield size) if size else b""
        line = line[: literal.start()] + b'"' + text.replace(b'"', b"'") + b'"' + (yield Line(_LINE))
    raise Refused("too-long")


def _status(line: bytes) -> bytes:
    found = _STATUS.match(line)
    if found is None:
        raise Refused("broken-words")
    return found[1].upper()


def _turned_away(line: bytes) -> Refusal:
    """RFC 5804 section 1.3: TRYLATER is for a server that cannot serve now."""
    return "tls-unavailable" if b"(TRYLATER" in line.upper() else "refused-by-policy"


def _grants(setting: Setting) -> Words:
    capabilities = (
        b'"IMPLEMENTATION" "ManageSieve"\r\n"VERSION" "1.0"\r\n"SASL" ""\r\n"SIEVE" ""\r\n"STARTTLS"\r\n'
    )
    capabilities += b"OK\r\n"
    yield capabilities
    for _ in range(_MOST_COMMANDS):
        words = (yield from _line()).split()
        command = words[0].upper() if words else b""
        if command == b"STARTTLS" and len(words) == 1:
            yield b'OK "Begin TLS negotiation now."\r\n'
            return
        if command == b"CAPABILITY":
            yield capabilities
        elif command == b"NOOP":
            yield b"OK\r\n"
        elif command == b"LOGOUT":
            yield b"OK\r\n"
            raise Refused("refused-by-policy")
        elif command == b"AUTHENTICATE":
            yield b'NO (ENCRYPT-NEEDED) "Not before STARTTLS."\r\n'
        else:
            yield b'NO "Not known, or not before a login."\r\n'
    yield b'BYE "Too many commands."\r\n'
    raise Refused("refused-by-policy")


def _greets(heard: bytes) -> bool:
    return re.match(rb'"(?:IMPLEMENTATION|SIEVE|SASL|STARTTLS)"[ \r\n]', heard, re.IGNORECASE) is not None


DIALECT = Dialect(
    name="managesieve",
    title="ManageSieve with STARTTLS",
    source="RFC 5804 section 2.2",
    transport="tcp",
    schemes={"managesieve": 4190, "sieve": 4190, "sieve+starttls": 4190},
    ports=(4190,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=2,
    greets=_greets,
)
