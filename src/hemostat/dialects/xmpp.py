"""XMPP's STARTTLS between a client and a server (RFC 6120 section 5): header, features, starttls."""

from hemostat.dialects.dialect import Dialect
from hemostat.layers import spoken, xmpp

__all__ = ["DIALECT"]


def _greets(heard: bytes) -> bool:
    """A server speaks only when spoken to; so does one answer to what is no XML."""
    return xmpp.begins(heard, xmpp.CLIENT)


DIALECT = Dialect(
    name="xmpp",
    title="XMPP with STARTTLS, client to server",
    source="RFC 6120 section 5",
    transport="tcp",
    schemes={"xmpp": 5222, "xmpp+starttls": 5222},
    ports=(5222,),
    asks=spoken(xmpp.asks(xmpp.CLIENT)),
    grants=spoken(xmpp.grants(xmpp.CLIENT)),
    round_trips=2,
    greets=_greets,
)
