"""TLS from the first byte, on a stream."""

from hemostat.dialects.dialect import Dialect, no_words

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="tls",
    title="TLS from the first byte",
    source="RFC 8446, RFC 5246",
    transport="tcp",
    schemes={"tls": 443, "https": 443},
    asks=no_words,
    grants=no_words,
)
