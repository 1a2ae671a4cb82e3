"""TLS from the first byte, on a stream: the protocol inside does not matter."""

import re
from typing import Final

from hemostat.dialects.dialect import Dialect, no_words

__all__ = ["DIALECT"]

_ALERT: Final = re.compile(rb"\x15\x03[\x00-\x04]\x00\x02[\x01\x02]")
"""A record with an alert in the clear (RFC 5246 sections 6.2.1, 7.2): what words draw that are no ClientHello."""


def _greets(heard: bytes) -> bool:
    return _ALERT.match(heard) is not None


DIALECT = Dialect(
    name="tls",
    title="TLS from the first byte",
    source="RFC 8446, RFC 5246",
    transport="tcp",
    schemes={
        "tls": 443,
        "https": 443,
        "wss": 443,
        # Ports as IANA registered them; XMPP's (XEP-0368), Redis' and WebSocket's are conventions.
        "amqps": 5671,
        "ftps": 990,
        "imaps": 993,
        "ircs": 6697,
        "ldaps": 636,
        "mqtts": 8883,
        "nntps": 563,
        "pop3s": 995,
        "rediss": 6379,
        "sips": 5061,
        "smtps": 465,
        "submissions": 465,
        "telnets": 992,
        "turns": 5349,
        "xmpps": 5223,
        "xmpps-server": 5270,
    },
    asks=no_words,
    grants=no_words,
    greets=_greets,
)
