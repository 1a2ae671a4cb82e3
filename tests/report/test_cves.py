"""The CVEs of a version, shown."""

import json

from hemostat.incidents.cve import read_table
from hemostat.incidents.openssl_version import OpensslVersion, read_version
from hemostat.report.cves import cves_json, cves_text

CVES = read_table(
    "CVE-2014-0160 2014-04-07 high 125 1.0.1<1.0.1g 1.0.2-beta1<1.0.2-beta2\n"
    "CVE-2022-3996 2022-12-13 low - 1.0.1=1.0.1u\n"
    "CVE-2099-00001 - unknown - 1.0.1<*\n"
)


def version(text: str) -> OpensslVersion:
    found = read_version(text)
    assert found is not None
    return found


def test_a_line_each() -> None:
    assert cves_text(version("1.0.1e"), CVES) == (
        "OpenSSL 1.0.1e: 3 CVEs of upstream's release\n"
        "CVE-2014-0160   2014-04-07  high      fixed in 1.0.1g\n"
        "CVE-2022-3996   2022-12-13  low       last seen in 1.0.1u\n"
        "CVE-2099-00001  -           unknown   no fix is known\n"
        "A distribution may have fixed some of these in the same version: its package tells.\n"
    )
    assert "1 CVE of" in cves_text(version("1.0.1e"), CVES[:1])


def test_of_a_pre_release_little_is_known_and_that_is_said() -> None:
    beta = version("1.0.2-beta1")
    assert "what this pre-release had is known of few" in cves_text(beta, CVES[:1])
    assert "what this pre-release had is known of few" in cves_text(beta, ())
    assert cves_text(version("1.0.2"), ()) == "OpenSSL 1.0.2: no CVE of upstream's release is known.\n"


def test_an_object_each() -> None:
    objects = list(cves_json(version("1.0.1e"), CVES))
    assert json.loads(json.dumps(objects)) == objects
    assert objects[0] == {
        "version": "1.0.1e",
        "cve": "CVE-2014-0160",
        "public": "2014-04-07",
        "severity": "high",
        "cwe": [125],
        "fixed": "1.0.1g",
        "affected": [
            {"first": "1.0.1", "fixed": "1.0.1g", "last": None},
            {"first": "1.0.2-beta1", "fixed": "1.0.2-beta2", "last": None},
        ],
    }
    assert [one["fixed"] for one in objects] == ["1.0.1g", None, None]
    assert list(cves_json(version("1.0.2"), ())) == []
