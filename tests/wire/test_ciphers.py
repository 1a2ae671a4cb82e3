import pytest

from hemostat.lab.recordings import RecordedPeer, Recording
from hemostat.wire.ciphers import (
    OFFERED,
    OFFERED_SSL30,
    OFFERED_TLS13,
    SIGNALLING,
    cipher_name,
    forward_secret,
)
from hemostat.wire.handshake import HandshakeReader
from hemostat.wire.hello import read_server_hello
from hemostat.wire.records import RecordReader
from tests.wire.recorded import STREAMS, name, received
from tests.wire.witnesses import constants, numbers

TSHARK = numbers("tls.handshake.ciphersuite")
NAMED = [code for code in range(1 << 16) if not cipher_name(code).startswith("0x")]


def test_names_agree_with_tshark() -> None:
    ours = {code: cipher_name(code) for code in NAMED}
    # Named by OpenSSL's GOST engine (draft-chudov-cryptopro-cptls-04); IANA has none.
    assert ours.pop(0x80) == "TLS_GOSTR341094_WITH_28147_CNT_IMIT"
    assert ours.pop(0x81) == "TLS_GOSTR341001_WITH_28147_CNT_IMIT"
    assert ours == {code: TSHARK.get(code) for code in ours}
    assert len(ours) > 150


def test_names_agree_with_tlslite() -> None:
    theirs = {
        code: text.replace("_ANON_", "_anon_") for code, text in constants.CipherSuite.ietfNames.items()
    }
    both = [code for code in NAMED if code in theirs]
    assert {code: cipher_name(code) for code in both} == {code: theirs[code] for code in both}
    assert len(both) > 90


def test_what_rfc_2246_and_2712_named() -> None:
    """RFC 2246 appendix A.5, RFC 2712 section 3, RFC 3268 section 2: written down from there."""
    assert cipher_name(0x0003) == "TLS_RSA_EXPORT_WITH_RC4_40_MD5"
    assert cipher_name(0x0006) == "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5"
    assert cipher_name(0x0019) == "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA"
    assert cipher_name(0x001E) == "TLS_KRB5_WITH_DES_CBC_SHA"
    assert cipher_name(0x0025) == "TLS_KRB5_WITH_IDEA_CBC_MD5"
    assert cipher_name(0x002F) == "TLS_RSA_WITH_AES_128_CBC_SHA"


def test_a_number_without_a_name() -> None:
    assert cipher_name(0xC123) == "0xc123"
    assert cipher_name(0) == "0x0000"
    assert cipher_name(0x0A0A) == "0x0a0a"
    assert not forward_secret(0xC123)


@pytest.mark.parametrize("code", NAMED)
def test_forward_secrecy_is_ephemeral_diffie_hellman(code: int) -> None:
    """The exchanges that RFC 5246 section 7.4.3 has a ServerKeyExchange for, and all of TLS 1.3."""
    words = cipher_name(code).split("_WITH_")[0].split("_")
    ephemeral = words[1] in ("DHE", "ECDHE") or words[1:3] in (["DH", "anon"], ["ECDH", "anon"])
    assert forward_secret(code) is (ephemeral or 0x1301 <= code <= 0x1305)


def test_what_is_offered_is_named_and_offered_once() -> None:
    for offer in (OFFERED, OFFERED_SSL30, OFFERED_TLS13):
        assert len(set(offer)) == len(offer)
        assert set(offer) <= set(NAMED)
    assert not any(code >> 8 == 0x13 for code in OFFERED)
    assert {cipher_name(code) for code in OFFERED_TLS13} == {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    }


def test_signalling_is_no_suite() -> None:
    """RFC 5746 section 3.3: { 0x00, 0xFF }."""
    assert TSHARK[SIGNALLING] == "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
    assert SIGNALLING not in OFFERED
    assert not forward_secret(SIGNALLING)


# What an OpenSSL 1.0.1 may be built and configured with, by families: any of them may be all it has.
FAMILIES = {
    "RSA_WITH": (
        0x0004,
        0x0005,
        0x000A,
        0x002F,
        0x0035,
        0x003C,
        0x003D,
        0x009C,
        0x009D,
        0x0041,
        0x0084,
        0x0096,
        0x0007,
    ),
    "RSA_EXPORT": (0x0003, 0x0006, 0x0008),
    "RSA_DES": (0x0009,),
    "RSA_NULL": (0x0001, 0x0002, 0x003B),
    "DHE_RSA": (
        0x0033,
        0x0039,
        0x0067,
        0x006B,
        0x009E,
        0x009F,
        0x0016,
        0x0015,
        0x0014,
        0x0045,
        0x0088,
        0x009A,
    ),
    "DHE_DSS": (
        0x0032,
        0x0038,
        0x0040,
        0x006A,
        0x00A2,
        0x00A3,
        0x0013,
        0x0012,
        0x0011,
        0x0044,
        0x0087,
        0x0099,
    ),
    "DH_anon": (
        0x0018,
        0x001B,
        0x0034,
        0x003A,
        0x006C,
        0x006D,
        0x00A6,
        0x00A7,
        0x001A,
        0x0017,
        0x0019,
        0x0046,
        0x0089,
    ),
    "ECDHE_RSA": (0xC010, 0xC011, 0xC012, 0xC013, 0xC014, 0xC027, 0xC028, 0xC02F, 0xC030),
    "ECDHE_ECDSA": (0xC006, 0xC007, 0xC008, 0xC009, 0xC00A, 0xC023, 0xC024, 0xC02B, 0xC02C),
    "ECDH_RSA": (0xC00B, 0xC00C, 0xC00D, 0xC00E, 0xC00F, 0xC029, 0xC02A, 0xC031, 0xC032),
    "ECDH_ECDSA": (0xC001, 0xC002, 0xC003, 0xC004, 0xC005, 0xC025, 0xC026, 0xC02D, 0xC02E),
    "ECDH_anon": (0xC015, 0xC016, 0xC017, 0xC018, 0xC019),
    "PSK": (0x008A, 0x008B, 0x008C, 0x008D),
    "SRP": (0xC01A, 0xC01B, 0xC01C, 0xC01D, 0xC01E, 0xC01F, 0xC020, 0xC021, 0xC022),
    "KRB5": (0x001E, 0x001F, 0x0020, 0x0021, 0x0022, 0x0023, 0x0024, 0x0025),
    "GOST": (0x0080, 0x0081),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_whatever_an_openssl_1_0_1_is_configured_with_fits(family: str) -> None:
    assert set(FAMILIES[family]) <= set(OFFERED)


def test_some_servers_balk_at_more_than_128_suites() -> None:
    assert len(OFFERED) + 1 <= 128, len(OFFERED)


def test_the_weak_comes_last() -> None:
    """Without forward secrecy after with; NULL, export, DES, RC4, anonymous after all others."""
    names = [cipher_name(code) for code in OFFERED]
    weak = [
        any(word in text for word in ("NULL", "EXPORT", "_DES_", "RC2", "RC4", "MD5", "anon"))
        for text in names
    ]
    assert weak == sorted(weak)
    strong = [code for code, is_weak in zip(OFFERED, weak, strict=True) if not is_weak]
    secret = [forward_secret(code) for code in strong]
    assert secret == sorted(secret, reverse=True)
    assert names[0].startswith("TLS_ECDHE_")


def test_ssl_3_0_is_offered_what_openssl_takes_there() -> None:
    """RFC 6101 appendix A.6, and what came later but for the suites of TLS 1.2 (RFC 5246 section 1.2)."""
    assert {0x0004, 0x0005, 0x000A, 0x0016, 0x002F, 0x0035, 0xC009, 0xC014} <= set(OFFERED_SSL30)
    for code in set(OFFERED) - set(OFFERED_SSL30):
        assert cipher_name(code).endswith(("SHA256", "SHA384"))
    # Header, version, random, no session, suites and a signalling one, no compression. Some old balancers
    # hang on hellos of 256 to 511 bytes (RFC 7685 section 1).
    assert 4 + 2 + 32 + 1 + 2 + 2 * (len(OFFERED_SSL30) + 1) + 2 < 256


@pytest.mark.parametrize(
    ("peer", "recording"), [case for case in STREAMS if case[0].role == "server"], ids=name
)
def test_the_suites_of_the_recordings(peer: RecordedPeer, recording: Recording) -> None:
    """What real servers chose is offered (to SSL 3.0 too), and fits their certificate."""
    hello = read_server_hello(
        HandshakeReader().feed(RecordReader().feed(received(recording)[0])[0].body)[0].body
    )
    assert hello.cipher in (OFFERED_SSL30 if peer.version == "SSL3.0" else OFFERED)
    wanted = "ECDSA" if peer.certificate == "ecdsa" else "RSA"
    assert wanted in cipher_name(hello.cipher)
