"""Records of others, read: CVE JSON 5 and OSV, written here in the forms that their schemas describe."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.incidents.cve import MAX_RANGES, MAX_RECORDS, RecordError, read_table, write_table
from hemostat.incidents.cve_records import MAX_BYTES, Records, read_records

LINE = "CVE-2023-0286 2023-02-07 high 843 3.0.0<3.0.8 1.1.1<1.1.1t 1.0.2<1.0.2zg\n"
CVE_5: dict[str, Any] = {
    "dataType": "CVE_RECORD",
    "dataVersion": "5.1",
    "cveMetadata": {"cveId": "CVE-2023-0286", "state": "PUBLISHED", "datePublished": "2023-02-08T19:01:50.514Z"},
    "containers": {
        "cna": {
            "datePublic": "2023-02-07T00:00:00.000Z",
            "metrics": [{"format": "other", "other": {"type": "policy", "content": {"text": "High"}}}],
            "problemTypes": [{"descriptions": [{"lang": "en", "description": "x", "cweId": "CWE-843"}]}],
            "affected": [
                {
                    "vendor": "OpenSSL",
                    "product": "OpenSSL",
                    "defaultStatus": "unaffected",
                    "versions": [
                        {"version": "3.0.0", "lessThan": "3.0.8", "status": "affected", "versionType": "semver"},
                        {"version": "1.1.1", "lessThan": "1.1.1t", "status": "affected", "versionType": "custom"},
                        {"version": "1.0.2", "lessThan": "1.0.2zg", "status": "affected", "versionType": "custom"},
                    ],
                }
            ],
        }
    },
}  # fmt: skip
OSV: dict[str, Any] = {
    "id": "OSV-2023-1",
    "aliases": ["GHSA-x", "CVE-2023-0286"],
    "published": "2023-02-07T10:00:00Z",
    "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-843"]},
    "affected": [
        {
            "package": {"ecosystem": "Bitnami", "name": "openssl"},
            "ranges": [
                {
                    "type": "SEMVER",
                    "events": [
                        {"introduced": "3.0.0"},
                        {"fixed": "3.0.8"},
                        {"introduced": "1.1.1"},
                        {"fixed": "1.1.1t"},
                        {"introduced": "1.0.2"},
                        {"fixed": "1.0.2zg"},
                    ],
                }
            ],
        }
    ],
}


def read(*records: Any) -> Records:
    return read_records(json.dumps(records[0] if len(records) == 1 else list(records)).encode())


def lines(*records: Any) -> str:
    return write_table(read(*records).cves)


def with_versions(*versions: Any) -> Any:
    changed = json.loads(json.dumps(CVE_5))
    changed["containers"]["cna"]["affected"][0]["versions"] = list(versions)
    return changed


def with_events(*events: Any) -> Any:
    changed = json.loads(json.dumps(OSV))
    changed["affected"][0]["ranges"][0]["events"] = list(events)
    return changed


@pytest.mark.parametrize("record", [CVE_5, OSV], ids=["CVE JSON 5", "OSV"])
def test_both_give_the_same_facts(record: Any) -> None:
    assert lines(record) == LINE
    assert read(record).left_out == {}


def test_one_a_list_or_one_a_line() -> None:
    assert lines(CVE_5, OSV) == LINE * 2
    text = f"{json.dumps(CVE_5)}\r\n\n{json.dumps(OSV)}\n"
    assert write_table(read_records(text.encode()).cves) == LINE * 2
    assert write_table(read_records(b"\xef\xbb\xbf" + json.dumps(CVE_5).encode()).cves) == LINE
    assert read_records(b"[]") == Records((), {}, frozenset())
    assert read_records(b"") == Records((), {}, frozenset())


@pytest.mark.parametrize(
    ("version", "ranges"),
    [
        ({"version": "3.0.0", "lessThanOrEqual": "3.0.7", "status": "affected"}, "3.0.0=3.0.7"),
        ({"version": "3.0.0", "status": "affected"}, "3.0.0=3.0.0"),
        ({"version": "3.0.0", "lessThan": "*", "status": "affected"}, "3.0.0<*"),
        ({"version": "0", "lessThan": "1.0.1g", "status": "affected"}, "0.0.0-alpha0<1.0.1g"),
        (
            {
                "version": "1.0.1",
                "lessThan": "*",
                "status": "affected",
                "changes": [{"at": "1.0.1g", "status": "unaffected"}],
            },
            "1.0.1<1.0.1g",
        ),
        (
            {
                "version": "1.0.0",
                "lessThan": "1.0.2",
                "status": "unaffected",
                "changes": [{"at": "1.0.1", "status": "affected"}],
            },
            "1.0.1<1.0.2",
        ),
    ],
)
def test_forms_of_versions_in_cve_5(version: Any, ranges: str) -> None:
    assert lines(with_versions(version)) == f"CVE-2023-0286 2023-02-07 high 843 {ranges}\n"


@pytest.mark.parametrize(
    ("events", "ranges"),
    [
        ([{"introduced": "3.0.0"}, {"last_affected": "3.0.7"}], "3.0.0=3.0.7"),
        ([{"introduced": "0"}, {"fixed": "1.0.1g"}], "0.0.0-alpha0<1.0.1g"),
        ([{"introduced": "3.0.0"}], "3.0.0<*"),
        ([{"introduced": "1.0.1"}, {"introduced": "3.0.0"}, {"fixed": "3.0.1"}], "1.0.1<* 3.0.0<3.0.1"),
        ([{"fixed": "1.0.0"}, {"introduced": "3.0.0"}, {"fixed": "3.0.1"}], "3.0.0<3.0.1"),
    ],
)
def test_forms_of_events_in_osv(events: Any, ranges: str) -> None:
    assert lines(with_events(*events)) == f"CVE-2023-0286 2023-02-07 high 843 {ranges}\n"


def test_tags_of_the_repository_are_versions() -> None:
    record = OSV | {
        "affected": [
            {
                "package": {"ecosystem": "OSS-Fuzz", "name": "openssl"},
                "ranges": [{"type": "GIT", "events": [{"introduced": "4817504d"}]}],
                "versions": [
                    "OpenSSL_1_0_1f",
                    "OpenSSL_1_0_2-beta1",
                    "OpenSSL_1_1_1-pre9",
                    "openssl-3.0.1",
                    "master",
                ],
            }
        ]
    }
    assert lines(record).split(" ", 4)[4] == (
        "1.0.1f=1.0.1f 1.0.2-beta1=1.0.2-beta1 1.1.1-pre9=1.1.1-pre9 3.0.1=3.0.1\n"
    )
    assert read(record).left_out == {"unknown-version": 1}


def test_what_was_withdrawn_affects_nothing() -> None:
    rejected = CVE_5 | {"cveMetadata": CVE_5["cveMetadata"] | {"state": "REJECTED"}}
    assert lines(rejected) == "CVE-2023-0286 2023-02-07 unknown - -\n"
    assert lines(OSV | {"withdrawn": "2024-01-01T00:00:00Z"}) == "CVE-2023-0286 2023-02-07 unknown - -\n"


def other_product() -> Any:
    changed = with_versions()
    changed["containers"]["cna"]["affected"][0]["product"] = "LibreSSL"
    return changed


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (other_product(), "other-product"),
        (OSV | {"affected": [{"package": {"ecosystem": "crates.io", "name": "rustls"}}]}, "other-product"),
        # Its versions are Debian's, not upstream's.
        (OSV | {"affected": [{"package": {"ecosystem": "Debian:7", "name": "openssl"}}]}, "other-ecosystem"),
        (OSV | {"affected": [{"package": {"ecosystem": ["Bitnami"], "name": "openssl"}}]}, "other-ecosystem"),
        (with_versions(), "no-versions"),
        (with_versions({"version": "3.0.0", "lessThan": "3.0.8", "status": "unaffected"}), "no-versions"),
        (with_versions({"version": "1.0.1-x", "status": "affected"}), "no-versions"),
        (with_events(), "no-versions"),
        (OSV | {"aliases": ["GHSA-x"]}, "no-number"),
        (CVE_5 | {"cveMetadata": {"cveId": "CVE-23"}}, "no-number"),
    ],
)
def test_what_says_nothing_of_openssl_is_left_out_and_counted(record: Any, code: str) -> None:
    assert read(record) == Records((), {code: 1}, frozenset())
    assert read(record, record, CVE_5).left_out == {code: 2}


def test_a_version_that_is_none_leaves_its_range_out_alone() -> None:
    found = read(
        with_versions(
            {"version": "1.0.1", "lessThan": "1.0.1g", "status": "affected"},
            {"version": "0.9.6", "lessThan": "0.9.6-cvs", "status": "affected"},
        )
    )
    assert write_table(found.cves).split(" ", 4)[4] == "1.0.1<1.0.1g\n"
    assert found.left_out == {"unknown-version": 1}
    assert found.partial == {"CVE-2023-0286"}
    assert read(CVE_5).partial == frozenset()


def test_severity_is_openssls_own_word_and_no_other() -> None:
    for word, expected in (
        ("Critical", "critical"),
        ("Severe", "unknown"),
        (7, "unknown"),
        (None, "unknown"),
    ):
        changed = json.loads(json.dumps(CVE_5))
        changed["containers"]["cna"]["metrics"][0]["other"]["content"]["text"] = word
        assert read(changed).cves[0].severity == expected


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"\xff\xfe", "not-json", None),
        (b"{", "not-json", 1),
        (json.dumps(CVE_5).encode() + b"\nnonsense\n", "not-json", 2),
        (b"[" * 100_000, "not-json", 1),
        (b"1" * 5_000, "not-json", 1),
        (b"{}", "not-a-record", 1),
        (b"[1]", "not-a-record", 1),
        (b'[[{"id":"CVE-2014-0160"}]]', "not-a-record", 1),
        (b'{"id":"CVE-2014-0160"}', "not-a-record", 1),
        (b" " * (MAX_BYTES + 1), "too-large", None),
        (json.dumps([OSV | {"affected": []}] * (MAX_RECORDS + 1)).encode(), "too-many", MAX_RECORDS + 1),
    ],
)
def test_what_is_no_record_is_refused(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(RecordError) as caught:
        read_records(data)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_more_ranges_than_any_cve_has_are_refused() -> None:
    many = [
        {"version": f"3.{number // 1000}.{number % 1000}", "status": "affected"}
        for number in range(MAX_RANGES + 1)
    ]
    with pytest.raises(RecordError, match="more of them"):
        read(with_versions(*many))
    assert len(read(with_versions(*many[1:])).cves[0].affected) == MAX_RANGES
    assert len(read(with_versions(*[many[0]] * 5000)).cves[0].affected) == 1


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["affected", "1.0.1", "*", "0", "openssl", "CVE-2014-0160", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "lessThan", "status", "at", "text", "id"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def _ways(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [way] * bool(way) + [found for key, item in inner for found in _ways(item, (*way, key))]


@settings(max_examples=200)
@given(st.sampled_from([CVE_5, OSV]), st.data())
def test_a_record_with_anything_in_it_is_read_left_out_or_refused(record: Any, data: st.DataObject) -> None:
    changed = json.loads(json.dumps(record))
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(_ways(changed)))
        inner = changed
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = data.draw(_JSON)
    try:
        found = read(changed)
    except RecordError:
        return
    assert read_table(write_table(found.cves)) == found.cves


@settings(max_examples=100)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 400))
def test_any_bytes_are_read_or_refused(junk: bytes, begin: int, end: int) -> None:
    text = json.dumps(CVE_5).encode()
    for data in (junk, text[:begin], text[:begin] + junk + text[end:]):
        try:
            read_records(data)
        except RecordError as error:
            assert str(error)  # noqa: PT017
