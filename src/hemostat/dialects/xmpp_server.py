"""XMPP's STARTTLS between two servers (RFC 6120 section 5): as between a client and a server, in another namespace."""

from hemostat.dialects.dialect import Dialect
from hemostat.layers import spoken, xmpp

__all__ = ["DIALECT"]


def _greets(heard: bytes) -> bool:
    """A server speaks only when spoken to; so does one answer to what is no XML."""
    return xmpp.begins(heard, xmpp.SERVER)


DIALECT = Dialect(
    name="xmpp-server",
    title="XMPP with STARTTLS, server to server",
    source="RFC 6120 section 5",
    transport="tcp",
    schemes={"xmpp-server": 5269, "xmpp-server+starttls": 5269},
    ports=(5269,),
    asks=spoken(xmpp.asks(xmpp.SERVER)),
    grants=spoken(xmpp.grants(xmpp.SERVER)),
    round_trips=2,
    greets=_greets,
)
