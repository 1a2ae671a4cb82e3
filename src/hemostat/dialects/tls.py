"""TLS from the first byte, on a stream."""

from hemostat.dialects.layer import Dialect, Layer

__all__ = ["DIALECT"]

DIALECT = Dialect(name="tls", transport="tcp", schemes={"tls": 443, "https": 443}, asks=Layer, grants=Layer)
