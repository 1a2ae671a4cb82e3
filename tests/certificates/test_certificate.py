"""A certificate, read whole: held against `cryptography` where that reads it, and read all the same where not."""

import json
import tracemalloc
import warnings
from dataclasses import fields
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from hemostat.certificates import CERTIFICATE_ERROR_CODES, Certificate, CertificateError, read_certificate
from hemostat.evidence import write_time
from hemostat.wire import handshake, messages, protocol, records
from tests.certificates.making import ED25519, attribute, forged, identifier, issued, san, tlv
from tests.wire.damage import garbled
from tests.wire.recorded import STREAMS, received

KINDS = ["rsa", "ec", "dsa", "ed25519", "ed448"]
TEXTS = ["sha256", "subject", "issuer", "serial", "not_before", "not_after", "spki_sha256", "key_type"]


def recorded_certificates() -> list[bytes]:
    """All that real servers showed in the lab's recordings, each once."""
    found: dict[bytes, None] = {}
    for peer, recording in STREAMS:
        if peer.role != "server":
            continue
        reader, joined = records.RecordReader(), handshake.HandshakeReader()
        for record in (one for data in received(recording)[:1] for one in reader.feed(data)):
            if record.kind == protocol.HANDSHAKE:
                for message in joined.feed(record.body):
                    if message.kind == protocol.CERTIFICATE:
                        found.update(dict.fromkeys(messages.read_certificate(message.body)))
    return list(found)


RECORDED = recorded_certificates()


def check_sound(certificate: Certificate) -> None:
    """What holds for every certificate, whoever made it."""
    for field in TEXTS:
        assert getattr(certificate, field).isprintable(), field
    assert len(certificate.sha256) == len(certificate.spki_sha256) == 64
    assert len(certificate.subject) <= 1024
    assert len(certificate.issuer) <= 1024
    assert len(certificate.serial) <= 129
    assert len(certificate.names) <= 256
    assert len(set(certificate.names)) == len(certificate.names)
    assert all(name.isprintable() and 0 < len(name) <= 4 * 255 for name in certificate.names)
    assert set(certificate.unread) <= {field.name for field in fields(Certificate)}


def theirs(der: bytes) -> dict[str, object]:
    """What `cryptography` reads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        certificate = x509.load_der_x509_certificate(der)
        try:
            san = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        except x509.ExtensionNotFound:
            san = []
        names = [str(name.value) for name in san if isinstance(name, x509.DNSName | x509.IPAddress)]
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return {
            "subject": certificate.subject.rfc4514_string(),
            "issuer": certificate.issuer.rfc4514_string(),
            "names": tuple(names or [str(name.value) for name in common][-1:]),
            "serial": int(certificate.serial_number),
            "not_before": write_time(certificate.not_valid_before_utc),
            "not_after": write_time(certificate.not_valid_after_utc),
            "spki_sha256": sha256(
                certificate.public_key().public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            ).hexdigest(),
        }


def check_alike(der: bytes) -> Certificate:
    certificate = read_certificate(der)
    check_sound(certificate)
    assert certificate.unread == ()
    for field, value in theirs(der).items():
        ours = getattr(certificate, field)
        assert (int(ours, 16) if field == "serial" else ours) == value, field
    assert certificate.sha256 == sha256(der).hexdigest()
    return certificate


def test_the_recordings_show_rsa_and_ec() -> None:
    assert {read_certificate(der).key_type for der in RECORDED} == {"rsa", "ec"}


@pytest.mark.parametrize("der", RECORDED, ids=lambda der: sha256(der).hexdigest()[:8])
def test_what_real_servers_showed_is_read_as_others_read_it(der: bytes) -> None:
    check_alike(der)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", [None, "rsa"])
def test_real_certificates_are_read_as_others_read_them(kind: str, by: str | None) -> None:
    names = ["www.example", "*.example", "192.0.2.7", "2001:db8::1", "root@www.example"]
    der = issued(kind, names=names, by=by, issuer="CN=Some CA,C=DE" if by else None)
    certificate = check_alike(der)
    assert certificate.names == ("www.example", "*.example", "192.0.2.7", "2001:db8::1")
    assert certificate.key_type == kind
    assert certificate.self_signed is (by is None)


def test_each_field() -> None:
    certificate = read_certificate(
        issued("rsa", names=["a.example"], subject=r"CN=a.example,O=Example\, Inc.")
    )
    assert certificate.subject == certificate.issuer == r"CN=a.example,O=Example\, Inc."
    assert certificate.serial == "0abc"
    assert certificate.not_before == "2014-04-07T19:30:00.000000Z"
    assert certificate.not_after == "2016-12-31T23:59:59.000000Z"
    assert (certificate.key_type, certificate.key_size) == ("rsa", 2048)
    assert certificate.signature_algorithm == "sha256WithRSAEncryption"
    assert certificate.self_signed


def test_the_json_is_every_field() -> None:
    certificate = read_certificate(issued("ec", names=["a.example"]))
    value = certificate.as_json()
    assert value["names"] == ["a.example"]
    assert json.loads(json.dumps(value)) == value
    assert value.keys() == {field.name for field in fields(Certificate)}
    assert list(value["unread"]) == []


def test_a_renewed_certificate_on_the_same_key_shows_it() -> None:
    old, new = (read_certificate(issued("ec", serial=serial)) for serial in (1, 2))
    assert old.sha256 != new.sha256
    assert old.spki_sha256 == new.spki_sha256


@pytest.mark.parametrize(
    ("names", "expected"),
    [([], ("www.example",)), (["a@b.example"], ("www.example",)), (["a.example"], ("a.example",))],
)
def test_the_common_name_counts_where_no_host_is_named(names: list[str], expected: tuple[str, ...]) -> None:
    assert read_certificate(issued("ec", names=names)).names == expected


def test_who_says_to_have_issued_it_but_did_not_sign_it_is_not_believed() -> None:
    assert not read_certificate(issued("ec", by="ec, another")).self_signed
    assert not read_certificate(issued("ec", issuer="CN=other")).self_signed


def test_a_signature_that_nobody_can_check_is_taken_at_its_word() -> None:
    root = (attribute("2.5.4.3", 0x0C, b"root"),)
    assert read_certificate(
        forged(issuer=root, subject=root, spki=tlv(0x30, tlv(0x30, identifier("1.2.3"))))
    ).self_signed


WILDCARDS = {
    "issuer": (attribute("2.5.4.3", 0x13, b"*.ca_1"),),
    "subject": (attribute("2.5.4.3", 0x13, b"*.a_b.example"),),
}


@pytest.mark.parametrize(
    ("odd", "expected", "unread"),
    [
        (
            WILDCARDS,
            {"subject": "CN=*.a_b.example", "issuer": "CN=*.ca_1", "names": ("*.a_b.example",)},
            (),
        ),
        ({"serial": b"\x02\x01\x00"}, {"serial": "00"}, ()),
        ({"serial": b"\x02\x02\xff\x00"}, {"serial": "-0100"}, ()),
        ({"serial": b"\x02\x03\x00\x80\x01"}, {"serial": "8001"}, ()),
        ({"serial": b"\x02\x00"}, {"serial": ""}, ("serial",)),
        ({"serial": b"\x0c\x01a"}, {"serial": ""}, ("serial",)),
        ({"serial": tlv(0x02, b"\x7f" * 1_000_000)}, {"serial": "7f" * 64}, ("serial",)),
        ({"version": b""}, {"serial": "0abc"}, ()),
        ({"version": b"\xa0\x03\x02\x01\x63"}, {"serial": "0abc"}, ()),
        ({"algorithm": tlv(0x30)}, {"signature_algorithm": ""}, ("signature_algorithm",)),
        ({"algorithm": tlv(0x30, identifier("1.2.3.4"))}, {"signature_algorithm": "1.2.3.4"}, ()),
        ({"validity": ()}, {"not_before": "", "not_after": ""}, ("not_after", "not_before")),
        (
            {"validity": (tlv(0x17, b"140407193000Z"), tlv(0x18, b"99999990101000000Z"))},
            {"not_before": "2014-04-07T19:30:00.000000Z", "not_after": ""},
            ("not_after",),
        ),
        (
            {"validity": (tlv(0x17, b"140407193000Z"), b"\x17\x50")},
            {"not_before": "2014-04-07T19:30:00.000000Z", "not_after": ""},
            ("not_after",),
        ),
        ({"spki": tlv(0x30)}, {"key_type": "", "key_size": None}, ("key_type",)),
        (
            {"spki": tlv(0x30, tlv(0x30, identifier("1.2.643.7.1.1.1.1")))},
            {"key_type": "1.2.643.7.1.1.1.1", "key_size": None},
            (),
        ),
        ({"subject": (b"\x31\x03\x30\x01\x00",)}, {"subject": "", "names": ()}, ("subject",)),
        ({"issuer": (b"\x99\x00",)}, {"issuer": ""}, ("issuer",)),
        ({"subject": ()}, {"subject": "", "names": ()}, ()),
        ({"extensions": (san(b"\x82\x01a"), san(b"\x82\x01b"))}, {"names": ("a", "b")}, ()),
        ({"extensions": (san(b"\x82\x01a"), b"\x04\x00")}, {"names": ("a",)}, ("names",)),
        ({"extensions": (b"\x30\x00", san(b"\x82\x01a"))}, {"names": ("www.example",)}, ("names",)),
        ({"extensions": (san(b"\x82\x05a"),)}, {"names": ("www.example",)}, ("names",)),
        (
            {
                "extensions": (
                    tlv(0x30, identifier("2.5.29.17"), b"\x01\x01\xff", tlv(0x04, tlv(0x30, b"\x82\x01a"))),
                )
            },
            {"names": ("a",)},
            (),
        ),
        ({"extensions": (san(tlv(0x82, b"x" * 1_000_000)),)}, {"names": ("www.example",)}, ("names",)),
    ],
)
def test_what_is_odd_costs_its_own_field_alone(
    odd: dict[str, object], expected: dict[str, object], unread: tuple[str, ...]
) -> None:
    usual = read_certificate(forged()).as_json()
    certificate = read_certificate(forged(**odd))  # type: ignore[arg-type]
    check_sound(certificate)
    assert {field: getattr(certificate, field) for field in expected} == expected
    assert certificate.unread == unread
    unchanged = (
        usual.keys() - expected.keys() - {"sha256", "spki_sha256", "unread", "names", "key_size"} - odd.keys()
    )
    unchanged -= {"key_type"} if "spki" in odd else set()
    unchanged -= {"signature_algorithm"} if "algorithm" in odd else set()
    assert {field: getattr(certificate, field) for field in unchanged} == {
        field: usual[field] for field in unchanged
    }


def test_bytes_after_the_certificate_change_nothing_but_its_digest() -> None:
    der = forged()
    assert read_certificate(der + b"more").spki_sha256 == read_certificate(der).spki_sha256


def test_a_certificate_without_its_end_shows_its_key() -> None:
    der = forged(extensions=[san(b"\x82\x01a")])
    cut = read_certificate(der[: der.index(ED25519) + len(ED25519)])
    assert cut.spki_sha256 == sha256(ED25519).hexdigest()
    assert cut.names == ("www.example",)
    assert cut.unread == ("names",)


@pytest.mark.parametrize(
    ("der", "code"),
    [
        (b"", "truncated"),
        (b"\x30", "truncated"),
        (forged()[:60], "truncated"),
        (b"-----BEGIN CERTIFICATE-----", "malformed"),
        (b"\x30\x80" + bytes(40), "malformed"),
        (tlv(0x30, tlv(0x30, b"\x02\x01\x01", b"\x04\x00")), "malformed"),
        (forged(spki=b"\x04\x00"), "malformed"),
    ],
)
def test_where_there_is_no_key_there_is_no_certificate(der: bytes, code: str) -> None:
    with pytest.raises(CertificateError) as raised:
        read_certificate(der)
    assert raised.value.code == code


def outcome(der: bytes) -> None:
    """Reads it, or raises the documented error."""
    try:
        certificate = read_certificate(der)
    except CertificateError as error:
        if error.code not in CERTIFICATE_ERROR_CODES:
            raise AssertionError from error
        return
    check_sound(certificate)


@given(st.data(), st.sampled_from(RECORDED))
def test_real_certificates_cut_anywhere(data: st.DataObject, der: bytes) -> None:
    outcome(der[: data.draw(st.integers(0, len(der)))])


@given(st.data(), st.sampled_from([*RECORDED, issued("ec", names=["a.example", "192.0.2.7"]), issued("dsa")]))
def test_real_certificates_garbled(data: st.DataObject, der: bytes) -> None:
    outcome(data.draw(garbled(der)))


@given(garbled(forged(extensions=[san(b"\x82\x01a")])))
def test_small_certificates_garbled(der: bytes) -> None:
    outcome(der)


@given(st.binary(max_size=400))
def test_any_bytes(der: bytes) -> None:
    outcome(der)


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "odd",
    [
        {"subject": (attribute("2.5.4.3", 0x0C, b"\x1b" * MEGABYTE),)},
        {"subject": (b"\x31\x00",) * (MEGABYTE // 2)},
        {"subject": (tlv(0x31, attribute("2.5.4.3", 0x0C, b"a")[2:] * (MEGABYTE // 12)),)},
        {"serial": tlv(0x02, b"\x7f" * MEGABYTE)},
        {"algorithm": tlv(0x30, tlv(0x06, b"\xff" * MEGABYTE))},
        {
            "spki": tlv(
                0x30,
                tlv(0x30, identifier("1.2.840.113549.1.1.1")),
                tlv(3, b"\0", tlv(0x30, tlv(2, b"\x7f" * MEGABYTE))),
            )
        },
        {"extensions": (san(b"\x82\x01a" * (MEGABYTE // 3)),)},
        {"extensions": (tlv(0x30, b"\x05\x00" * (MEGABYTE // 2)),)},
        {"issuer": (), "subject": (), "extensions": (san(b"\x82\x01a" * (MEGABYTE // 3)),)},
    ],
    ids=[
        "subject",
        "sets",
        "attributes",
        "serial",
        "algorithm",
        "modulus",
        "names",
        "extension",
        "self-signed",
    ],
)
def test_a_megabyte_in_a_field_takes_a_few_megabytes(odd: dict[str, object]) -> None:
    der = forged(**odd)  # type: ignore[arg-type]
    tracemalloc.start()
    try:
        check_sound(read_certificate(der))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * MEGABYTE
