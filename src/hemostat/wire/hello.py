"""ClientHello, ServerHello, HelloRetryRequest, HelloVerifyRequest (RFC 5246 section 7.4.1, RFC 8446 section
4.1, RFC 6347 section 4.2.1).
"""

from typing import Final, NamedTuple

from hemostat.wire.errors import WireError
from hemostat.wire.extensions import (
    HEARTBEAT_EXTENSION,
    SERVER_NAME,
    SUPPORTED_VERSIONS,
    read_extensions,
)
from hemostat.wire.protocol import TLS12, TLS13

__all__ = [
    "RETRY_RANDOM",
    "ClientHello",
    "ServerHello",
    "read_client_hello",
    "read_hello_verify_request",
    "read_server_hello",
    "server_hello",
]

RETRY_RANDOM: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 8446 section
4.1.3).
"""
_RANDOM_LENGTH: Final = 32
_LONGEST_SESSION_ID: Final = 32


class ServerHello(NamedTuple):
    """What a ServerHello says.

    `version`: the negotiated one; where supported_versions is present, the version that it selects (RFC 8446
    section 4.2.1). `heartbeat`: the mode of the heartbeat extension, None where it is not there. `retry`:
    this is a HelloRetryRequest.
    """

    version: int
    cipher: int
    heartbeat: int | None
    retry: bool


class ClientHello(NamedTuple):
    """What a ClientHello says. `version`: client_version of the body; `versions`: those of
    supported_versions, if there.
    """

    version: int
    versions: tuple[int, ...]
    ciphers: tuple[int, ...]
    heartbeat: int | None
    name: str | None
    cookie: bytes


def _heartbeat_mode(extensions: dict[int, bytes]) -> int | None:
    data = extensions.get(HEARTBEAT_EXTENSION)
    if data is None:
        return None
    if len(data) != 1:
        raise WireError("bad-value")
    return data[0]


def _extensions_at(body: bytes, position: int) -> dict[int, bytes]:
    """The extensions block that ends `body`, none being there as well (RFC 5246 section 7.4.1.2)."""
    if position == len(body):
        return {}
    if len(body) - position < 2:
        raise WireError("truncated")
    stop = position + 2 + (body[position] << 8 | body[position + 1])
    if stop > len(body):
        raise WireError("truncated")
    if stop < len(body):
        raise WireError("trailing-bytes")
    return read_extensions(body[position + 2 :])


def read_server_hello(body: bytes) -> ServerHello:
    """The body of a ServerHello or HelloRetryRequest.

    Raises `WireError`: `truncated`, `trailing-bytes`, `duplicate-extension`, `bad-value`.
    """
    if len(body) < 38:
        raise WireError("truncated")
    session = body[34]
    position = 35 + session
    if session > _LONGEST_SESSION_ID:
        raise WireError("bad-value")
    if position + 3 > len(body):
        raise WireError("truncated")
    version = body[0] << 8 | body[1]
    cipher = body[position] << 8 | body[position + 1]
    extensions = _extensions_at(body, position + 3)
    if version == TLS12 and (selected := extensions.get(SUPPORTED_VERSIONS)) is not None:
        if len(selected) != 2:
            raise WireError("bad-value")
        version = selected[0] << 8 | selected[1]
    return ServerHello(
        version, cipher, _heartbeat_mode(extensions), body[2:34] == RETRY_RANDOM and version == TLS13
    )


def server_hello(version: int, random: bytes, cipher: int, extensions: bytes) -> bytes:
    """The body of a ServerHello without a session. `random`: 32 bytes (ValueError); `extensions`: may be
    empty.
    """
    if len(random) != _RANDOM_LENGTH:
        raise ValueError("a hello's random has 32 bytes")
    block = len(extensions).to_bytes(2, "big") + extensions if extensions else b""
    return version.to_bytes(2, "big") + random + b"\0" + cipher.to_bytes(2, "big") + b"\0" + block


def read_client_hello(body: bytes, *, datagram: bool = False) -> ClientHello:
    """The body of a ClientHello; `datagram`: with DTLS' cookie (RFC 6347 section 4.2.1).

    Raises `WireError`: `truncated`, `trailing-bytes`, `duplicate-extension`, `bad-value`.
    """
    if len(body) < 35:
        raise WireError("truncated")
    version = body[0] << 8 | body[1]
    position = 35 + body[34]
    if body[34] > _LONGEST_SESSION_ID:
        raise WireError("bad-value")
    cookie = b""
    if datagram:
        cookie = _vector(body, position, 1)
        position += 1 + len(cookie)
    ciphers = _vector(body, position, 2)
    position += 2 + len(ciphers)
    position += 1 + len(_vector(body, position, 1))
    if not ciphers or len(ciphers) % 2:
        raise WireError("bad-value")
    extensions = _extensions_at(body, position)
    return ClientHello(
        version,
        _offered_versions(extensions),
        tuple(ciphers[i] << 8 | ciphers[i + 1] for i in range(0, len(ciphers), 2)),
        _heartbeat_mode(extensions),
        _host_name(extensions.get(SERVER_NAME)),
        cookie,
    )


def _vector(body: bytes, position: int, size: int) -> bytes:
    """A vector at `position` whose length stands in `size` bytes before it."""
    start = position + size
    if start > len(body):
        raise WireError("truncated")
    stop = start + int.from_bytes(body[position:start], "big")
    if stop > len(body):
        raise WireError("truncated")
    return body[start:stop]


def _offered_versions(extensions: dict[int, bytes]) -> tuple[int, ...]:
    data = extensions.get(SUPPORTED_VERSIONS)
    if data is None:
        return ()
    if len(data) < 3 or data[0] != len(data) - 1 or data[0] % 2:
        raise WireError("bad-value")
    return tuple(data[i] << 8 | data[i + 1] for i in range(1, len(data), 2))


def _host_name(data: bytes | None) -> str | None:
    """The first host_name of a server_name extension; None where it has none that is plain ASCII."""
    if data is None or len(data) < 5 or data[2] != 0:
        return None
    octets = _vector(data, 3, 2)
    if not octets or not octets.isascii() or any(octet < 0x21 or octet == 0x7F for octet in octets):
        return None
    return octets.decode("ascii")


def read_hello_verify_request(body: bytes) -> bytes:
    """A HelloVerifyRequest's cookie (up to 255 bytes). Raises `WireError`: `truncated`, `trailing-bytes`."""
    if len(body) < 3:
        raise WireError("truncated")
    cookie = _vector(body, 2, 1)
    if 3 + len(cookie) != len(body):
        raise WireError("trailing-bytes")
    return cookie
