"""The shared key of the control channel as people have it: the file that `openvpn --genkey` writes, a digest's name.

openvpn(8), "--genkey", "--tls-auth", "--tls-crypt", "--auth".
"""

import hashlib
import hmac
import re
from typing import Final

from hemostat.errors import HemostatError

__all__ = ["KEY_LENGTH", "WANTS_A_KEY", "ControlKeyError", "read_control_key", "read_digest"]

WANTS_A_KEY: Final = (
    "An OpenVPN server that wants a key says nothing, or closes, to those who have none or another: give it as its "
    "clients have it, by --tls-auth FILE (with --key-direction and --auth) or --tls-crypt FILE."
)
"""What silence of a server may mean, for people."""

KEY_LENGTH: Final = 256
"""Bytes of a key: two halves (one a direction), each 64 bytes for a cipher and 64 for an HMAC."""
_BEGIN: Final = "-----BEGIN OpenVPN Static key V1-----"
_END: Final = "-----END OpenVPN Static key V1-----"
_V2: Final = re.compile(r"-----BEGIN OpenVPN tls-crypt-v2 (client|server) key-----")
_BY_OTHER_NAMES: Final = {"blake2b512": "blake2b", "blake2s256": "blake2s"}
"""OpenSSL's names of digests → hashlib's, where more than the punctuation differs."""


class ControlKeyError(HemostatError):
    """What is given as OpenVPN's key, or its digest, is none; its text says why, in one sentence for the user."""


def read_control_key(text: str) -> bytes:
    """The 256 bytes of a static key, from the text of its file or of a configuration that holds it inline.

    Raises ControlKeyError.
    """
    begin = text.find(_BEGIN)
    if begin < 0:
        if wrapped := _V2.search(text):
            raise ControlKeyError(
                f"This is a tls-crypt-v2 {wrapped[1]} key, which hemostat can't use: a server of that kind answers to "
                "none but the keys that it wrapped itself."
            )
        raise ControlKeyError(f'There is no OpenVPN key in it: it should have a line "{_BEGIN}".')
    begin += len(_BEGIN)
    end = text.find(_END, begin)
    if end < 0:
        raise ControlKeyError(f'The key is cut off: there is no line "{_END}" behind it.')
    # More than a key's digits and line ends is none; looked at no further.
    digits = "".join(text[begin : min(end, begin + 8 * KEY_LENGTH)].split())
    if not re.fullmatch(r"[0-9A-Fa-f]*", digits):
        raise ControlKeyError("The key holds something that is no hexadecimal digit.")
    if len(digits) != 2 * KEY_LENGTH:
        raise ControlKeyError(
            f"The key has {len(digits)} hexadecimal digits, and should have {2 * KEY_LENGTH}."
        )
    return bytes.fromhex(digits)


def read_digest(name: str) -> str:
    """hashlib's name of the digest that OpenVPN's `--auth` calls so ("SHA256", "SHA3-256", "RSA-SHA512").

    Raises ControlKeyError for one that isn't known here, or makes no HMACs.
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower()).removeprefix("rsa")
    plain = _BY_OTHER_NAMES.get(plain, plain)
    for known in sorted(hashlib.algorithms_available):
        if re.sub(r"[^a-z0-9]", "", known.lower()) == plain and _makes_hmacs(known):
            return known
    raise ControlKeyError(f"{name!r} is no digest that is known here (SHA1, SHA256, SHA512, …).")


def _makes_hmacs(digest: str) -> bool:
    try:
        hmac.new(b"", b"", digest)
    except (ValueError, TypeError):
        # A digest that this OpenSSL lists and doesn't give out (MD4), or one of no fixed length (SHAKE).
        return False
    return True
