"""What answers in place of a TLS record: told from its first bytes, none of which is kept."""

from typing import Final, Literal

__all__ = ["ENOUGH", "LINE", "Greeting", "recognise", "undecided"]

Greeting = Literal["ssh", "http", "ssl2", "text", "binary"]
ENOUGH: Final = 8
"""Bytes that tell all that can be told here."""
LINE: Final = 512
"""Bytes that a greeting's first line has at most (RFC 5321 section 4.5.3.1.5): its protocol can be told by them."""
_SSL2_MESSAGES: Final = frozenset({0, 4})  # ERROR, SERVER-HELLO: draft-hickman-netscape-ssl-00, section 5

_PAGES: Final = (b"<!doctyp", b"<html")
"""What a server of HTTP sends without a status line, as HTTP/0.9 had it: some do where they can't read the request."""


def recognise(data: bytes) -> Greeting:
    """Name what begins with `data`, by at least one byte, at best by `ENOUGH`.

    `ssh`: an SSH version exchange (RFC 4253 section 4.2). `http`: an HTTP/1 status line (RFC 9112 section 4), or a
    page of HTML at once.
    `ssl2`: an SSL 2 error or SERVER-HELLO. `text`: printable, some other protocol's greeting or page.
    `binary`: anything else.
    """
    head = data[:ENOUGH]
    if head.startswith(b"SSH-"):
        return "ssh"
    if head.startswith(b"HTTP/") or head.lower().startswith(_PAGES):
        return "http"
    if len(head) >= 3 and head[0] & 0x80 and head[2] in _SSL2_MESSAGES:
        return "ssl2"
    if all(0x20 <= octet < 0x7F or octet in b"\t\r\n" for octet in head):
        return "text"
    return "binary"


def undecided(data: bytes) -> bool:
    """Whether more of what begins so may tell more: of a text, the rest of its first line; of anything else, a few
    bytes.
    """
    if recognise(data) == "text":
        return len(data) < LINE and b"\n" not in data
    return recognise(data) == "binary" and len(data) < ENOUGH
