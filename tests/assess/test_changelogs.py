"""Changelogs as second witnesses. The entries are written in the forms that Debian, Red Hat and SUSE use."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.assess.changelogs import MAX_CHANGELOG, read_changelog, word_on_heartbleed
from hemostat.evidence import KINDS
from tests.evidence.kinds.places import accepts

NAME = "CVE-2014-0160"
PACKAGE = KINDS["package"]
DEBIAN = """openssl (1.0.1e-2+deb7u5) wheezy-security; urgency=high

  * Non-maintainer upload.
  * Bounds of heartbeats are checked now,
    which closes CVE-2014-0160
    (Closes: #4711)

 -- Some Body <body@example.org>  Mon, 07 Apr 2014 22:26:55 +0200

openssl (1.0.1e-2+deb7u4) wheezy-security; urgency=medium

  * Something about CVE-2013-6450

 -- Some Body <body@example.org>  Wed, 01 Jan 2014 19:15:26 +0100
"""
UBUNTU = """openssl (1.0.1-4ubuntu5.12) precise-security; urgency=medium

  * SECURITY UPDATE: memory disclosure
    - debian/patches/CVE-2014-0160.patch: compares the lengths in
      both files.
    - another thing
 -- Some Body <body@example.org>  Mon, 07 Apr 2014 15:37:53 -0400
"""
RED_HAT = """* Mon Apr 07 2014 Some Body <body@example.com> 1.0.1e-16.7
- fix CVE-2014-0160 - reads beyond a record

* Tue Jan 07 2014 Some Body <body@example.com> 1.0.1e-16.4
- fix CVE-2013-4353
- fix CVE-2013-6450
"""
SUSE = """-------------------------------------------------------------------
Tue Apr  8 05:44:55 UTC 2014 - body@example.com

- bounds of heartbeats, CVE-2014-0160
  [bnc#4711]

-------------------------------------------------------------------
Thu Jan  9 03:10:21 UTC 2014 - body@example.com

- CVE-2013-6449
"""
BEFORE = RED_HAT.partition("\n\n")[2]
AFTER = "* Fri Aug 08 2014 Some Body <body@example.com> 1.0.1e-16.15\n- fix CVE-2014-3505\n"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            DEBIAN,
            {
                "earliest": "2014-01-01",
                "latest": "2014-04-07",
                "cves": ["CVE-2013-6450", NAME],
                "line": f"Bounds of heartbeats are checked now, which closes {NAME} (Closes: #4711)",
            },
        ),
        (
            UBUNTU,
            {
                "earliest": "2014-04-07",
                "latest": "2014-04-07",
                "cves": [NAME],
                "line": f"debian/patches/{NAME}.patch: compares the lengths in both files.",
            },
        ),
        (
            RED_HAT,
            {
                "earliest": "2014-01-07",
                "latest": "2014-04-07",
                "cves": ["CVE-2013-4353", "CVE-2013-6450", NAME],
                "line": f"fix {NAME} - reads beyond a record",
            },
        ),
        (
            SUSE,
            {
                "earliest": "2014-01-09",
                "latest": "2014-04-08",
                "cves": ["CVE-2013-6449", NAME],
                "line": f"bounds of heartbeats, {NAME}",
            },
        ),
        ("", {"earliest": None, "latest": None, "cves": [], "line": None}),
    ],
    ids=["debian", "ubuntu", "red hat", "suse", "empty"],
)
def test_what_is_read(text: str, facts: Any) -> None:
    assert read_changelog(text) == facts
    assert accepts(PACKAGE, dict(PACKAGE.example) | {"changelog": facts})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (DEBIAN, "names-the-fix"),
        (UBUNTU, "names-the-fix"),
        (RED_HAT, "names-the-fix"),
        (SUSE, "names-the-fix"),
        (BEFORE, "absent"),
        (AFTER + BEFORE, "absent"),
        (AFTER, "silent"),
        ("- no date here", "silent"),
        (RED_HAT.replace("fix CVE-2014", "revert the fix of CVE-2014"), "unclear"),
        (RED_HAT.replace("fix CVE-2014", "not affected by CVE-2014"), "unclear"),
        (DEBIAN.replace("which closes", "which no longer closes"), "unclear"),
        # Where it came and went, the newest word counts.
        ("- drop CVE-2014-0160.patch\n" + RED_HAT, "unclear"),
        # Another CVE that begins with the same digits is another.
        (BEFORE.replace("CVE-2013-4353", "CVE-2014-01601"), "absent"),
    ],
)
def test_its_word_on_heartbleed(text: str, word: str) -> None:
    assert word_on_heartbleed(read_changelog(text)) == word


def test_without_a_changelog_there_is_no_word() -> None:
    assert word_on_heartbleed(None) is None


def test_a_day_that_does_not_exist_is_none() -> None:
    assert read_changelog("* Mon Feb 31 2014 Some Body\n- fix")["latest"] is None


def test_what_is_kept_is_bounded_and_prints() -> None:
    long = read_changelog("- " + "a" * 5000 + f" {NAME}\x1b[31m\u202e" + "b" * 5000)
    assert len(long["line"]) <= 1024
    assert NAME in long["line"]
    assert accepts(PACKAGE, dict(PACKAGE.example) | {"changelog": long})
    beyond = read_changelog("\n" * MAX_CHANGELOG + NAME)
    assert beyond["line"] is None
    many = read_changelog("".join(f"CVE-2015-{number}\n" for number in range(1000, 9999)) + NAME)
    assert len(many["cves"]) == 4096
    assert accepts(PACKAGE, dict(PACKAGE.example) | {"changelog": many})


_WORDS = st.sampled_from(
    [
        NAME,
        "CVE-2014-01601",
        "\n",
        "- ",
        "* ",
        "    ",
        " -- ",
        "Mon, 07 Apr 2014",
        "* Mon Apr 07 2014 x",
        "\x1b",
        "\u202e",
    ]
)


@settings(max_examples=200)
@given(st.lists(_WORDS | st.text(max_size=20), max_size=40).map("".join))
def test_any_text_gives_facts_of_the_kind(text: str) -> None:
    facts = read_changelog(text)
    assert accepts(PACKAGE, dict(PACKAGE.example) | {"changelog": facts})
    assert (facts["line"] is None) == (NAME not in facts["cves"])
