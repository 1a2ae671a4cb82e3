"""SMTP's STARTTLS (RFC 3207): the server's greeting, EHLO, STARTTLS.

A server may keep us waiting for its greeting (grey-listing, tarpits), and greets in as many lines as it likes.
"""

from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refused, Setting, Words, reply, spoken

__all__ = ["DIALECT"]

_STRIPPED: Final = b"XXXX"
"""What a firewall that hides a keyword writes over it: STARTTLS becomes XXXXXXXA."""
_NOT_NOW: Final = (421, 454)
_LOGIN_FIRST: Final = 530


def _asks(setting: Setting) -> Words:
    greeting = yield from reply()
    if greeting.kind in (4, 5):
        # 554 and 521: no service for you (RFC 5321 section 3.1, RFC 7504); 421: not now.
        raise Refused("tls-unavailable" if greeting.code in _NOT_NOW else "refused-by-policy")
    if greeting.code != 220 or not _is_mail(b" ".join(greeting.lines)):
        raise Refused("other-protocol")
    # A name that is an address literal of nobody: we have no name to give (RFC 5321 section 4.1.4).
    yield b"EHLO [127.0.0.1]\r\n"
    answer = yield from reply()
    if answer.kind != 2:
        # A server that does not know EHLO has no extensions (RFC 5321 section 3.2).
        raise Refused("no-tls" if answer.code in (500, 502) else "refused-by-policy")
    keywords = {line.split(b" ", 1)[0].upper() for line in answer.lines[1:]}
    if b"STARTTLS" not in keywords:
        raise Refused("stripped" if any(word.startswith(_STRIPPED) for word in keywords) else "no-tls")
    yield b"STARTTLS\r\n"
    ready = yield from reply()
    if ready.code == 220:
        return
    if ready.code in _NOT_NOW:
        raise Refused("tls-unavailable")
    raise Refused("tls-after-login" if ready.code == _LOGIN_FIRST else "refused-by-policy")


def _grants(setting: Setting) -> Words:
    yield b"220 " + setting.host.encode("ascii", "replace") + b" ESMTP\r\n"
    while True:
        words = (yield Line(512)).split()
        command = words[0].upper() if words else b""
        if command == b"STARTTLS":
            yield b"220 2.0.0 Ready to start TLS\r\n"
            return
        if command == b"EHLO":
            yield (
                b"250-" + setting.host.encode("ascii", "replace") + b"\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
            )
        elif command in (b"HELO", b"NOOP", b"RSET"):
            yield b"250 2.0.0 Ok\r\n"
        elif command == b"QUIT":
            yield b"221 2.0.0 Bye\r\n"
            raise Refused("refused-by-policy")
        else:
            yield b"530 5.7.0 Must issue a STARTTLS command first\r\n"


def _is_mail(text: bytes) -> bool:
    """Whether a 220's text is of one who takes mail: FTP greets with the same number, LMTP says its name."""
    upper = text.upper()
    return b"FTP" not in upper and b"LMTP" not in upper


def _greets(heard: bytes) -> bool:
    return heard.startswith((b"220 ", b"220-")) and b"SMTP" in heard.upper() and _is_mail(heard)


DIALECT = Dialect(
    name="smtp",
    title="SMTP with STARTTLS",
    source="RFC 3207",
    transport="tcp",
    schemes={"smtp": 25, "smtp+starttls": 25, "submission": 587},
    ports=(25, 587),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=3,
    greets=_greets,
    patience=45.0,
)
