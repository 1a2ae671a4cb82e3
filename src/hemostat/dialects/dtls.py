"""DTLS from the first datagram (RFC 4347, RFC 6347): CoAP's, TURN's, VPNs'."""

from hemostat.dialects.dialect import Dialect, no_words

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="dtls",
    title="DTLS from the first datagram",
    source="RFC 6347",
    transport="udp",
    records="dtls",
    schemes={"dtls": 4433, "coaps": 5684, "stuns+udp": 5349, "turns+udp": 5349},
    asks=no_words,
    grants=no_words,
)
