"""Which versions can be compared with the first fixed one of a release: those that it came from, and its revisions.

Order alone does not say that a fix is in. Debian's 1.0.1e-4 of 2013 sorts behind 1.0.1e-2+deb7u5, the fix of Debian 7,
and has the flaw; so has 1.0.1e-37.fc19 on a RHEL whose fix is 1.0.1e-16.el6_5.7. What comes from another release or
distribution is therefore not compared, however it sorts. Written for CVE-2014-0160, by the rows of its incident.
"""

import re
from typing import Final

from hemostat.assess.version_order import Order, compare, is_version
from hemostat.incidents.incident import FixedPackage

__all__ = ["LINEAGES", "place"]

_MORE: Final = r"(?:[+~][A-Za-z0-9.+~]*)?"
"""A rebuild, a backport, a longer support, behind a version of Debian's or Ubuntu's."""

LINEAGES: Final[dict[tuple[str, str], re.Pattern[str]]] = {
    (system, release): re.compile(form)
    for system, release, form in (
        # Up to the revision in which wheezy was released; then its own.
        ("Debian", "7 (wheezy)", rf"1\.0\.1(?:[a-d]?-[0-9]+(?:\.[0-9]+)?|e-[12]){_MORE}"),
        (
            "Debian",
            "8 (jessie), sid",
            r"1\.0\.1[a-z]?-[0-9]+(?:\.[0-9]+)?(?:(?:\+(?!deb7)|~)[A-Za-z0-9.+~]*)?",
        ),
        ("Ubuntu", "12.04", rf"1\.0\.1-(?:[1-3]ubuntu[0-9.]+|4ubuntu[1-5](?:\.[0-9]+)*){_MORE}"),
        ("Ubuntu", "12.10", rf"1\.0\.1c-3ubuntu[12](?:\.[0-9]+)*{_MORE}"),
        ("Ubuntu", "13.10", rf"1\.0\.1e-[23]ubuntu1(?:\.[0-9]+)*{_MORE}"),
        ("Ubuntu", "14.04", rf"1\.0\.1(?:e-4ubuntu[0-9.]+|f-1ubuntu[12](?:\.[0-9]+)*){_MORE}"),
        *(
            (system, "6.5", r"(?:0:)?1\.0\.1e-[0-9]+\.el6(?:_[0-9]+)?(?:\.[0-9A-Za-z_]+)*")
            for system in ("RHEL", "CentOS", "Oracle Linux", "Scientific Linux")
        ),
        ("Amazon Linux", "AMI", r"1:1\.0\.1[a-z]?-[0-9.]+\.amzn1(?:\.[0-9]+)*"),
        # The rows are names of builds, which have no epoch; the installed packages have one.
        ("Fedora", "19", r"(?:[0-9]:)?1\.0\.1e-[0-9]+\.fc19(?:\.[0-9]+)?"),
        ("Fedora", "20", r"(?:[0-9]:)?1\.0\.1e-[0-9]+\.fc20(?:\.[0-9]+)?"),
        ("openSUSE", "12.3", r"(?:0:)?1\.0\.1e-1\.[0-9]+\.[0-9]+"),
        ("openSUSE", "13.1", r"(?:0:)?1\.0\.1e-11\.[0-9]+\.[0-9]+"),
        ("Gentoo", "rolling", r"1\.0\.1[a-z]?(?:_p[0-9]+)?(?:-r[0-9]+)?"),
    )
}
"""By system and release of the row: what its versions look like, as a whole."""


def place(row: FixedPackage, order: Order, version: str) -> int | None:
    """How a version compares with the row's: below 0, 0, above 0. None where the two have nothing to do with one
    another.
    """
    lineage = LINEAGES.get((row.system, row.release))
    if row.version is None or lineage is None or not lineage.fullmatch(version):
        return None
    if ":" not in row.version:
        version = version.rpartition(":")[2]
    return compare(order, version, row.version) if is_version(order, version) else None
