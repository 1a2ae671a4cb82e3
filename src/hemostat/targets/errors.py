"""What can be wrong with a target, each with a code for machines and a sentence for people."""

from types import MappingProxyType
from typing import Final

from hemostat.errors import HemostatError

CODES: Final = MappingProxyType(
    {
        "empty": "nothing is written, or no host",
        "too-long": "a target over 2048 characters, or a line over 4096 bytes",
        "bad-character": "a control or invisible character",
        "several": "more than one target in one text: a space or a comma inside",
        "bad-form": "brackets, slashes or colons are not where a target has them",
        "unknown-scheme": "what stands before :// is not a scheme that hemostat knows",
        "no-tls": "the scheme is known to carry no TLS, so there is nothing to check",
        "user-info": "a user name or a password is written before the host",
        "bad-port": "the port is not a whole number from 1 to 65535",
        "bad-name": "not a name that the DNS can hold (RFC 1035, RFC 5891)",
        "bad-address": "numbers that are not an IPv4 or IPv6 address",
        "bad-zone": "a zone is missing, malformed, or at an address that has none (RFC 4007)",
        "not-a-host": "an address that no single host answers at",
        "network": "a network or a range of addresses; `check` asks one by one",
        "wildcard": "a pattern such as *.example.org: certificates have these, hosts do not",
        "not-utf-8": "the bytes of a line are not UTF-8 text",
        "utf-16": "a list in UTF-16, given line by line, where it cannot be decoded",
    }
)
"""Every value that `TargetError.code` can have, and what it means."""


class TargetError(HemostatError):
    """What the user wrote is not a target.

    `code` is one of `CODES`. `message` is one line, says what to write instead, holds no control character,
    and never repeats a password.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
