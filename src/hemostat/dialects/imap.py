"""IMAP's STARTTLS (RFC 9051 section 6.2.1, the same in RFC 3501): the greeting, CAPABILITY where that does not name
STARTTLS itself, STARTTLS.
"""

import re
from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refusal, Refused, Setting, Want, Words, none_offered, spoken

__all__ = ["DIALECT"]

_CAPABILITIES: Final = re.compile(rb"\* (?:CAPABILITY |OK \[CAPABILITY )([^\]]*)", re.IGNORECASE)
_NOT_NOW: Final = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b", re.IGNORECASE)
_UNKNOWN: Final = re.compile(rb"unknown|error in imap command|not (?:supported|implemented)", re.IGNORECASE)
"""A NO that means the command is not known: Courier says so."""
_NOT_YOU: Final = re.compile(
    rb"denied|not allowed|permitted|polic|your (?:address|host|client)", re.IGNORECASE
)
_TAG: Final = re.compile(rb"[!#$&',\-./0-9:;<=>?@A-Z^_`a-z|}~\[\]]{1,64}")
_OFFER: Final = b"CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED"
_LOGINS: Final = (b"LOGIN", b"AUTHENTICATE")
_MOST_COMMANDS: Final = 64


class _Answer(NamedTuple):
    """`status`: the tagged response's, in capitals. `text`: what follows it. `capabilities`: None where none came."""

    status: bytes
    text: bytes
    capabilities: frozenset[bytes] | None


def _asks(setting: Setting) -> Words:
    greeting = yield Line()
    status = _word(greeting[2:])
    if not greeting.startswith(b"* ") or status not in (b"OK", b"PREAUTH", b"BYE"):
        raise Refused("other-protocol")
    if status == b"BYE":
        raise Refused(_turned_away(greeting))
    if status == b"PREAUTH":
        # STARTTLS belongs to those who have not logged in (RFC 9051 section 6.2.1). Whether the server has TLS stays
        # unsaid, and somebody between may have said this in its name (RFC 9051 section 11.1).
        raise Refused("refused-by-policy")
    # A greeting's list may be shorter than the one that is asked for.
    listed = _capabilities(greeting) or frozenset()
    if b"STARTTLS" not in listed:
        asked = yield from _command(b"a", b"CAPABILITY")
        if asked.status != b"OK" or asked.capabilities is None:
            raise Refused("refused-by-policy" if asked.status == b"NO" else "broken-words")
        listed = asked.capabilities
    # Some hide the capability from strangers and take the command all the same: its answer is what counts.
    answer = yield from _command(b"b", b"STARTTLS")
    if answer.status != b"OK" and b"STARTTLS" not in listed:
        if _NOT_NOW.search(answer.text):
            raise Refused("tls-unavailable")
        unknown = _UNKNOWN.search(answer.text) if answer.status == b"NO" else not _NOT_YOU.search(answer.text)
        raise Refused(none_offered(*listed, answer.text) if unknown else "refused-by-policy")
    if answer.status != b"OK":
        # NO: a configuration that is broken (RFC 9051 section 6.2.1).
        raise Refused("tls-unavailable" if answer.status == b"NO" else "refused-by-policy")


def _command(tag: bytes, words: bytes) -> Generator[Want, bytes, _Answer]:
    """Say a command and hear its answer, and the untagged responses before that."""
    yield tag + b" " + words + b"\r\n"
    capabilities: frozenset[bytes] | None = None
    while True:
        line = yield Line()
        if line.startswith(tag + b" "):
            status, _, text = line[2:].partition(b" ")
            if status.upper() not in (b"OK", b"NO", b"BAD"):
                raise Refused("broken-words")
            return _Answer(status.upper(), text, capabilities or _capabilities(b"* OK " + text))
        if not line.startswith(b"* "):
            raise Refused("broken-words")
        if _word(line[2:]) == b"BYE":
            raise Refused(_turned_away(line))
        capabilities = _capabilities(line) or capabilities


def _capabilities(line: bytes) -> frozenset[bytes] | None:
    found = _CAPABILITIES.match(line)
    return frozenset(found[1].upper().split()) if found else None


def _turned_away(line: bytes) -> Refusal:
    return "tls-unavailable" if _NOT_NOW.search(line) else "refused-by-policy"


def _word(text: bytes) -> bytes:
    return text.split(b" ", 1)[0].upper()


def _grants(setting: Setting) -> Words:
    yield b"* OK [" + _OFFER + b"] " + setting.host.encode("ascii", "replace") + b" ready\r\n"
    for _ in range(_MOST_COMMANDS):
        tag, *words = (yield Line(1024)).split() or [b""]
        command = words[0].upper() if words else b""
        if not _TAG.fullmatch(tag) or not command:
            yield b"* BAD A tag and a command are wanted\r\n"
        elif command == b"STARTTLS" and len(words) == 1:
            yield tag + b" OK Begin TLS negotiation now\r\n"
            return
        elif command == b"CAPABILITY":
            yield b"* " + _OFFER + b"\r\n" + tag + b" OK Done\r\n"
        elif command == b"NOOP":
            yield tag + b" OK Done\r\n"
        elif command == b"LOGOUT":
            yield b"* BYE Until later\r\n" + tag + b" OK Done\r\n"
            raise Refused("refused-by-policy")
        elif command in _LOGINS:
            yield tag + b" NO [PRIVACYREQUIRED] Not before STARTTLS\r\n"
        else:
            yield tag + b" BAD Not known, or not before STARTTLS\r\n"
    yield b"* BYE Too many commands\r\n"
    raise Refused("refused-by-policy")


def _greets(heard: bytes) -> bool:
    return heard[:10].upper().startswith((b"* OK ", b"* PREAUTH ", b"* BYE "))


DIALECT = Dialect(
    name="imap",
    title="IMAP with STARTTLS",
    source="RFC 9051 section 6.2.1",
    transport="tcp",
    schemes={"imap": 143, "imap+starttls": 143},
    ports=(143,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=2,
    greets=_greets,
)
