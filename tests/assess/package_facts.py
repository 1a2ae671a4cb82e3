"""Facts of packages, to judge."""

from typing import Any

from hemostat.assess.changelogs import read_changelog
from hemostat.assess.distributions import DISTRIBUTIONS
from hemostat.evidence import KINDS

__all__ = ["NAMES_IT", "WITHOUT_IT", "package"]

NAMES_IT = (
    "* Tue Apr 08 2014 Some Body <body@example.com>\n- fix CVE-2014-0160\n\n"
    "* Tue Jan 07 2014 Some Body <body@example.com>\n- fix CVE-2013-6450\n"
)
WITHOUT_IT = NAMES_IT.replace("CVE-2014-0160", "CVE-2014-3505")


def package(
    distribution: str | None,
    release: str | None,
    version: str,
    *,
    name: str = "openssl",
    changelog: str | None = None,
    **others: Any,
) -> dict[str, Any]:
    """Facts of the kind `package`, which it takes: installed by that distribution's own manager."""
    known = DISTRIBUTIONS.get(distribution or "")
    facts = {
        "distribution": distribution,
        "release": release,
        "manager": known.managers[0] if known is not None else "dpkg",
        "name": name,
        "source": None,
        "version": version,
        "architecture": None,
        "installed_at": None,
        "flags": [],
        "changelog": None if changelog is None else read_changelog(changelog),
    } | others
    KINDS["package"].check(facts)
    return facts
