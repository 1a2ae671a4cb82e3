"""LMTP's STARTTLS: SMTP's (RFC 3207), behind a greeting that is answered by LHLO (RFC 2033 section 4.1).

Port 24 is IANA's for "any private mail system"; RFC 2033 section 5 forbids 25 and names none.
"""

from hemostat.dialects.dialect import Dialect
from hemostat.layers import spoken
from hemostat.layers.smtp import LMTP, asks, grants

__all__ = ["DIALECT"]


def _greets(heard: bytes) -> bool:
    upper = heard.upper()
    return upper.startswith((b"220 ", b"220-")) and b"LMTP" in upper and b"SMTP" not in upper


DIALECT = Dialect(
    name="lmtp",
    title="LMTP with STARTTLS",
    source="RFC 2033, RFC 3207",
    transport="tcp",
    schemes={"lmtp": 24, "lmtp+starttls": 24},
    ports=(24,),
    asks=spoken(asks(LMTP)),
    grants=spoken(grants(LMTP)),
    round_trips=3,
    greets=_greets,
)
