"""What each build answers to a heartbeat request.

The lab has no memory to give away. Where a request claims more bytes than it carries, OpenSSL 1.0.1 to 1.0.1f
copied on past the end of the record; a lab peer puts `LAB_TEXT` there, again and again, so that a tool that
over-reads sees what it did and finds nothing.
"""

from enum import Enum

__all__ = ["LAB_TEXT", "MAX_ANSWER", "PADDING", "Build", "answer_without_padding"]

REQUEST = 1
RESPONSE = 2
PADDING = 16
"""Bytes of padding that OpenSSL adds to an answer."""
MAX_ANSWER = 3 + 0xFFFF + PADDING
"""The largest answer that any request can draw, in bytes before it is cut into records: a payload length has
two bytes.
"""
LAB_TEXT = b"hemostat lab: no memory was read; this text stands where a real leak would be. "


class Build(Enum):
    """How an OpenSSL treats heartbeats; the values are the `build` of the recordings."""

    VULNERABLE = "vulnerable"
    """1.0.1f: answers as many bytes as the request claims. (`tls1_process_heartbeat`, ssl/t1_lib.c.)"""
    PATCHED = "patched"
    """1.0.1g: discards a request whose payload and 16 bytes of padding don't fit into its record (RFC 6520
    section 4).
    """
    WITHOUT = "not-affected"
    """Built with -DOPENSSL_NO_HEARTBEATS: type 24 is an unknown record type."""


def answer_without_padding(build: Build, request: bytes) -> bytes | None:
    """The answer (type, length, payload) to the fragment of a heartbeat record, without its 16 bytes of
    padding; None where there is none.

    A fragment shorter than three bytes is never answered: the lab has no stale bytes to read the missing ones
    from.
    """
    if build is Build.WITHOUT or len(request) < 3 or request[0] != REQUEST:
        return None
    claimed = int.from_bytes(request[1:3], "big")
    if build is Build.PATCHED and 3 + claimed + PADDING > len(request):
        return None
    payload = request[3 : 3 + claimed]
    missing = claimed - len(payload)
    if missing:
        payload += (LAB_TEXT * (missing // len(LAB_TEXT) + 1))[:missing]
    return bytes((RESPONSE,)) + request[1:3] + payload
