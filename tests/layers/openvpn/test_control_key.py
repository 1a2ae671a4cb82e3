import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers.openvpn.control_key import ControlKeyError, read_control_key, read_digest
from tests.layers.openvpn.keys import KEY, TEXT

BEGIN = "-----BEGIN OpenVPN Static key V1-----\n"
END = "\n-----END OpenVPN Static key V1-----\n"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.upper().replace("STATIC KEY", "Static key").replace("VPN", "VPN"),
    ],
    ids=["as made", "Windows lines", "capitals"],
)
def test_the_file_that_openvpn_makes(text: str) -> None:
    text = text.replace("OPENVPN", "OpenVPN")
    assert read_control_key(text) == KEY


def test_what_stands_around_the_key_is_passed_over() -> None:
    assert read_control_key(END + BEGIN + KEY.hex() + END + BEGIN) == KEY


def test_a_key_inside_a_configuration() -> None:
    assert (
        read_control_key(f"client\nremote vpn.example\n<tls-auth>\n{TEXT}</tls-auth>\nkey-direction 1\n")
        == KEY
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no OpenVPN key"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n", "no OpenVPN key"),
        (BEGIN + KEY.hex(), "cut off"),
        (BEGIN + "0g" + KEY.hex()[2:] + END, "no hexadecimal digit"),
        (BEGIN + KEY[:128].hex() + END, "256 hexadecimal digits, and should have 512"),
        (BEGIN + KEY.hex() + "00" + END, "514 hexadecimal digits"),
        (BEGIN + KEY.hex() + "٣٣" + END, "no hexadecimal digit"),
        ("-----BEGIN OpenVPN tls-crypt-v2 client key-----\nAAAA\n", "tls-crypt-v2 client key"),
        ("-----BEGIN OpenVPN tls-crypt-v2 server key-----\nAAAA\n", "tls-crypt-v2 server key"),
    ],
)
def test_what_is_no_key_is_refused_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(ControlKeyError, match=says) as refused:
        read_control_key(text)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=300), st.booleans(), st.booleans())
def test_garbage_is_refused(text: str, begins: bool, ends: bool) -> None:
    with pytest.raises(ControlKeyError):
        read_control_key(BEGIN * begins + text + END * ends)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        *(("SHA1", "sha1"), ("sha256", "sha256"), ("SHA-512", "sha512"), ("MD5", "md5")),
        *(("SHA3-256", "sha3_256"), ("BLAKE2b512", "blake2b"), ("RSA-SHA256", "sha256")),
    ],
)
def test_a_digest_by_openvpns_name(name: str, known: str) -> None:
    assert read_digest(name) == known
    assert known in hashlib.algorithms_available


@pytest.mark.parametrize("name", ["", "none", "SHAKE128", "shake_256", "SHA-257", "md4?", "AES-256-GCM"])
def test_what_is_no_digest_for_hmacs_is_refused(name: str) -> None:
    with pytest.raises(ControlKeyError, match="no digest that is known here"):
        read_digest(name)


@given(st.text(max_size=20))
def test_any_word_is_a_digest_or_refused(name: str) -> None:
    with contextlib.suppress(ControlKeyError):
        assert read_digest(name) in hashlib.algorithms_available
