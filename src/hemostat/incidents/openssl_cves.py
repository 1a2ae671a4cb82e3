"""Which CVEs an OpenSSL of some version has, as upstream released it.

A version says it of upstream's release alone. A distribution may have put the fix into the version that it had, and a
build may leave the code out: Heartbleed is therefore judged in depth (`assess`), the others are facts to go by.
"""

from collections.abc import Iterable
from functools import cache

from hemostat.incidents.cve import Cve, read_table
from hemostat.incidents.openssl_cve_table import TABLE
from hemostat.incidents.openssl_version import OpensslVersion

__all__ = ["catalogue", "cves_of", "merged"]


@cache
def catalogue() -> tuple[Cve, ...]:
    """Every CVE that this version of hemostat knows, by day and number."""
    return read_table(TABLE)


def cves_of(version: OpensslVersion, known: Iterable[Cve] | None = None) -> tuple[Cve, ...]:
    """Those of `known` (default: `catalogue`) that upstream's release of that version has, in their order.

    Records speak of releases: of an alpha or beta hardly any tells what it had, so that few for one mean little
    (`OpensslVersion.released`).
    """
    return tuple(one for one in (catalogue() if known is None else known) if one.affects(version))


def merged(known: Iterable[Cve], newer: Iterable[Cve]) -> tuple[Cve, ...]:
    """Both, by day and number; where both have a number, the newer record is taken, also where it affects nothing."""
    found = {one.id: one for one in known} | {one.id: one for one in newer}
    return tuple(sorted(found.values(), key=lambda one: (one.public or "", *map(int, one.id.split("-")[1:]))))
