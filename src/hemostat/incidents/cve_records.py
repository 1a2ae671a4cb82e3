"""Reads CVEs of OpenSSL from records of others: CVE JSON 5 (the CVE Program's) and OSV (OpenSSF's).

One record, a list of records, or a record a line. Of each are taken the number, the day, the severity in OpenSSL's own
words, weaknesses, and the ranges of upstream's versions. What is of another product, of a distribution's packages, or
says nothing about versions is left out and counted. Sources: CVE Record Format 5.1, OSV schema 1.6.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from hemostat.incidents.cve import MAX_RANGES, MAX_RECORDS, SEVERITIES, Cve, Range, RecordError, Severity
from hemostat.incidents.openssl_version import OpensslVersion, read_version

__all__ = ["MAX_BYTES", "Records", "read_records"]

MAX_BYTES: Final = 16 << 20
"""Bytes of what is read at once, at most."""

_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}")
_CWE: Final = re.compile(r"CWE-([0-9]{1,5})")
_DAY: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_TAG: Final = re.compile(
    r"(?:OpenSSL_(?P<major>[0-9])_(?P<minor>[0-9])_(?P<patch>[0-9])(?P<letters>[a-z]{0,2})(?P<stage>-(?:beta|pre)[0-9]+)?"
    r"|openssl-(?P<new>[0-9.]+(?:-(?:alpha|beta)[0-9]+)?))"
)
_UPSTREAM: Final = frozenset({"", "Bitnami", "GIT", "OSS-Fuzz"})
"""Ecosystems of OSV whose versions of `openssl` are upstream's own."""
_MAX_CWES: Final = 16
_FIRST: Final = OpensslVersion("openssl", 0, 0, 0, "", 0, 0)


class Records(NamedTuple):
    """What was found: the CVEs, in the order of the file, and why others were left out."""

    cves: tuple[Cve, ...]
    left_out: Mapping[str, int]
    """`other-product`, `other-ecosystem`, `no-versions`, `unknown-version`, `no-number` → how many records (of
    `unknown-version`: ranges).
    """
    partial: frozenset[str]
    """Numbers of those CVEs of which a range was left out: they say less than their records do."""


class _LeftOut(Exception):
    """A record that says nothing of OpenSSL's versions; the argument is one of the codes above."""


def read_records(data: bytes) -> Records:
    """The CVEs of a file's bytes.

    Raises RecordError: `too-large`, `not-json` (with the line, of a file with a record a line), `not-a-record` (neither
    format, with its number), `too-many` (records, or ranges of one).
    """
    if len(data) > MAX_BYTES:
        raise RecordError("too-large")
    found: list[Cve] = []
    left_out: dict[str, int] = {}
    partial: set[str] = set()
    for number, record in enumerate(_parsed(data), start=1):
        if number > MAX_RECORDS:
            raise RecordError("too-many", number)
        try:
            cve, unread = _read(record, number)
        except _LeftOut as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1
            continue
        if unread:
            left_out["unknown-version"] = left_out.get("unknown-version", 0) + unread
            partial.add(cve.id)
        found.append(cve)
    return Records(tuple(found), left_out, frozenset(partial))


def _parsed(data: bytes) -> Iterator[Any]:
    """The values of one JSON text (of a list, each of its items), or of one a line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError("not-json") from error
    try:
        whole = _loads(text)
    except ValueError:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip(" \t\r"):
                try:
                    yield _loads(line)
                except ValueError as error:
                    raise RecordError("not-json", number) from error
        return
    yield from whole if isinstance(whole, list) else (whole,)


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _read(record: Any, number: int) -> tuple[Cve, int]:
    if not isinstance(record, dict):
        raise RecordError("not-a-record", number)
    if isinstance(record.get("cveMetadata"), dict):
        read = _read_cve_5(record)
    elif isinstance(record.get("id"), str) and "affected" in record:
        read = _read_osv(record)
    else:
        raise RecordError("not-a-record", number)
    if len(read[0].affected) > MAX_RANGES:
        raise RecordError("too-many", number)
    return read


class _Ranges:
    """Ranges as they are read; `unread` counts those whose versions are none of OpenSSL's."""

    def __init__(self) -> None:
        self.found: dict[Range, None] = {}
        self.unread = 0

    def add(self, first: object, *, fixed: object = None, last: object = None) -> None:
        """One more, unless it can't be read. `fixed` may be `*`: no end."""
        begin = _FIRST if first in ("0", "0.0.0") else _version(first)
        until = None if fixed in (None, "*") else _version(fixed)
        up_to = None if last in (None, "*") else _version(last)
        if (
            begin is None
            or (until is None and fixed not in (None, "*"))
            or (up_to is None and last not in (None, "*"))
        ):
            self.unread += 1
            return
        if len(self.found) <= MAX_RANGES:
            self.found[Range(begin, until, None if until is not None else up_to)] = None


def _version(text: object) -> OpensslVersion | None:
    return read_version(text) if isinstance(text, str) else None


# --- CVE JSON 5 -------------------------------------------------------------------------------------------


def _read_cve_5(record: Mapping[str, Any]) -> tuple[Cve, int]:
    metadata = record["cveMetadata"]
    name = _number(metadata.get("cveId"))
    cna = _dict(_dict(record.get("containers")).get("cna"))
    if metadata.get("state") == "REJECTED":
        return Cve(name, _day(cna.get("datePublic"), metadata.get("datePublished")), "unknown", (), ()), 0
    ours = [one for one in _dicts(cna.get("affected")) if str(one.get("product", "")).lower() == "openssl"]
    if not ours:
        raise _LeftOut("other-product")
    ranges = _Ranges()
    for product in ours:
        for one in _dicts(product.get("versions")):
            _add_cve_5_version(one, ranges)
    if not ranges.found:
        raise _LeftOut("no-versions")
    cve = Cve(
        name,
        _day(cna.get("datePublic"), metadata.get("datePublished")),
        _severity_of_cve_5(cna),
        _cwes(
            one.get("cweId")
            for kind in _dicts(cna.get("problemTypes"))
            for one in _dicts(kind.get("descriptions"))
        ),
        tuple(ranges.found),
    )
    return cve, ranges.unread


def _add_cve_5_version(one: Mapping[str, Any], ranges: _Ranges) -> None:
    """One entry of `versions`: a version, or a range, with changes of its status on the way."""
    first: object = one.get("version") if one.get("status") == "affected" else None
    for change in _dicts(one.get("changes")):
        if change.get("status") == "affected" and first is None:
            first = change.get("at")
        elif change.get("status") != "affected" and first is not None:
            ranges.add(first, fixed=change.get("at"))
            first = None
    if first is None:
        return
    if one.get("lessThan") is not None:
        ranges.add(first, fixed=one["lessThan"])
    else:
        ranges.add(first, last=one.get("lessThanOrEqual", one.get("version")))


def _severity_of_cve_5(cna: Mapping[str, Any]) -> Severity:
    """OpenSSL's own word, which it gives as a metric that is no CVSS."""
    for metric in _dicts(cna.get("metrics")):
        word = _dict(_dict(metric.get("other")).get("content")).get("text")
        if isinstance(word, str) and word.lower() in SEVERITIES:
            return SEVERITIES[word.lower()]
    return "unknown"


# --- OSV --------------------------------------------------------------------------------------------------


def _read_osv(record: Mapping[str, Any]) -> tuple[Cve, int]:
    aliases = record.get("aliases")
    names = [record["id"], *(aliases if isinstance(aliases, list) else ())]
    name = next((one for one in names if isinstance(one, str) and _CVE.fullmatch(one)), None)
    if name is None:
        raise _LeftOut("no-number")
    day = _day(record.get("published"))
    if isinstance(record.get("withdrawn"), str):
        return Cve(name, day, "unknown", (), ()), 0
    affected = _dicts(record.get("affected"))
    ours = [
        one for one in affected if str(_dict(one.get("package")).get("name", "openssl")).lower() == "openssl"
    ]
    if not ours:
        raise _LeftOut("other-product")
    upstream = [one for one in ours if str(_dict(one.get("package")).get("ecosystem", "")) in _UPSTREAM]
    if not upstream:
        raise _LeftOut("other-ecosystem")
    ranges = _Ranges()
    for one in upstream:
        for events in _dicts(one.get("ranges")):
            if events.get("type") != "GIT":
                _add_osv_events(_dicts(events.get("events")), ranges)
        versions = one.get("versions")
        for tag in versions if isinstance(versions, list) and not ranges.found else ():
            exact = _untagged(tag)
            ranges.add(exact, last=exact)
    if not ranges.found:
        raise _LeftOut("no-versions")
    specific = _dict(record.get("database_specific"))
    word, cwes = specific.get("severity"), specific.get("cwe_ids")
    severity = SEVERITIES.get(word.lower(), "unknown") if isinstance(word, str) else "unknown"
    return Cve(
        name, day, severity, _cwes(cwes if isinstance(cwes, list) else ()), tuple(ranges.found)
    ), ranges.unread


def _add_osv_events(events: list[Mapping[str, Any]], ranges: _Ranges) -> None:
    """`introduced`, then `fixed` or `last_affected`, as often as they come."""
    first: object = None
    for event in events:
        if "introduced" in event:
            if first is not None:
                ranges.add(first)
            first = event["introduced"]
        elif first is not None and "fixed" in event:
            ranges.add(first, fixed=event["fixed"])
            first = None
        elif first is not None and "last_affected" in event:
            ranges.add(first, last=event["last_affected"])
            first = None
    if first is not None:
        ranges.add(first)


def _untagged(tag: object) -> object:
    """The version of one of the tags of OpenSSL's repository; what is none stays as it is."""
    found = _TAG.fullmatch(tag) if isinstance(tag, str) else None
    if found is None:
        return tag
    if found["new"] is not None:
        return found["new"]
    return f"{found['major']}.{found['minor']}.{found['patch']}{found['letters']}{found['stage'] or ''}"


# --- both -------------------------------------------------------------------------------------------------


def _number(text: object) -> str:
    if not isinstance(text, str) or not _CVE.fullmatch(text):
        raise _LeftOut("no-number")
    return text


def _day(*candidates: object) -> str | None:
    """The day of the first that begins with one."""
    for text in candidates:
        if isinstance(text, str) and _DAY.match(text[:10]):
            return text[:10]
    return None


def _cwes(words: Any) -> tuple[int, ...]:
    found = (_CWE.fullmatch(word) for word in words if isinstance(word, str))
    return tuple(sorted({int(one[1]) for one in found if one is not None}))[:_MAX_CWES]


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
