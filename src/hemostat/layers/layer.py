"""What a layer is: what lies between the connection and TLS, from the first byte to the last.

A layer is fed bytes and time and gives back what goes to the peer and what goes up to TLS. It opens nothing
and waits for nothing. Most speak some plain words, then pass bytes through (`spoken`); a few (OpenVPN) wrap all of
them, with timers of their own. The base class is the layer of no words at all: TLS from the first byte.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

__all__ = ["ControlKey", "Layer", "Refusal", "Setting", "Step"]

Refusal = Literal[
    "no-tls",
    "tls-after-login",
    "refused-by-policy",
    "name-not-served",
    "tls-unavailable",
    "stripped",
    "other-protocol",
    "broken-words",
    "too-long",
    "text-before-tls",
    "needs-key",
    "proxy-broken",
    "proxy-dns",
    "proxy-login",
    "proxy-policy",
    "proxy-refused",
    "proxy-timeout",
    "proxy-unreachable",
]
"""Why there will be no TLS on a connection.

- `no-tls`: the service offers none; `tls-after-login`: to those alone who have logged in; `refused-by-policy`: not
  to us, or it turned us away before; `name-not-served`: not as the name that we asked as; `tls-unavailable`: not now
- `stripped`: something between seems to have overwritten the offer
- `other-protocol`: these are not the words of this protocol; `broken-words`: they are, and break it; `too-long`: they
  go on and on
- `text-before-tls`: after it had said that TLS may begin came something that is no TLS
- `needs-key`: it answers to those alone who hold a key (OpenVPN's tls-auth and tls-crypt)
- `proxy-…`: a proxy's word: `broken` (it is no such proxy, or breaks the protocol), `login` (it wants a user and a
  password, or other ones), `policy` (it won't connect there), and what it met there: `dns`, `refused`, `timeout`,
  `unreachable`
"""


class ControlKey(NamedTuple):
    """OpenVPN's pre-shared key of the control channel (openvpn(8), --tls-auth and --tls-crypt).

    `key`: the 256 bytes of the file. `inverse`: the direction: None where both sides use the same half (tls-auth
    without a direction); True where *we* are the side of direction 1. `digest`: hashlib's name of tls-auth's HMAC.
    `cipher(key, counter, data)`: AES-256 in counter mode, from a library, for tls-crypt.
    """

    mode: Literal["tls-auth", "tls-crypt"]
    key: bytes
    inverse: bool | None = None
    digest: str = "sha1"
    cipher: Callable[[bytes, bytes, bytes], bytes] | None = None

    def __repr__(self) -> str:
        """Without the key: a representation ends up in logs and tracebacks."""
        return f"ControlKey(mode={self.mode!r}, key=..., inverse={self.inverse!r}, digest={self.digest!r})"


class Setting(NamedTuple):
    """Whom a layer speaks with, and what it may use.

    `host`: the name asked for, or the address where no name is known; `port`. `draw(n)`: n random bytes. `seconds`:
    since 1970, when the connection was begun. `key`: what the user alone can know, where it was given.
    """

    host: str
    port: int
    draw: Callable[[int], bytes]
    seconds: int = 0
    key: ControlKey | None = None


class Step(NamedTuple):
    """What a layer wants done.

    `to_peer`: what to send, one item a datagram on UDP. `to_tls`: what TLS gets to read, likewise.
    `wake_at`: when to call `Layer.time` at the latest, in microseconds of the driver's clock; None: never.
    """

    to_peer: tuple[bytes, ...] = ()
    to_tls: tuple[bytes, ...] = ()
    wake_at: int | None = None


_NOTHING = Step()


class Layer:
    """One connection's layer; this one passes everything through. Times are microseconds of the driver's
    clock.

    `ready`: TLS may begin. `refusal`: there will be no TLS, and why; None while there may. `heard`: the first bytes of
    the peer, as many as it takes to know its protocol by; to be looked at, never kept.
    """

    __slots__ = ()
    ready: bool = True
    refusal: Refusal | None = None
    heard: bytes = b""

    def start(self, now: int) -> Step:
        """The connection is there."""
        return _NOTHING

    def from_peer(self, now: int, data: bytes) -> Step:
        """Bytes came from the peer (one datagram on UDP)."""
        return Step((), (data,))

    def from_tls(self, now: int, data: bytes) -> Step:
        """TLS wants to send (one datagram on UDP)."""
        return Step((data,))

    def time(self, now: int) -> Step:
        """The time asked for by `Step.wake_at` has come."""
        return _NOTHING

    def ended(self, now: int) -> None:
        """The connection has ended, or nobody waits any longer, and TLS had not begun: what may that mean?"""
