"""The extensions block of a hello (RFC 5246 section 7.4.1.4) and the few extensions that hemostat reads or
writes.
"""

from typing import Final

from hemostat.wire.errors import WireError

__all__ = [
    "EC_POINT_FORMATS",
    "HEARTBEAT_EXTENSION",
    "KEY_SHARE",
    "PADDING",
    "RENEGOTIATION_INFO",
    "SERVER_NAME",
    "SIGNATURE_ALGORITHMS",
    "SUPPORTED_GROUPS",
    "SUPPORTED_VERSIONS",
    "extension",
    "read_extensions",
    "server_name",
]

SERVER_NAME: Final = 0
SUPPORTED_GROUPS: Final = 10
EC_POINT_FORMATS: Final = 11
SIGNATURE_ALGORITHMS: Final = 13
HEARTBEAT_EXTENSION: Final = 15
PADDING: Final = 21
SUPPORTED_VERSIONS: Final = 43
KEY_SHARE: Final = 51
RENEGOTIATION_INFO: Final = 0xFF01


def extension(kind: int, data: bytes) -> bytes:
    """One extension with its header."""
    return kind.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def server_name(name: str) -> bytes:
    """The server_name extension for one host name (RFC 6066 section 3): ASCII, no trailing dot. ValueError
    for any other.
    """
    octets = name.rstrip(".").encode("ascii")
    if not 1 <= len(octets) <= 255:
        raise ValueError("a server name has 1 to 255 bytes")
    entry = b"\0" + len(octets).to_bytes(2, "big") + octets
    return extension(SERVER_NAME, len(entry).to_bytes(2, "big") + entry)


def read_extensions(data: bytes) -> dict[int, bytes]:
    """An extensions block without its own length: type → data.

    Raises `WireError`: `truncated`, `duplicate-extension`.
    """
    found: dict[int, bytes] = {}
    position, end = 0, len(data)
    while position < end:
        if end - position < 4:
            raise WireError("truncated")
        kind = data[position] << 8 | data[position + 1]
        stop = position + 4 + (data[position + 2] << 8 | data[position + 3])
        if stop > end:
            raise WireError("truncated")
        if kind in found:
            raise WireError("duplicate-extension")
        found[kind] = data[position + 4 : stop]
        position = stop
    return found
