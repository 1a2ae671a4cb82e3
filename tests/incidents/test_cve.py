"""CVEs as facts: ranges at their boundaries, and the lines in which they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.errors import HemostatError
from hemostat.incidents.cve import (
    MAX_RANGES,
    MAX_RECORDS,
    SEVERITIES,
    Cve,
    Range,
    RecordError,
    read_table,
    write_table,
)
from hemostat.incidents.openssl_version import OpensslVersion, read_version

BLEED = "CVE-2014-0160 2014-04-07 unknown - 1.0.1<1.0.1g 1.0.2-beta1<1.0.2-beta2"


def version(text: str) -> OpensslVersion:
    found = read_version(text)
    assert found is not None
    return found


def holds(word: str, text: str) -> bool:
    (cve,) = read_table(f"CVE-2014-0160 - low - {word}")
    return cve.affects(version(text))


@pytest.mark.parametrize(
    ("word", "within", "beyond"),
    [
        ("1.0.1<1.0.1g", ["1.0.1", "1.0.1a", "1.0.1f"], ["1.0.0t", "1.0.1-beta1", "1.0.1g", "1.0.2", "3.0.0"]),
        ("1.0.2<1.0.2zg", ["1.0.2", "1.0.2z", "1.0.2za", "1.0.2zf"], ["1.0.2-beta3", "1.0.2zg", "1.0.2zh", "1.1.0"]),
        ("1.1.1<1.1.1a", ["1.1.1"], ["1.1.1-pre9", "1.1.1a"]),
        ("3.0.0=3.0.7", ["3.0.0", "3.0.7"], ["3.0.0-beta2", "3.0.8", "3.1.0", "1.1.1w"]),
        ("3.0.0<3.0.10", ["3.0.2", "3.0.9"], ["3.0.10", "3.0.11"]),
        ("1.0.2-beta1<1.0.2-beta2", ["1.0.2-beta1"], ["1.0.2-beta2", "1.0.2", "1.0.1u"]),
        ("3.0.0<*", ["3.0.0", "3.5.0", "4.0.0"], ["1.1.1w"]),
        ("fips-1.1.1<fips-1.1.2", ["fips-1.1.1"], ["fips-1.1.2", "1.1.1", "1.1.1a"]),
    ],
)  # fmt: skip
def test_ranges_at_their_boundaries(word: str, within: list[str], beyond: list[str]) -> None:
    assert [text for text in within if not holds(word, text)] == []
    assert [text for text in beyond if holds(word, text)] == []


def test_a_line_is_read_and_written_again() -> None:
    (cve,) = read_table(BLEED)
    assert cve == Cve(
        "CVE-2014-0160",
        "2014-04-07",
        "unknown",
        (),
        (
            Range(version("1.0.1"), version("1.0.1g"), None),
            Range(version("1.0.2-beta1"), version("1.0.2-beta2"), None),
        ),
    )
    assert write_table([cve]) == BLEED + "\n"


def test_blank_lines_and_comments_are_passed_over() -> None:
    assert read_table(f"# facts\n\n  {BLEED}  # seen\n") == read_table(BLEED)
    assert read_table("") == ()


def test_a_record_that_was_withdrawn_affects_nothing() -> None:
    (cve,) = read_table("CVE-2014-0346 - unknown - -")
    assert not cve.affects(version("1.0.1f"))
    assert write_table([cve]) == "CVE-2014-0346 - unknown - -\n"


@pytest.mark.parametrize(
    "line",
    [
        "CVE-2014-160 2014-04-07 unknown - 1.0.1<1.0.1g",
        "CVE-2014-0160 2014-04-07 unknown -",
        "CVE-2014-0160 2014-04-07 severe - 1.0.1<1.0.1g",
        "CVE-2014-0160 2014-04-07 high CWE-125 1.0.1<1.0.1g",
        "CVE-2014-0160 2014-04-07 high 125 1.0.1<=1.0.1g",
        "CVE-2014-0160 2014-04-07 high 125 1.0.1",
        "CVE-2014-0160 2014-04-07 high 125 1.0.1<",
        "CVE-2014-0160 2014-04-07 high 125 *<1.0.1g",
        "CVE-2014-0160 2014-04-07 high 125 1.0.1=*",
        "CVE-2014-0160 2014-04-07 high 125 1.0.1<1.0.1-x",
        "CVE-2014-0160  2014-04-07 high 125 1.0.1<1.0.1g",
        "CVE-2014-0160 2014-04-07 high 125 1.0.1<1.0.1g\r",
        "<html>",
    ],
)
def test_all_else_is_no_line_and_is_named(line: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_table(f"{BLEED}\n{line}\n")
    assert (caught.value.code, caught.value.line) == ("not-a-line", 2)
    assert str(caught.value) == "what was given, in line or record 2, has no fact of a CVE"
    assert isinstance(caught.value, HemostatError)


def test_there_are_bounds() -> None:
    with pytest.raises(RecordError, match="more of them"):
        read_table(f"{BLEED}\n" * (MAX_RECORDS + 1))
    with pytest.raises(RecordError, match="more of them"):
        read_table("CVE-2014-0160 - low - " + " ".join(["1.0.1<1.0.1g"] * (MAX_RANGES + 1)))
    assert str(RecordError("too-large", where="a.json")) == "a.json is larger than anything of this kind"


def test_severities_are_their_own_names() -> None:
    assert list(SEVERITIES) == ["unknown", "low", "moderate", "high", "critical"]
    assert all(word == name for name, word in SEVERITIES.items())


_VERSIONS = st.sampled_from(
    ["0.9.8", "1.0.1", "1.0.1g", "1.0.2-beta1", "1.0.2zg", "1.1.1-pre9", "3.0.0-alpha1", "3.5.2"]
).map(version)
_RANGES = st.builds(Range, _VERSIONS, st.none() | _VERSIONS, st.none()) | st.builds(
    Range, _VERSIONS, st.none(), _VERSIONS
)
_CVES = st.builds(
    Cve,
    st.from_regex(r"CVE-[0-9]{4}-[0-9]{4,7}", fullmatch=True).filter(str.isascii),
    st.none() | st.dates().map(str),
    st.sampled_from(list(SEVERITIES.values())),
    st.lists(st.integers(0, 99_999), max_size=4).map(tuple),
    st.lists(_RANGES, max_size=4).map(tuple),
)


@given(st.lists(_CVES, max_size=5).map(tuple))
def test_whatever_is_written_is_read_again(cves: tuple[Cve, ...]) -> None:
    assert read_table(write_table(cves)) == cves


@given(st.text(max_size=60) | st.text("CVE-0123456789. <=*zg\n", max_size=60))
def test_any_text_is_facts_or_is_refused(text: str) -> None:
    try:
        cves = read_table(text)
    except RecordError:
        return
    assert read_table(write_table(cves)) == cves
