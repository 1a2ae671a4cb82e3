"""DTLS from the first datagram (RFC 4347, RFC 6347)."""

from hemostat.dialects.layer import Dialect, Layer

__all__ = ["DIALECT"]

DIALECT = Dialect(name="dtls", transport="udp", schemes={"dtls": 4433}, asks=Layer, grants=Layer)
