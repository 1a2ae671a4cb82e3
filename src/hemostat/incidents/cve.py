"""A CVE of OpenSSL as a fact: its number, day, severity, weaknesses, and the upstream versions that have it.

Also its one line of text, in which such facts are kept:

    CVE-2014-0160 2014-04-07 unknown - 1.0.1<1.0.1g 1.0.2-beta1<1.0.2-beta2

number, day of publication, severity, CWE numbers (`125,787`, `-` for none), then a range a word: `first<fixed` (without
`fixed`), `first=last` (with `last`), `first<*` (no end is known). `-` in their place: no version has it (the record was
withdrawn). A text of such lines may hold blank ones, and comments after `#`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from hemostat.errors import HemostatError
from hemostat.incidents.openssl_version import OpensslVersion, read_version

__all__ = [
    "MAX_RANGES",
    "MAX_RECORDS",
    "Cve",
    "Range",
    "RecordError",
    "Severity",
    "read_table",
    "write_table",
]

Severity = Literal["unknown", "low", "moderate", "high", "critical"]
"""OpenSSL's own words (its security policy); before 2014-09 it gave none."""

SEVERITIES: Final[dict[str, Severity]] = {word: word for word in get_args(Severity)}

MAX_RECORDS: Final = 10_000
MAX_RANGES: Final = 1_024
"""Of one CVE."""

_LINE: Final = re.compile(
    r"(CVE-[0-9]{4}-[0-9]{4,7}) ([0-9]{4}-[0-9]{2}-[0-9]{2}|-) (unknown|low|moderate|high|critical) "
    r"(-|[0-9]{1,5}(?:,[0-9]{1,5}){0,15}) (-|[a-z0-9.<=*-]+(?: [a-z0-9.<=*-]+)*)"
)
_WORD: Final = re.compile(r"([a-z0-9.-]+)([<=])([a-z0-9.-]+|\*)")


_FAULTS: Final = {
    "not-json": "is not JSON",
    "not-a-record": "is a record neither of CVE JSON 5 nor of OSV",
    "not-a-line": "has no fact of a CVE",
    "too-large": "is larger than anything of this kind",
    "too-many": "has more of them than there can be",
}


class RecordError(HemostatError):
    """What should hold facts of CVEs does not. `code`: `not-json`, `not-a-record`, `not-a-line`, `too-large`,
    `too-many`; `line`: in which line or record, from 1, where that is known; `where`: in which file, likewise.
    """

    def __init__(self, code: str, line: int | None = None, where: str | None = None) -> None:
        super().__init__(code, line, where)
        self.code = code
        self.line = line
        self.where = where

    def __str__(self) -> str:
        what = self.where if self.where is not None else "what was given"
        at = "" if self.line is None else f", in line or record {self.line},"
        return f"{what}{at} {_FAULTS[self.code]}"


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from `first` on (with it), before `fixed` (without it) or to `last` (with it). Both are None where no
    end is known; never are both given.
    """

    first: OpensslVersion
    fixed: OpensslVersion | None
    last: OpensslVersion | None

    def holds(self, version: OpensslVersion) -> bool:
        """Whether that version lies within. The FIPS module's versions and OpenSSL's lie in no range together."""
        if version.product != self.first.product or version < self.first:
            return False
        if self.fixed is not None:
            return version < self.fixed
        return self.last is None or version <= self.last


@dataclass(frozen=True, slots=True)
class Cve:
    """One CVE. `public` is the day as ISO 8601 has it, None where no record says; `cwe` are numbers."""

    id: str
    public: str | None
    severity: Severity
    cwe: tuple[int, ...]
    affected: tuple[Range, ...]

    def affects(self, version: OpensslVersion) -> bool:
        """Whether upstream's release of that version has it."""
        return any(one.holds(version) for one in self.affected)


def write_table(cves: Iterable[Cve]) -> str:
    """The lines of these CVEs, in their order."""
    return "".join(
        " ".join(
            (
                cve.id,
                cve.public or "-",
                cve.severity,
                ",".join(map(str, cve.cwe)) or "-",
                " ".join(map(_write_range, cve.affected)) or "-",
            )
        )
        + "\n"
        for cve in cves
    )


def read_table(text: str) -> tuple[Cve, ...]:
    """The CVEs of such lines, in their order. Raises RecordError (`not-a-line`, `too-many`)."""
    found: list[Cve] = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.partition("#")[0].strip(" ")
        if not line:
            continue
        if len(found) == MAX_RECORDS:
            raise RecordError("too-many", number)
        found.append(_read_line(line, number))
    return tuple(found)


def _read_line(line: str, number: int) -> Cve:
    fields = _LINE.fullmatch(line)
    if fields is None:
        raise RecordError("not-a-line", number)
    cve, public, severity, cwe, affected = fields.groups()
    words = [] if affected == "-" else affected.split(" ")
    if len(words) > MAX_RANGES:
        raise RecordError("too-many", number)
    return Cve(
        cve,
        None if public == "-" else public,
        SEVERITIES[severity],
        () if cwe == "-" else tuple(map(int, cwe.split(","))),
        tuple(_read_range(word, number) for word in words),
    )


def _read_range(word: str, number: int) -> Range:
    found = _WORD.fullmatch(word)
    if found is None:
        raise RecordError("not-a-line", number)
    first, end = read_version(found[1]), None if found[3] == "*" else read_version(found[3])
    if first is None or (end is None and found[3] != "*") or (found[3] == "*" and found[2] == "="):
        raise RecordError("not-a-line", number)
    return Range(first, end, None) if found[2] == "<" else Range(first, None, end)


def _write_range(one: Range) -> str:
    if one.last is not None:
        return f"{one.first.text}={one.last.text}"
    return f"{one.first.text}<{one.fixed.text if one.fixed is not None else '*'}"
