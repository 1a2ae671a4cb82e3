"""The CVEs of a version of OpenSSL, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from hemostat.incidents.cve import Cve, Range
from hemostat.incidents.openssl_version import OpensslVersion

__all__ = ["cves_json", "cves_text"]

_OF_PRE_RELEASES: Final = "Records speak of releases: what this pre-release had is known of few. "
_OF_BACKPORTS: Final = "A distribution may have fixed some of these in the same version: its package tells.\n"


def cves_text(version: OpensslVersion, cves: Sequence[Cve]) -> str:
    """A line a CVE, newest last: number, day, severity, and the first version without it."""
    name = f"OpenSSL {version.text}"
    if not cves:
        return f"{name}: no CVE of upstream's release is known.\n" + (
            "" if version.released else _OF_PRE_RELEASES + "\n"
        )
    width = max(len(one.id) for one in cves)
    lines = [
        f"{one.id:{width}}  {one.public or '-':10}  {one.severity:8}  {_fixed(one, version)}" for one in cves
    ]
    count = f"{len(cves)} CVE{'s' * (len(cves) > 1)}"
    note = ("" if version.released else _OF_PRE_RELEASES) + _OF_BACKPORTS
    return f"{name}: {count} of upstream's release\n" + "\n".join(lines) + f"\n{note}"


def cves_json(version: OpensslVersion, cves: Sequence[Cve]) -> Iterator[dict[str, Any]]:
    """An object a CVE: `version` that was asked for, `cve`, `public`, `severity`, `cwe` (numbers), `fixed` (first
    version without it in that range, null where none is known), `affected` (ranges: `first`, `fixed`, `last`).
    """
    for one in cves:
        within = _range(one, version)
        yield {
            "version": version.text,
            "cve": one.id,
            "public": one.public,
            "severity": one.severity,
            "cwe": list(one.cwe),
            "fixed": within.fixed.text if within.fixed is not None else None,
            "affected": [
                {
                    "first": each.first.text,
                    "fixed": each.fixed.text if each.fixed is not None else None,
                    "last": each.last.text if each.last is not None else None,
                }
                for each in one.affected
            ],
        }


def _range(cve: Cve, version: OpensslVersion) -> Range:
    return next(one for one in cve.affected if one.holds(version))


def _fixed(cve: Cve, version: OpensslVersion) -> str:
    within = _range(cve, version)
    if within.fixed is not None:
        return f"fixed in {within.fixed.text}"
    return f"last seen in {within.last.text}" if within.last is not None else "no fix is known"
