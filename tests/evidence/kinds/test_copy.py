"""The kind `copy`."""

from typing import Any

import pytest

from hemostat.binaries import FAMILIES, WHY, OpenSslCopy, read_openssl
from hemostat.evidence import KINDS, EvidenceError, encode
from hemostat.evidence.kinds.copy import _HEARTBEATS
from tests.binaries.apples import ARM64, X86_64, macho, universal
from tests.binaries.elves import elf
from tests.binaries.windows import pe
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["copy"]
EXAMPLE: Any = dict(KIND.example)
TEXT_ONLY = EXAMPLE | {"form": "text-only", "parts": [], "heartbeats": "absent", "why": "no-code"}
WOLF = EXAMPLE | {"family": "wolfssl", "parts": [], "heartbeats": "absent", "why": "other-family"}
RUN = "run:" + "0a" * 16


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)


def test_it_links_to_the_build() -> None:
    assert KIND.links(EXAMPLE) == ("build:" + "3f" * 32,)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("copy:host:name=web1:/opt/shop/app.whl", True),
        ("copy:image:" + "12" * 32 + ":/opt/shop/app.whl", True),
        ("copy:host:name=web1:8,1:131077", True),
        ("copy:host:name=web1:/opt/shop/app", False),
        ("copy:host:name=web1:/srv/opt/shop/app.whl", False),
        ("copy:host:name=web1:8,1:131078", False),
        ("copy:host:name=web1:8,2:131077", False),
        ("host:name=web1", False),
        ("build:" + "3f" * 32, False),
    ],
)
def test_it_is_about_the_file_at_that_place(subject: str, expected: bool) -> None:
    if expected:
        KIND.check_subject(subject, RUN, EXAMPLE)
    else:
        with pytest.raises(EvidenceError):
            KIND.check_subject(subject, RUN, EXAMPLE)


def test_a_path_is_written_as_in_names() -> None:
    facts = EXAMPLE | {"path": "/opt/with%20blank"}
    KIND.check(facts)
    KIND.check_subject("copy:host:name=web1:/opt/with%20blank", RUN, facts)
    assert not accepts(KIND, EXAMPLE | {"path": "/opt/with blank"})


def test_only_names_out_of_files_take_foreign_text() -> None:
    assert takes(KIND, EXAMPLE, MEMORY[:3]) == {"inside", "soname", "needed", "build_id"}
    assert takes(KIND, EXAMPLE, MEMORY[3:]) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing_or_of_another_type(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))
    assert not accepts(KIND, put(EXAMPLE, (key,), 47.11))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TEXT_ONLY, True),
        (WOLF, True),
        (EXAMPLE | {"inside": [], "bytes": 2683213}, True),
        (EXAMPLE | {"inside": []}, False),
        (EXAMPLE | {"inside": ["data.tar.xz", "./a"]}, True),
        (EXAMPLE | {"inside": ["a\x1b[31m"]}, False),
        (EXAMPLE | {"inside": [""]}, False),
        (EXAMPLE | {"path": None, "deleted": True}, True),
        (EXAMPLE | {"path": None, "device": None, "inode": None}, False),
        (EXAMPLE | {"device": None, "inode": None}, True),
        (EXAMPLE | {"device": None}, False),
        (EXAMPLE | {"owner": {"manager": "dpkg", "name": "libssl1.0.0", "version": "1.0.1e-2+deb7u5"}}, True),
        (EXAMPLE | {"owner": {"manager": "dpkg", "name": "libssl1.0.0"}}, False),
        (EXAMPLE | {"heartbeats": "absent"}, False),
        (EXAMPLE | {"heartbeats": "absent", "why": "no-text"}, True),
        (EXAMPLE | {"heartbeats": "unknown", "why": "stripped"}, True),
        (EXAMPLE | {"heartbeats": "unknown", "why": "weather"}, False),
        (EXAMPLE | {"form": "text-only"}, False),
        (TEXT_ONLY | {"parts": ["libssl"]}, False),
        (TEXT_ONLY | {"form": "shared"}, False),
        (WOLF | {"family": "openssl"}, False),
        (EXAMPLE | {"family": "wolfssl"}, False),
        (EXAMPLE | {"family": "schannel"}, False),
        (EXAMPLE | {"format": "zip"}, False),
        (EXAMPLE | {"version_text": "OpenSSL 1.0.1k-fips  FIPS 25 Mar 2021"}, True),
        (EXAMPLE | {"version_text": "OpenSSL 1.0.1g-dev xx XXX xxxx"}, True),
        (EXAMPLE | {"version_text": "LibreSSL 2.8.3"}, False),
        (EXAMPLE | {"version_text": None, "version": None}, True),
        (EXAMPLE | {"other_texts": ["OpenSSL 1.0.1f 6 Jan 2014"] * 64}, True),
        (EXAMPLE | {"other_texts": ["OpenSSL 1.0.1f 6 Jan 2014"] * 65}, False),
        (EXAMPLE | {"symbol_version": "GLIBC_2.2.5"}, False),
        (EXAMPLE | {"machine": ""}, True),
        (EXAMPLE | {"needed": ["lib"] * 257}, False),
    ],
)
def test_what_goes_together(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected


def test_every_reason_of_binaries_is_here() -> None:
    assert _HEARTBEATS.keys() == WHY.keys()
    for family in FAMILIES:
        why = ("present", "symbol") if family == "openssl" else ("absent", "other-family")
        assert accepts(KIND, EXAMPLE | {"family": family, "heartbeats": why[0], "why": why[1]})


TEXTS = (
    b"TLSv1 part of OpenSSL 1.0.1e-fips 11 Feb 2013\0"
    b"OpenSSL 1.1.1k  FIPS 25 Mar 2021\0OpenSSL 1.0.1g-dev xx XXX xxxx"
)
PUBLIC = ["SSL_new", "SSL_CTX_new"]


@pytest.mark.parametrize(
    "data",
    [
        elf(
            exported=[*PUBLIC, "tls1_process_heartbeat"],
            texts=TEXTS,
            soname="a b\x1b",
            needed=["c\\"],
            build_id=b"\1" * 20,
        ),
        elf(exported=PUBLIC, versions=["OPENSSL_1_1_0", "OPENSSL_1_1_1"], machine=9999),
        elf(texts=TEXTS, program=True),
        elf(texts=b"OpenSSL 1.0.1e 11 Feb 2013"),
        b"OpenSSL 1.0.1e 11 Feb 2013",
        b"\x7fELF" + b"\xff" * 60 + b"\0" + TEXTS + b"\0",
        pe(exported=PUBLIC, texts=TEXTS, guid=bytes(16)),
        pe(exported=["wolfSSL_new"]),
        universal((X86_64, macho(texts=TEXTS, uuid=bytes(16))), (ARM64, macho(texts=TEXTS, machine=ARM64))),
        elf(exported=PUBLIC, texts=b"LibreSSL 2.8.3"),
    ],
)
def test_what_binaries_says_of_a_file_is_of_this_kind(data: bytes) -> None:
    copy = read_openssl(data)
    assert isinstance(copy, OpenSslCopy)
    place = {
        key: EXAMPLE[key]
        for key in ("path", "device", "inode", "deleted", "size", "inside", "bytes", "build", "owner")
    }
    KIND.check(place | copy.as_json())
