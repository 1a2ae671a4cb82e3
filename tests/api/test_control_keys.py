"""OpenVPN's key of the control channel, from its file."""

import pytest

from hemostat.api.control_keys import control_key
from hemostat.errors import HemostatError

HEX = "\n".join(f"{number:02x}" * 16 for number in range(16))
TEXT = (
    "#\n# 2048 bit OpenVPN static key\n#\n-----BEGIN OpenVPN Static key V1-----\n"
    f"{HEX}\n-----END OpenVPN Static key V1-----\n"
)


def test_tls_auth_has_its_digest_and_direction() -> None:
    key = control_key(TEXT, "tls-auth", direction=1, digest="SHA256")
    assert (key.mode, key.inverse, key.digest, len(key.key)) == ("tls-auth", True, "sha256", 256)
    assert control_key(TEXT, "tls-auth").inverse is None
    assert control_key(TEXT, "tls-auth", digest="SHA-512").digest == "sha512"


def test_tls_crypt_has_its_cipher() -> None:
    """NIST SP 800-38A, section F.5.5: AES-256 in counter mode."""
    key = control_key(TEXT, "tls-crypt")
    assert key.cipher is not None
    secret = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    counter = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    assert key.cipher(secret, counter, plain).hex() == "601ec313775789a5b7a7f504bbf3d228"


@pytest.mark.parametrize(("text", "digest"), [("", "SHA1"), ("no key", "SHA1"), (TEXT, "ROT13")])
def test_what_is_no_key_or_digest_is_refused(text: str, digest: str) -> None:
    with pytest.raises(HemostatError):
        control_key(text, "tls-auth", digest=digest)
