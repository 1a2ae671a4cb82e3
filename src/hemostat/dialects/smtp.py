"""SMTP's STARTTLS (RFC 3207): the server's greeting, EHLO, STARTTLS."""

from hemostat.dialects.dialect import Dialect
from hemostat.layers import spoken
from hemostat.layers.smtp import SMTP, asks, grants

__all__ = ["DIALECT"]


def _greets(heard: bytes) -> bool:
    return heard.startswith((b"220 ", b"220-")) and b"SMTP" in heard.upper()


DIALECT = Dialect(
    name="smtp",
    title="SMTP with STARTTLS",
    source="RFC 3207",
    transport="tcp",
    schemes={"smtp": 25, "smtp+starttls": 25, "submission": 587},
    ports=(25, 587),
    asks=spoken(asks(SMTP)),
    grants=spoken(grants(SMTP)),
    round_trips=3,
    greets=_greets,
    patience=45.0,
)
