"""OpenVPN's key of the control channel, from the text of its file: with the cipher that the core must not import."""

from typing import Literal

from hemostat.layers import ControlKey

__all__ = ["control_key"]


def control_key(
    text: str, mode: Literal["tls-auth", "tls-crypt"], *, direction: int | None = None, digest: str = "SHA1"
) -> ControlKey:
    """The key in the text of a file that `openvpn --genkey` wrote. `direction`: the client's, of tls-auth; `digest`:
    of its HMAC, as OpenVPN's --auth has it.

    Raises `ControlKeyError`, with one sentence for the user.
    """
    from hemostat.layers.openvpn.control_key import read_control_key, read_digest

    name = read_digest(digest)
    key = read_control_key(text)
    if mode == "tls-crypt":
        return ControlKey(mode, key, cipher=_aes_256_ctr)
    return ControlKey(mode, key, None if direction is None else direction == 1, name)


def _aes_256_ctr(key: bytes, counter: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES256(key), modes.CTR(counter)).encryptor()
    return encryptor.update(data) + encryptor.finalize()
