import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import ControlKey
from hemostat.layers.openvpn.control_key import ControlKeyError
from hemostat.layers.openvpn.packets import HEAD
from hemostat.layers.openvpn.wrapping import Wrapping, wrapping
from tests.layers.openvpn.keys import KEY, aes_256_ctr, pairs

SECONDS = 0x6B065390
RESET_BODY = bytes(5)
"""Acknowledges nothing, packet id 0."""

# The first packets of OpenVPN 2.6.14's client (Debian 12) with the key that `KEY` is, at `SECONDS`.
TLS_AUTH = bytes.fromhex(
    "3826f1a46626a6b9e10b2d5c01e0e9613321f8629f11323b8e98e84b4b000000016b0653900000000000"
)
TLS_AUTH_1_SHA256 = bytes.fromhex(
    "38c5e788ed09a9841cf69801234dc08b358777cc4fea3633d30eca738d07b9080bd56f0cd81314dfbf"
    "000000016b0653900000000000"
)
TLS_AUTH_0_SHA512 = bytes.fromhex(
    "38af65bce2f7f7154bdc57069ba7844eaef47d6359c45719e47cb0895de2d90d6646bd00640ce5a350ea7077ce5d4b400d"
    "fdb603775b417b9fb1914da94493a4fa4fd55f46c7c1ca3d000000016b0653900000000000"
)
TLS_CRYPT = bytes.fromhex(
    "380500a96379d361bd000000016b0653905f7197f4556a97e764409ba287a3447560b708c9eb5bb8b491ec27b56ba1e258"
    "eb4cfc90ce"
)
SEEN: dict[str, tuple[bytes, ControlKey, ControlKey]] = {
    "tls-auth": (TLS_AUTH, ControlKey("tls-auth", KEY), ControlKey("tls-auth", KEY)),
    "tls-auth 1, SHA256": (
        TLS_AUTH_1_SHA256,
        ControlKey("tls-auth", KEY, True, "sha256"),
        ControlKey("tls-auth", KEY, False, "sha256"),
    ),
    "tls-auth 0, SHA512": (
        TLS_AUTH_0_SHA512,
        ControlKey("tls-auth", KEY, False, "sha512"),
        ControlKey("tls-auth", KEY, True, "sha512"),
    ),
    "tls-crypt": (
        TLS_CRYPT,
        ControlKey("tls-crypt", KEY, cipher=aes_256_ctr),
        ControlKey("tls-crypt", KEY, cipher=aes_256_ctr),
    ),
}
heads = st.binary(min_size=HEAD, max_size=HEAD)
bodies = st.binary(min_size=1, max_size=200)


def sides(kind: str) -> tuple[Wrapping, Wrapping]:
    of_client, of_server = pairs()[kind]
    return wrapping(of_client, SECONDS, client=True), wrapping(of_server, SECONDS + 9, client=False)


@pytest.mark.parametrize("kind", SEEN)
def test_a_real_client_wraps_so(kind: str) -> None:
    packet, of_client, of_server = SEEN[kind]
    assert wrapping(of_client, SECONDS, client=True).wrap(packet[:HEAD], RESET_BODY) == packet
    assert wrapping(of_server, 0, client=False).unwrap(packet) == (packet[:HEAD], RESET_BODY)
    assert wrapping(of_client, 0, client=True).overhead == len(packet) - HEAD - len(RESET_BODY)


@pytest.mark.parametrize("kind", pairs())
@given(head=heads, body=bodies)
def test_each_side_reads_what_the_other_wrapped(kind: str, head: bytes, body: bytes) -> None:
    client, server = sides(kind)
    for writer, reader in ((client, server), (server, client)):
        wrapped = writer.wrap(head, body)
        assert len(wrapped) == len(head) + len(body) + writer.overhead
        assert reader.unwrap(wrapped) == (head, body)


@pytest.mark.parametrize("kind", [kind for kind in pairs() if kind != "plain"])
@given(head=heads, body=bodies, at=st.integers(0, 400), bit=st.integers(0, 7))
def test_one_bit_changed_and_it_is_read_by_nobody(
    kind: str, head: bytes, body: bytes, at: int, bit: int
) -> None:
    client, server = sides(kind)
    wrapped = bytearray(client.wrap(head, body))
    wrapped[at % len(wrapped)] ^= 1 << bit
    assert server.unwrap(bytes(wrapped)) is None


@pytest.mark.parametrize("kind", pairs())
@given(data=st.binary(max_size=120))
def test_garbage_is_read_by_nobody(kind: str, data: bytes) -> None:
    for side in sides(kind):
        assert side.unwrap(data) == (
            (data[:HEAD], data[HEAD:]) if kind == "plain" and len(data) > HEAD else None
        )


@pytest.mark.parametrize("kind", [kind for kind in pairs() if kind not in ("plain", "tls-auth")])
def test_a_packet_that_comes_back_to_its_sender_is_not_read(kind: str) -> None:
    for side in sides(kind):
        assert side.unwrap(side.wrap(bytes(HEAD), b"body")) is None


def test_the_replay_number_counts_up_over_seconds_that_stay() -> None:
    signing = wrapping(ControlKey("tls-auth", KEY), SECONDS + (1 << 32), client=True)
    replays = [signing.wrap(bytes(HEAD), b"same")[-12:-4] for _ in range(3)]
    assert replays == [number.to_bytes(4) + SECONDS.to_bytes(4) for number in (1, 2, 3)]


def test_tls_crypt_hides_the_body_and_signs_with_the_clients_half() -> None:
    client, _ = sides("tls-crypt")
    wrapped = client.wrap(bytes(HEAD), b"a body in clear")
    assert b"a body in clear" not in wrapped
    signed = wrapped[: HEAD + 8] + b"a body in clear"
    assert wrapped[HEAD + 8 : HEAD + 40] == hmac.digest(KEY[128 + 64 : 128 + 96], signed, "sha256")


@pytest.mark.parametrize(
    "key",
    [
        ControlKey("tls-auth", KEY[:128]),
        ControlKey("tls-auth", KEY, digest="none"),
        ControlKey("tls-crypt", KEY),
        ControlKey("tls-crypt", KEY + b"!", cipher=aes_256_ctr),
    ],
    ids=["half a key", "no digest", "no cipher", "too long"],
)
def test_a_key_that_cannot_be_used_is_refused(key: ControlKey) -> None:
    with pytest.raises(ControlKeyError):
        wrapping(key, 0, client=True)
