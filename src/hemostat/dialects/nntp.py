"""NNTP's STARTTLS (RFC 4642): the server's greeting, CAPABILITIES, STARTTLS.

A server of articles in transit may have to become one of readers first, by MODE READER, and tells other capabilities
then (RFC 3977 section 3.4.2): INN's port 119 is such. A server older than RFC 3977 knows no CAPABILITIES, and is asked
for TLS all the same.
"""

from collections.abc import Generator
from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refused, Setting, Want, Words, none_offered, reply, spoken

__all__ = ["DIALECT"]

_SERVES: Final = (200, 201)
_NOT_NOW: Final = (400, 403, 580)
_LOGIN_FIRST: Final = 480
_UNKNOWN: Final = 500
_NOT_THERE: Final = (500, 502, 503)
"""Not known, not permitted, not supported. A server that has STARTTLS must list it to whoever may use it (RFC 4642
section 2.1), so that 502, for want of authority, says no more than its list; INN says it of every such command.
"""
_MOST_CAPABILITIES: Final = 256
_COMMANDS: Final = frozenset(
    b"ARTICLE AUTHINFO BODY CHECK DATE GROUP HDR HEAD IHAVE LAST LIST LISTGROUP NEWGROUPS NEWNEWS NEXT OVER POST STAT "
    b"TAKETHIS XHDR XOVER XPAT".split()
)


def _asks(setting: Setting) -> Words:
    greeting = yield from reply()
    if greeting.code not in _SERVES:
        refusals = {400: "tls-unavailable", 480: "tls-after-login", 502: "refused-by-policy"}
        raise Refused(refusals.get(greeting.code, "other-protocol"))  # type: ignore[arg-type]
    listed = yield from _capabilities()
    if isinstance(listed, frozenset) and b"STARTTLS" not in listed and b"MODE-READER" in listed:
        yield b"MODE READER\r\n"
        reader = yield from reply()
        if reader.code not in _SERVES:
            raise Refused("tls-unavailable" if reader.code in _NOT_NOW else "refused-by-policy")
        listed = yield from _capabilities()
    # Some hide the capability from strangers and take the command all the same: its answer is what counts.
    yield b"STARTTLS\r\n"
    answer = yield from reply()
    if answer.code == 382:
        return
    if answer.code in _NOT_NOW:
        raise Refused("tls-unavailable")
    if _LOGIN_FIRST in (answer.code, listed):
        raise Refused("tls-after-login")
    if answer.code in _NOT_THERE and isinstance(listed, frozenset) and b"STARTTLS" not in listed:
        raise Refused(none_offered(*listed, *answer.lines))
    if answer.code == listed == _UNKNOWN:
        raise Refused(none_offered(*answer.lines))
    raise Refused("refused-by-policy" if answer.kind in (4, 5) else "broken-words")


def _capabilities() -> Generator[Want, bytes, frozenset[bytes] | int]:
    """The labels of the server's capabilities, in upper case; the code of its answer where it tells none."""
    yield b"CAPABILITIES\r\n"
    answer = yield from reply()
    if answer.code in _NOT_NOW:
        raise Refused("tls-unavailable")
    if answer.code != 101:
        return answer.code
    labels: set[bytes] = set()
    for _ in range(_MOST_CAPABILITIES):
        line = yield Line()
        if line == b".":
            return frozenset(labels)
        labels.update(line.upper().split()[:1])
    raise Refused("too-long")


def _grants(setting: Setting) -> Words:
    yield b"200 " + setting.host.encode("ascii", "replace") + b" NNTP server ready\r\n"
    while True:
        words = (yield Line(512)).upper().split()
        command = words[0] if words else b""
        if command == b"STARTTLS":
            yield b"382 Continue with TLS negotiation\r\n"
            return
        if command == b"CAPABILITIES":
            yield b"101 Capability list:\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.\r\n"
        elif words == [b"MODE", b"READER"]:
            yield b"201 Reader mode, no posting\r\n"
        elif command == b"HELP":
            yield b"100 Help text follows\r\nStart TLS first, by STARTTLS.\r\n.\r\n"
        elif command == b"QUIT":
            yield b"205 Bye\r\n"
            raise Refused("refused-by-policy")
        elif command in _COMMANDS:
            yield b"483 Encryption required: STARTTLS first\r\n"
        else:
            yield b"500 What?\r\n"


def _greets(heard: bytes) -> bool:
    upper = heard.upper()
    return upper.startswith((b"200 ", b"201 ")) and any(
        name in upper for name in (b"NNTP", b"NNRP", b"INTERNETNEWS")
    )


DIALECT = Dialect(
    name="nntp",
    title="NNTP with STARTTLS",
    source="RFC 4642",
    transport="tcp",
    schemes={"nntp": 119, "nntp+starttls": 119},
    ports=(119, 433),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=3,
    greets=_greets,
)
