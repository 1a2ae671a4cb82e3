"""POP3's STLS (RFC 2595 section 4): the greeting, CAPA (RFC 2449), STLS."""

import re
from collections.abc import Generator
from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refusal, Refused, Setting, Want, Words, masked, spoken

__all__ = ["DIALECT"]

_NOT_NOW: Final = re.compile(rb"-ERR \[(?:SYS/TEMP|IN-USE|LOGIN-DELAY)\]", re.IGNORECASE)
"""RFC 3206 section 4, RFC 2449 section 8.1."""
_LATER: Final = re.compile(rb"temporar|unavailable|\blater\b|too many|\bbusy\b", re.IGNORECASE)
_LOGIN_FIRST: Final = re.compile(
    rb"log ?-?in first|must log|not logged|authenticat(?:e first|ion required)", re.IGNORECASE
)
_UNKNOWN: Final = re.compile(
    rb"\b(?:un(?:known|recogni[sz]ed|supported|implemented)|in(?:valid|correct)|illegal|bad command|no such)\b|"
    rb"(?:\bnot|n't) (?:known|recogni[sz]ed|supported|implemented|understood|enabled|valid|a valid)\b",
    re.IGNORECASE,
)
"""What servers say in their own words; RFC 1939 gives them a status and no codes."""
_LOGINS: Final = (b"USER", b"PASS", b"APOP", b"AUTH")
_MOST_COMMANDS: Final = 64


def _asks(setting: Setting) -> Words:
    greeting = yield Line()
    if _is(b"-ERR", greeting):
        raise Refused(_turned_away(greeting))
    if not _is(b"+OK", greeting):
        raise Refused("other-protocol")
    answer = yield from _command(b"CAPA")
    listed = _is(b"+OK", answer)
    names = (yield from _capabilities()) if listed else frozenset()
    # Some hide the capability from strangers and take the command all the same: its answer is what counts.
    first, answer = answer, (yield from _command(b"STLS"))
    if _is(b"+OK", answer):
        return
    if b"STLS" in names or _NOT_NOW.match(answer):
        raise Refused("tls-unavailable")
    raise Refused("stripped" if masked(*names) else _why_not(first, answer))


def _why_not(capa: bytes, stls: bytes) -> Refusal:
    """What it means that neither command is taken.

    A server from before RFC 2449 knows no CAPA; that it has no STLS either is what it says only where it says that it
    does not know the command.
    """
    if masked(capa, stls):
        return "stripped"
    if _NOT_NOW.match(stls) or _LATER.search(stls):
        return "tls-unavailable"
    if _LOGIN_FIRST.search(stls):
        return "tls-after-login"
    return "no-tls" if _UNKNOWN.search(stls) else "refused-by-policy"


def _command(words: bytes) -> Generator[Want, bytes, bytes]:
    """Say a command and hear the first line of its answer."""
    yield words + b"\r\n"
    answer = yield Line()
    if not _is(b"+OK", answer) and not _is(b"-ERR", answer):
        raise Refused("broken-words")
    return answer


def _capabilities() -> Generator[Want, bytes, frozenset[bytes]]:
    """Hear the names in a list, up to the dot that ends it."""
    found: set[bytes] = set()
    while (line := (yield Line())) != b".":
        found.update(line.upper().split()[:1])
    return frozenset(found)


def _turned_away(line: bytes) -> Refusal:
    return "tls-unavailable" if _NOT_NOW.match(line) else "refused-by-policy"


def _is(status: bytes, line: bytes) -> bool:
    return line.split(b" ", 1)[0].upper() == status


def _grants(setting: Setting) -> Words:
    yield b"+OK " + setting.host.encode("ascii", "replace") + b" POP3 server ready\r\n"
    for _ in range(_MOST_COMMANDS):
        words = (yield Line(512)).split()
        command = words[0].upper() if words else b""
        if command == b"STLS" and len(words) == 1:
            yield b"+OK Begin TLS negotiation\r\n"
            return
        if command == b"CAPA":
            yield b"+OK Capability list follows\r\nRESP-CODES\r\nSTLS\r\n.\r\n"
        elif command == b"QUIT":
            yield b"+OK Until later\r\n"
            raise Refused("refused-by-policy")
        elif command in _LOGINS:
            yield b"-ERR Not before STLS\r\n"
        else:
            yield b"-ERR Not known, or not before a login\r\n"
    yield b"-ERR Too many commands\r\n"
    raise Refused("refused-by-policy")


def _greets(heard: bytes) -> bool:
    # Not -ERR: Redis begins its errors so.
    return re.match(rb"\+OK[ \r\n]", heard) is not None


DIALECT = Dialect(
    name="pop3",
    title="POP3 with STLS",
    source="RFC 2595 section 4",
    transport="tcp",
    schemes={"pop3": 110, "pop3+starttls": 110},
    ports=(110,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=3,
    greets=_greets,
)
