"""What a package's changelog is witness to: which CVEs it names, how far back it goes, and what it says of Heartbleed.

Debian's (deb-changelog(5)), rpm's (`rpm -q --changelog`), SUSE's and all others that have the newest entry first. The
text is a stranger's: it is cut at `MAX_CHANGELOG`, and what is kept of it prints.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

__all__ = ["MAX_CHANGELOG", "Word", "read_changelog", "word_on_heartbleed"]

MAX_CHANGELOG: Final = 4 << 20
"""Characters that are read, from the newest on."""

Word = Literal["names-the-fix", "silent", "absent", "unclear"]
"""`silent`: it does not name the CVE, but begins after the disclosure, so that it may have been cut. `absent`: it goes
back to before the disclosure and does not name the CVE. `unclear`: it names the CVE where something is taken out or
denied.
"""

_NAME: Final = "CVE-2014-0160"
_HEARTBLEED: Final = re.compile(rf"{_NAME}(?![0-9])")
_DISCLOSED: Final = "2014-04-07"
_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}(?![0-9])")
_MAX_CVES: Final = 4096
_MAX_LINE: Final = 1024
_ITEM_LINES: Final = 16
"""Lines of an item that are looked at, before and after the one that names the CVE."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES: Final = "|".join(_MONTHS)
_WEEKDAY: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)"
_DATES: Final = (
    # Mon, 07 Apr 2014 22:26:55 +0200 at the end of an entry of Debian's
    re.compile(
        rf"^ -- .{{0,400}}?{_WEEKDAY}, +([0-9]{{1,2}}) ({_NAMES}) ([0-9]{{4}})\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    # * Mon Apr 07 2014 Name <mail> 1.0.1e-16.7 at the head of an entry of rpm's; SUSE's with the time before the year
    re.compile(
        rf"^(?:\* )?{_WEEKDAY} ({_NAMES}) +([0-9]{{1,2}}) (?:[0-9:]{{5,8}} [a-z]{{2,5}} )?([0-9]{{4}})\b",
        re.IGNORECASE | re.MULTILINE,
    ),
)
_BEGINS: Final = re.compile(r"\s*[*+-] |\s*\[|\S|\s*\Z")
"""A line that begins another item: a bullet, a person in brackets, text at the margin; or an empty one."""
_DENIED: Final = re.compile(
    r"\b(?:not? (?:affected|vulnerable|fixed|longer|applicable)|unaffected|(?:doe|i)s not|isn't|doesn't|"
    r"revert(?:s|ed)?|drop(?:s|ped)?|remov(?:e|es|ed|ing)|back(?:s|ed)? out|disabled? (?:the )?(?:fix|patch)|"
    r"re-?open(?:s|ed)?)\b",
    re.IGNORECASE,
)


def read_changelog(text: str) -> dict[str, Any]:
    """`changelog` of the kind `package`, from the text of one."""
    text = text[:MAX_CHANGELOG]
    days = sorted(_days(text))
    line = _line(text)
    cves = list(dict.fromkeys(_CVE.findall(text)))[:_MAX_CVES]
    if line is not None and _NAME not in cves:
        cves[-1] = _NAME
    return {
        "earliest": days[0] if days else None,
        "latest": days[-1] if days else None,
        "cves": sorted(cves),
        "line": line,
    }


def word_on_heartbleed(changelog: Mapping[str, Any] | None) -> Word | None:
    """What a changelog (facts as `read_changelog` gives them) says; None where none was read."""
    if changelog is None:
        return None
    if changelog["line"] is not None:
        return "unclear" if _DENIED.search(changelog["line"]) else "names-the-fix"
    earliest = changelog["earliest"]
    return "absent" if earliest is not None and earliest < _DISCLOSED else "silent"


def _days(text: str) -> set[str]:
    found = set()
    for place, form in enumerate(_DATES):
        for day, month, year in form.findall(text):
            if place:
                day, month = month, day
            try:
                found.add(date(int(year), _MONTHS.index(month.lower()) + 1, int(day)).isoformat())
            except ValueError:  # a 31st of June: somebody typed that
                continue
    return found


def _line(text: str) -> str | None:
    """The newest item that names the CVE, as one line that prints."""
    found = _HEARTBLEED.search(text)
    if found is None:
        return None
    around = _MAX_LINE * 4
    before = text[max(0, found.start() - around) : found.end()].split("\n")
    after = text[found.end() : found.end() + around].split("\n")
    # From the line that names it back to the one that begins the item, then on to the next that begins one.
    first = len(before) - 1
    while first > 0 and len(before) - first < _ITEM_LINES and not _BEGINS.match(before[first]):
        first -= 1
    last = 1
    while last < min(len(after), _ITEM_LINES) and not _BEGINS.match(after[last]):
        last += 1
    lead = _printed(" ".join(before[first:])).lstrip("*+-[ ")
    rest = _printed(" ".join(after[:last])).rstrip()
    kept = lead[-(_MAX_LINE // 2) :]
    return kept + rest[: _MAX_LINE - len(kept)]


def _printed(text: str) -> str:
    """The text without what does not print, and with single blanks."""
    return re.sub(" +", " ", "".join(one if one.isprintable() else " " for one in text))
