"""What a shared key does to a packet: nothing (there is none), sign it (tls-auth), sign and encrypt it (tls-crypt).

openvpn(8), "--tls-auth" and "--tls-crypt"; the forms on the wire: draft-openvpn-openvpn-wire-protocol, "Control
channel"; doc/tls-crypt-v2.txt and tls_crypt.h of OpenVPN's source.

    none       head                                               body
    tls-auth   head  HMAC of (replay, head, body)  replay         body
    tls-crypt  head  replay  HMAC of (head, replay, body)         body, encrypted: AES-256-CTR, its counter: the first
                                                                  16 bytes of the HMAC

`replay` is a number that counts up with every packet, retransmitted or not (32 bits), and the seconds of the clock at
the session's begin (32 bits). It is written here and not checked: what comes twice the reliability layer drops.
"""

import hmac
from typing import Final

from hemostat.layers.layer import ControlKey
from hemostat.layers.openvpn.control_key import KEY_LENGTH, ControlKeyError, read_digest
from hemostat.layers.openvpn.packets import HEAD

__all__ = ["TlsAuth", "TlsCrypt", "Wrapping", "wrapping"]

_HALF: Final = KEY_LENGTH // 2
_CIPHER_KEY: Final = 32
_HMAC_AT: Final = 64
"""Where, in each half, the HMAC's key begins; the cipher's begins at 0."""
_REPLAY: Final = 8
_SHA256: Final = 32
_COUNTER: Final = 16


class Wrapping:
    """A packet's two parts ⇄ what is on the wire; this one adds nothing. `overhead`: bytes that it adds to a packet."""

    __slots__ = ()
    overhead: int = 0

    def wrap(self, head: bytes, body: bytes) -> bytes:
        """What to send."""
        return head + body

    def unwrap(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Head and body of a packet; None where it was not wrapped so, with this key."""
        return (data[:HEAD], data[HEAD:]) if len(data) > HEAD else None


class _Keyed(Wrapping):
    """Counts what is sent. `outgoing`, `incoming`: the halves of the key for the two ways."""

    __slots__ = ("_incoming", "_outgoing", "_seconds", "_sent", "overhead")

    def __init__(self, key: ControlKey, inverse: bool | None, seconds: int) -> None:
        if len(key.key) != KEY_LENGTH:
            raise ControlKeyError(f"The key has {len(key.key)} bytes, and should have {KEY_LENGTH}.")
        halves = key.key[:_HALF], key.key[_HALF:]
        # Direction 0 ("normal") sends with the first half; without a direction both sides use that one alone.
        self._outgoing = halves[1] if inverse else halves[0]
        self._incoming = halves[1] if inverse is False else halves[0]
        self._seconds = seconds & 0xFFFFFFFF
        self._sent = 0

    def _next_replay(self) -> bytes:
        self._sent += 1
        return self._sent.to_bytes(4) + self._seconds.to_bytes(4)


class TlsAuth(_Keyed):
    """Signs."""

    __slots__ = ("_digest", "_length")

    def __init__(self, key: ControlKey, seconds: int) -> None:
        super().__init__(key, key.inverse, seconds)
        self._digest = read_digest(key.digest)
        self._length = hmac.new(key.key, b"", self._digest).digest_size
        self.overhead = self._length + _REPLAY

    def _signature(self, half: bytes, signed: bytes) -> bytes:
        return hmac.digest(half[_HMAC_AT : _HMAC_AT + self._length], signed, self._digest)

    def wrap(self, head: bytes, body: bytes) -> bytes:
        replay = self._next_replay()
        return head + self._signature(self._outgoing, replay + head + body) + replay + body

    def unwrap(self, data: bytes) -> tuple[bytes, bytes] | None:
        begin = HEAD + self.overhead
        head, signature, body = data[:HEAD], data[HEAD : HEAD + self._length], data[begin:]
        signed = data[HEAD + self._length : begin] + head + body
        if not hmac.compare_digest(signature, self._signature(self._incoming, signed)):
            return None
        return head, body


class TlsCrypt(_Keyed):
    """Signs and encrypts; the direction follows from the role."""

    __slots__ = ("_cipher",)
    overhead: int

    def __init__(self, key: ControlKey, seconds: int, *, client: bool) -> None:
        super().__init__(key, client, seconds)
        if key.cipher is None:
            raise ControlKeyError("tls-crypt wants a cipher, and none is at hand.")
        self._cipher = key.cipher
        self.overhead = _REPLAY + _SHA256

    @staticmethod
    def _signature(half: bytes, signed: bytes) -> bytes:
        return hmac.digest(half[_HMAC_AT : _HMAC_AT + _SHA256], signed, "sha256")

    def wrap(self, head: bytes, body: bytes) -> bytes:
        clear = head + self._next_replay()
        signature = self._signature(self._outgoing, clear + body)
        return clear + signature + self._cipher(self._outgoing[:_CIPHER_KEY], signature[:_COUNTER], body)

    def unwrap(self, data: bytes) -> tuple[bytes, bytes] | None:
        begin = HEAD + self.overhead
        if len(data) <= begin:
            return None
        clear, signature = data[: HEAD + _REPLAY], data[HEAD + _REPLAY : begin]
        body = self._cipher(self._incoming[:_CIPHER_KEY], signature[:_COUNTER], data[begin:])
        if not hmac.compare_digest(signature, self._signature(self._incoming, clear + body)):
            return None
        return data[:HEAD], body


def wrapping(key: ControlKey | None, seconds: int, *, client: bool) -> Wrapping:
    """What this key does to the packets of one side of a session that begins now (seconds since 1970).

    Raises ControlKeyError for a key of another length, an unknown digest, a missing cipher.
    """
    if key is None:
        return Wrapping()
    if key.mode == "tls-auth":
        return TlsAuth(key, seconds)
    return TlsCrypt(key, seconds, client=client)
