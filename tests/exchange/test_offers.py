"""The hellos that are offered, read by hand and by others."""

import random
from typing import NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.exchange import offers
from hemostat.exchange.offers import Form, Offer, client_hello
from hemostat.wire.ciphers import cipher_name

# What a stock OpenSSL 1.0.1 server may be configured down to: one suite of each kind it has (ciphers(1)).
ONE_OF_EACH_KIND = (
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_RC4_128_MD5",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_DES_CBC_SHA",
    "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
    "TLS_RSA_WITH_IDEA_CBC_SHA",
    "TLS_RSA_WITH_SEED_CBC_SHA",
    "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_NULL_SHA",
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
    "TLS_DH_anon_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_PSK_WITH_AES_128_CBC_SHA",
    "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA",
)
FORMS: tuple[Form, ...] = get_args(Form)


class Hello(NamedTuple):
    """A hello taken apart by RFC 5246 section 7.4.1.2."""

    version: int
    random: bytes
    session: bytes
    cookie: bytes
    suites: list[int]
    compression: bytes
    extensions: dict[int, bytes]


def drawn(seed: int = 7) -> random.Random:
    return random.Random(seed)


def hello(form: Form, name: str | None = "www.example", cookie: bytes | None = None, seed: int = 7) -> bytes:
    if form == "dtls12" and cookie is None:
        cookie = b""
    return client_hello(Offer(form, name), drawn(seed).randbytes, cookie=cookie)


def taken_apart(body: bytes, *, datagram: bool = False) -> Hello:
    at = 34

    def vector(size: int) -> bytes:
        nonlocal at
        start = at + size
        at = start + int.from_bytes(body[at:start], "big")
        assert at <= len(body)
        return body[start:at]

    session = vector(1)
    cookie = vector(1) if datagram else b""
    suites, compression = vector(2), vector(1)
    extensions: dict[int, bytes] = {}
    if at < len(body):
        block = vector(2)
        while block:
            kind, length = int.from_bytes(block[:2], "big"), int.from_bytes(block[2:4], "big")
            assert kind not in extensions
            extensions[kind] = block[4 : 4 + length]
            assert len(extensions[kind]) == length
            block = block[4 + length :]
    assert at == len(body)
    listed = [int.from_bytes(suites[i : i + 2], "big") for i in range(0, len(suites), 2)]
    return Hello(
        int.from_bytes(body[:2], "big"), body[2:34], session, cookie, listed, compression, extensions
    )


@pytest.mark.parametrize(
    ("form", "version"), [("tls12", 0x0303), ("tls13", 0x0303), ("ssl30", 0x0300), ("dtls12", 0xFEFD)]
)
def test_a_hello_offers_its_best_version_and_no_session(form: Form, version: int) -> None:
    found = taken_apart(hello(form), datagram=form == "dtls12")
    assert (found.version, found.session, found.cookie, found.compression) == (version, b"", b"", b"\0")
    assert found.random == drawn().randbytes(32)


@pytest.mark.parametrize("form", ["tls12", "tls13", "dtls12"])
def test_heartbeats_are_offered_with_mode_1(form: Form) -> None:
    assert taken_apart(hello(form), datagram=form == "dtls12").extensions[15] == b"\1"
    assert Offer(form, None).heartbeat


def test_ssl_3_0_has_no_extensions() -> None:
    found = taken_apart(hello("ssl30"))
    assert found.extensions == {}
    assert found.suites[-1] == 0x00FF
    assert not Offer("ssl30", None).heartbeat


@pytest.mark.parametrize("form", ["tls12", "tls13", "ssl30", "dtls12"])
@pytest.mark.parametrize("suite", ONE_OF_EACH_KIND)
def test_whatever_an_openssl_1_0_1_was_configured_with_one_suite_fits(form: Form, suite: str) -> None:
    names = [cipher_name(code) for code in taken_apart(hello(form), datagram=form == "dtls12").suites]
    if form == "ssl30" and suite.endswith(("SHA256", "SHA384")):
        assert suite not in names
    else:
        assert suite in names


@pytest.mark.parametrize("form", FORMS)
def test_some_servers_balk_at_more_than_128_suites(form: Form) -> None:
    suites = taken_apart(hello(form), datagram=form == "dtls12").suites
    assert len(suites) == len(set(suites)) <= 128


@pytest.mark.parametrize("form", ["tls12", "tls13", "dtls12"])
def test_curves_and_signatures_are_those_of_openssl_1_0_1_and_of_today(form: Form) -> None:
    found = taken_apart(hello(form), datagram=form == "dtls12").extensions
    groups = {int.from_bytes(found[10][i : i + 2], "big") for i in range(2, len(found[10]), 2)}
    # All of RFC 4492 and RFC 8422; x25519 is what some servers of today want alone.
    assert set(range(1, 26)) | {29} <= groups
    signatures = {found[13][i : i + 2].hex() for i in range(2, len(found[13]), 2)}
    assert {"0401", "0403", "0402", "0201", "0203", "0202", "0101", "0804", "0807"} <= signatures
    assert found[11][1:2] == b"\0"
    assert found[0xFF01] == b"\0"


def test_1_3_is_offered_beside_what_is_older() -> None:
    found = taken_apart(hello("tls13"))
    assert found.extensions[43] == bytes.fromhex("08 0304 0303 0302 0301")
    assert {0x1301, 0x1302, 0x1303} <= set(found.suites)
    share = found.extensions[51]
    assert share[:6] == bytes.fromhex("0024 001d 0020")
    assert len(set(share[6:])) > 16
    assert 43 not in taken_apart(hello("tls12")).extensions
    assert not {0x1301, 0x1302, 0x1303} & set(taken_apart(hello("tls12")).suites)


@pytest.mark.parametrize("form", ["tls12", "tls13", "dtls12"])
def test_the_name_is_sent_where_there_is_one(form: Form) -> None:
    with_name = taken_apart(hello(form), datagram=form == "dtls12").extensions
    assert with_name[0] == bytes.fromhex("000e 00 000b") + b"www.example"
    assert 0 not in taken_apart(hello(form, None), datagram=form == "dtls12").extensions


@given(
    st.sampled_from(FORMS),
    st.none() | st.from_regex(r"[a-z0-9][a-z0-9.-]{0,252}", fullmatch=True),
    st.binary(max_size=255),
)
def test_no_hello_has_a_length_that_old_balancers_hang_on(
    form: Form, name: str | None, cookie: bytes
) -> None:
    body = hello(form, name, cookie if form == "dtls12" else None)
    # RFC 7685 section 4: of the message with its header.
    assert not 256 <= len(body) + 4 <= 511
    assert len(body) < 1200, "one datagram, one segment"


@given(st.none() | st.just("www.example"), st.binary(max_size=255))
def test_with_its_cookie_a_hello_differs_in_nothing_else(name: str | None, cookie: bytes) -> None:
    """RFC 6347 section 4.2.1."""
    first = hello("dtls12", name)
    again = client_hello(Offer("dtls12", name), drawn(8).randbytes, random=first[2:34], cookie=cookie)
    assert taken_apart(again, datagram=True) == taken_apart(first, datagram=True)._replace(cookie=cookie)


def test_what_is_random_is_drawn_for_each_hello() -> None:
    for form in FORMS:
        assert hello(form, seed=1) != hello(form, seed=2)
        assert hello(form, seed=1) == hello(form, seed=1)
    one, other = (taken_apart(hello("tls13", seed=seed)) for seed in (1, 2))
    assert one.extensions[51] != other.extensions[51]


def test_the_versions_of_an_offer_by_name() -> None:
    assert Offer("tls12", None).versions == ("TLS1.2", "TLS1.1", "TLS1.0", "SSL3.0")
    assert Offer("tls13", None).versions[0] == "TLS1.3"
    assert Offer("ssl30", None).versions == ("SSL3.0",)
    assert Offer("dtls12", None).versions == ("DTLS1.2", "DTLS1.0")


def test_no_cookie_of_a_peer_is_kept() -> None:
    kept = offers._around_random.cache_info
    client_hello(Offer("dtls12", "www.example"), bytes, cookie=b"one")
    before = kept().currsize
    client_hello(Offer("dtls12", "www.example"), bytes, cookie=b"another")
    assert kept().currsize == before
