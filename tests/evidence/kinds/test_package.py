"""The kind `package`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, EvidenceError, encode
from tests.evidence.kinds.places import MEMORY, accepts, put, takes, without

KIND = KINDS["package"]
EXAMPLE: Any = dict(KIND.example)
BLEED = "CVE-2014-0160"


def changelog(**fields: object) -> Any:
    return EXAMPLE | {"changelog": EXAMPLE["changelog"] | fields}


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)


def test_it_is_about_whatever_has_packages_of_its_own() -> None:
    for subject in ("host:name=web1", "container:" + "0f" * 32, "image:" + "12" * 32):
        KIND.check_subject(subject, "run:" + "0a" * 16, EXAMPLE)
    with pytest.raises(EvidenceError):
        KIND.check_subject("build:" + "12" * 32, "run:" + "0a" * 16, EXAMPLE)


def test_the_changelogs_line_alone_is_free_and_names_the_cve() -> None:
    assert takes(KIND, changelog(line=f"fix {BLEED}"), [f"anything, {BLEED}"]) == {"changelog.line"}
    assert takes(KIND, EXAMPLE, MEMORY[3:]) == set()
    # Where a name may stand, a long run of hex or base64 could too: names are at most 256 characters.
    assert takes(KIND, EXAMPLE, ["x" * 257]) == set()


@pytest.mark.parametrize("key", EXAMPLE)
def test_no_key_may_be_missing_or_of_another_type(key: str) -> None:
    assert not accepts(KIND, without(EXAMPLE, (key,)))
    assert not accepts(KIND, put(EXAMPLE, (key,), 4711))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EXAMPLE | {"distribution": None, "release": None, "source": None, "architecture": None}, True),
        (EXAMPLE | {"installed_at": None, "changelog": None}, True),
        (EXAMPLE | {"manager": "windows-update"}, False),
        (
            EXAMPLE
            | {"manager": "portage", "name": "dev-libs/openssl", "flags": ["-tls-heartbeat", "+zlib"]},
            True,
        ),
        (EXAMPLE | {"flags": ["tls-heartbeat"]}, False),
        (EXAMPLE | {"flags": ["+zlib"] * 257}, False),
        (EXAMPLE | {"version": "1:1.0.1e-37.66.amzn1"}, True),
        (EXAMPLE | {"version": "1.0.2~beta1-1"}, True),
        (EXAMPLE | {"version": ""}, False),
        (EXAMPLE | {"version": "1.0.1e 2"}, False),
        (EXAMPLE | {"version": "1.0.1e\n"}, False),
        (EXAMPLE | {"name": "lib ssl"}, False),
        (EXAMPLE | {"installed_at": "2014-04-08"}, False),
        (changelog(earliest=None, latest=None), True),
        (changelog(earliest="2014-04-08"), False),
        (changelog(latest=None), False),
        (changelog(latest="2014-13-01"), False),
        (changelog(cves=[BLEED, "CVE-2013-6450"]), False),
        (changelog(cves=[BLEED, BLEED]), False),
        (changelog(cves=["CVE-2014-160", BLEED]), False),
        (changelog(cves=[], line=None), True),
        (changelog(cves=[]), False),
        (changelog(line=None), False),
        (changelog(line="something else"), False),
        (changelog(line=BLEED + "a" * 1024), False),
        (changelog(line=f"{BLEED}\x1b[31m"), False),
        (EXAMPLE | {"further": None}, False),
        (None, False),
    ],
)
def test_each_field(facts: Any, expected: bool) -> None:
    assert accepts(KIND, facts) is expected
