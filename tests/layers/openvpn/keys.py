"""A shared key for tests, as a file and as bytes, and the cipher that the core must not import."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hemostat.layers import ControlKey

__all__ = ["KEY", "TEXT", "aes_256_ctr", "pairs"]

KEY = bytes(range(256))
TEXT = "\n".join(
    [
        *("#", "# 2048 bit OpenVPN static key", "#", "-----BEGIN OpenVPN Static key V1-----"),
        *(KEY[at : at + 16].hex() for at in range(0, 256, 16)),
        *("-----END OpenVPN Static key V1-----", ""),
    ]
)
"""The file as `openvpn --genkey` writes it."""


def aes_256_ctr(key: bytes, counter: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES256(key), modes.CTR(counter)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def pairs() -> dict[str, tuple[ControlKey | None, ControlKey | None]]:
    """The keys of a client and of its server, by what they do."""
    crypt = ControlKey("tls-crypt", KEY, cipher=aes_256_ctr)
    return {
        "plain": (None, None),
        "tls-auth": (ControlKey("tls-auth", KEY), ControlKey("tls-auth", KEY)),
        "tls-auth, directions, SHA512": (
            ControlKey("tls-auth", KEY, True, "sha512"),
            ControlKey("tls-auth", KEY, False, "sha512"),
        ),
        "tls-crypt": (crypt, crypt),
    }
