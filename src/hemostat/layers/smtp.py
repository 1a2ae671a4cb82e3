"""SMTP's STARTTLS (RFC 3207), the same for LMTP (RFC 2033) but for the word that opens a session.

A server may keep us waiting for its greeting (grey-listing, tarpits), and greets in as many lines as it likes.
"""

from collections.abc import Callable, Generator
from typing import Final

from hemostat.layers.layer import Refusal, Setting
from hemostat.layers.masked import masked, none_offered
from hemostat.layers.replies import Reply, reply
from hemostat.layers.spoken import Line, Refused, Want, Words

__all__ = ["LMTP", "SMTP", "asks", "grants"]

SMTP: Final = b"EHLO"
LMTP: Final = b"LHLO"

_STARRED: Final = frozenset(b"*02 ")
"""What the greeting is made of behind a firewall that hides keywords, too."""
_UNKNOWN: Final = (500, 502)
_NO_PARAMETER: Final = 504
_LOGIN_FIRST: Final = 530
_MOST_COMMANDS: Final = 64
# An address literal that is nobody's: we have no name to give (RFC 5321 section 4.1.4).
_OURSELVES: Final = b"[127.0.0.1]"


def asks(hello: bytes) -> Callable[[Setting], Words]:
    """The words of the side that asks for TLS; `hello`: `SMTP` or `LMTP`."""

    def words(setting: Setting) -> Words:
        greeting = yield from reply()
        if greeting.kind in (4, 5):
            # 554 and 521: no service for you (RFC 5321 section 3.1, RFC 7504).
            raise Refused(_why(greeting))
        text = b" ".join(greeting.lines).upper()
        if greeting.code != 220 or _others(text, hello):
            raise Refused("other-protocol")
        starred = bool(text) and b"*" in text and _STARRED.issuperset(text)
        answer = yield from _command(hello + b" " + _OURSELVES)
        if answer.code in _UNKNOWN:
            hidden = starred or masked(*answer.lines)
            raise Refused((yield from _without_extensions(hello, hidden=hidden)))
        if answer.kind != 2:
            raise Refused(_why(answer))
        keywords = {line.split(b" ", 1)[0].upper() for line in answer.lines[1:]}
        # Some hide the keyword from strangers and take the command all the same: its answer is what counts.
        ready = yield from _command(b"STARTTLS")
        if ready.code == 220:
            return
        if b"STARTTLS" in keywords or ready.code not in (*_UNKNOWN, _NO_PARAMETER):
            # 503 is said, too, by one that offers it to others alone.
            raise Refused(_why(ready))
        raise Refused("stripped" if starred else none_offered(*answer.lines[1:], *ready.lines))

    return words


def grants(hello: bytes) -> Callable[[Setting], Words]:
    """The words of the side that grants TLS; `hello`: `SMTP` or `LMTP`."""

    def words(setting: Setting) -> Words:
        host = setting.host.encode("ascii", "replace")
        yield b"220 " + host + (b" ESMTP\r\n" if hello == SMTP else b" LMTP\r\n")
        known = (b"HELO", b"NOOP", b"RSET") if hello == SMTP else (b"NOOP", b"RSET")
        for _ in range(_MOST_COMMANDS):
            said = (yield Line(512)).split()
            command = said[0].upper() if said else b""
            if command == b"STARTTLS" and len(said) == 1:
                yield b"220 2.0.0 Ready to start TLS\r\n"
                return
            if command == b"STARTTLS":
                yield b"501 5.5.4 Syntax error (no parameters allowed)\r\n"
            elif command == hello:
                yield b"250-" + host + b"\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n"
            elif command in known:
                yield b"250 2.0.0 Ok\r\n"
            elif command == b"QUIT":
                yield b"221 2.0.0 Bye\r\n"
                raise Refused("refused-by-policy")
            elif command in (b"EHLO", b"HELO", b"LHLO"):
                yield b"500 5.5.1 Not known here, use " + hello + b"\r\n"
            else:
                yield b"530 5.7.0 Must issue a STARTTLS command first\r\n"
        yield b"421 4.7.0 Too many commands\r\n"
        raise Refused("refused-by-policy")

    return words


def _command(words: bytes) -> Generator[Want, bytes, Reply]:
    yield words + b"\r\n"
    try:
        return (yield from reply())
    except Refused as refused:
        # Its greeting was this protocol's.
        raise Refused("broken-words" if refused.code == "other-protocol" else refused.code) from None


def _without_extensions(hello: bytes, *, hidden: bool) -> Generator[Want, bytes, Refusal]:
    """What it means that the word which opens a session is not known.

    A server that knows HELO alone has no extensions (RFC 5321 section 3.2); one that knows neither is no such server:
    FTP greets with the same number. LMTP has no other word (RFC 2033 section 4.1).
    """
    if hello == LMTP:
        return "other-protocol"
    answer = yield from _command(b"HELO " + _OURSELVES)
    if answer.kind == 2:
        return "stripped" if hidden else none_offered(*answer.lines)
    return "other-protocol" if answer.code in _UNKNOWN else _why(answer)


def _why(answer: Reply) -> Refusal:
    """What an answer that is none of those hoped for means."""
    if answer.kind == 4:
        return "tls-unavailable"
    if answer.code == _LOGIN_FIRST:
        return "tls-after-login"
    return "refused-by-policy" if answer.kind == 5 else "broken-words"


def _others(text: bytes, hello: bytes) -> bool:
    """Whether a 220's text, in capitals, names another protocol: FTP greets with the same number."""
    if b"SMTP" in text:
        return hello != SMTP
    return b"FTP" in text or (b"LMTP" in text and hello != LMTP)
