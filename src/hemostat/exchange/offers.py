"""The ClientHellos that a probe offers. Every one is shorter than 256 bytes or longer than 511: some
balancers hang on those between.

(RFC 7685 section 1 tells of them; the padding extension is its remedy.)
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from hemostat.wire import ciphers, extensions, protocol
from hemostat.wire.extensions import extension
from hemostat.wire.heartbeat import MODE_PEER_ALLOWED

__all__ = ["Form", "Offer", "client_hello"]

Form = Literal["tls12", "tls13", "ssl30", "dtls12"]
"""`tls12`: TLS 1.2 and all before it. `tls13`: the same and 1.3. `ssl30`: SSL 3.0 alone. `dtls12`: DTLS 1.2
and 1.0.
"""

_VERSIONS: Final[dict[Form, tuple[str, ...]]] = {
    "tls12": ("TLS1.2", "TLS1.1", "TLS1.0", "SSL3.0"),
    "tls13": ("TLS1.3", "TLS1.2", "TLS1.1", "TLS1.0"),
    "ssl30": ("SSL3.0",),
    "dtls12": ("DTLS1.2", "DTLS1.0"),
}
_CLIENT_VERSION: Final[dict[Form, int]] = {
    "tls12": protocol.TLS12,
    "tls13": protocol.TLS12,
    "ssl30": protocol.SSL30,
    "dtls12": protocol.DTLS12,
}
_RANDOM_LENGTH: Final = 32
_NO_SESSION: Final = b"\0"
_HEADER_LENGTH: Final = 4
_HANGS: Final = range(256, 512)

# x25519 and the prime curves that servers have, then every other curve that OpenSSL 1.0.1 knows (IANA "TLS
# Supported Groups").
_GROUPS: Final = (29, 23, 24, 25, *range(1, 23))
# Hash and signature of TLS 1.2 (RFC 5246 section 7.4.1.4.1: 6 is SHA-512 … 1 is MD5; 1 RSA, 2 DSA, 3 ECDSA),
# then PSS and EdDSA.
_SIGNATURES: Final = (
    *(hash_ << 8 | signature for hash_ in (4, 5, 6, 3, 2) for signature in (3, 1, 2)),
    0x0101,
    *(0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0807, 0x0808),
)


class Offer(NamedTuple):
    """A form of hello and the server name it sends; None: no name."""

    form: Form
    name: str | None

    @property
    def versions(self) -> tuple[str, ...]:
        """Names of the versions offered, the best first."""
        return _VERSIONS[self.form]

    @property
    def heartbeat(self) -> bool:
        """Whether the heartbeat extension is offered; SSL 3.0 has no extensions."""
        return self.form != "ssl30"


def _u16s(values: tuple[int, ...]) -> bytes:
    listed = b"".join(value.to_bytes(2, "big") for value in values)
    return len(listed).to_bytes(2, "big") + listed


_COMMON: Final = (
    extension(extensions.HEARTBEAT_EXTENSION, bytes([MODE_PEER_ALLOWED]))
    + extension(extensions.EC_POINT_FORMATS, b"\x03\0\1\2")
    + extension(extensions.SUPPORTED_GROUPS, _u16s(_GROUPS))
    + extension(extensions.SIGNATURE_ALGORITHMS, _u16s(_SIGNATURES))
    + extension(extensions.RENEGOTIATION_INFO, b"\0")
)
_VERSIONS_13: Final = extension(
    extensions.SUPPORTED_VERSIONS,
    b"\x08"
    + b"".join(
        v.to_bytes(2, "big") for v in (protocol.TLS13, protocol.TLS12, protocol.TLS11, protocol.TLS10)
    ),
)


def _key_share(public: bytes) -> bytes:
    """A key_share of x25519: any 32 bytes are a public key of it (RFC 7748 section 5); its secret is never
    needed.
    """
    return extension(extensions.KEY_SHARE, b"\0\x24\0\x1d\0\x20" + public)


@lru_cache(maxsize=4096)
def _around_random(offer: Offer, with_cookie: bool) -> tuple[bytes, bytes]:
    """The hello's body before its random, and after its random, empty session and cookie (for 1.3: up to the
    key_share's 32 bytes, which end it).
    """
    form = offer.form
    head = _CLIENT_VERSION[form].to_bytes(2, "big")
    if form == "ssl30":
        return head, _u16s((*ciphers.OFFERED_SSL30, ciphers.SIGNALLING)) + b"\1\0"
    suites = (*ciphers.OFFERED_TLS13, *ciphers.OFFERED) if form == "tls13" else ciphers.OFFERED
    tail = _u16s(suites) + b"\1\0"
    block = (extensions.server_name(offer.name) if offer.name else b"") + _COMMON
    share = b""
    if form == "tls13":
        block += _VERSIONS_13
        share = _key_share(bytes(_RANDOM_LENGTH))
    # Without the cookie, so that a hello that is sent again with it differs in nothing else.
    length = (
        _HEADER_LENGTH
        + len(head)
        + _RANDOM_LENGTH
        + len(_NO_SESSION)
        + with_cookie
        + len(tail)
        + 2
        + len(block)
        + len(share)
    )
    if length in _HANGS:
        block += extension(extensions.PADDING, bytes(max(0, _HANGS.stop - length - 4)))
    tail += (len(block) + len(share)).to_bytes(2, "big") + block + share[: len(share) - _RANDOM_LENGTH]
    return head, tail


def client_hello(
    offer: Offer, draw: Callable[[int], bytes], *, random: bytes | None = None, cookie: bytes | None = None
) -> bytes:
    """The body of the ClientHello of an offer.

    `draw(n)` gives n random bytes. `random`: the 32 bytes of an earlier hello, repeated with `cookie` (RFC
    6347 section 4.2.1); `cookie` is given, perhaps empty, for DTLS alone.
    """
    head, tail = _around_random(offer, cookie is not None)
    written = b"" if cookie is None else len(cookie).to_bytes(1, "big") + cookie
    body = head + (random or draw(_RANDOM_LENGTH)) + _NO_SESSION + written + tail
    return body + draw(_RANDOM_LENGTH) if offer.form == "tls13" else body
