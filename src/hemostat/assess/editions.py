"""Database servers, whose editions differ in the TLS that they carry within, judged by what they say of themselves.

What a server calls itself says where its TLS comes from, not how old that is. So this gives `not-affected` where no
OpenSSL of that time can be within, and else says where to look. Sources: the MySQL 5.6 release notes (5.6.23: OpenSSL
1.0.1k within the commercial server) and reference manual (OpenSSL in commercial builds from 5.6.6 on, yaSSL in those of
the community); MariaDB's word on CVE-2014-0160 (archives and the MSI: yaSSL; packages: the system's library).
"""

import re
from typing import Final, Literal, NamedTuple

from hemostat.assess.rule import Verdict, VerdictWord

__all__ = ["EDITIONS", "Edition", "judge_edition", "read_edition"]

Product = Literal["mysql", "mariadb", "percona"]
Sold = Literal["commercial", "community"]

_MAX_BANNER: Final = 1024
_VERSION: Final = re.compile(r"(?<![0-9.])([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
_FIRST_WITH_OPENSSL: Final = (5, 6, 6)
_AFTER_THE_FIX: Final = ((5, 6, 23), (5, 7, 9), (8, 0, 0))
"""Of each branch a version that was certainly built after the fix; all later ones of it were too."""

EDITIONS: Final[dict[str, tuple[VerdictWord, str]]] = {
    "yassl": ("not-affected", "{what} has yaSSL within, which is not OpenSSL and has no heartbeats."),
    "later-release": (
        "not-affected",
        "{what} was released after the fix; an OpenSSL within it is a later one.",
    ),
    "bundled-openssl": (
        "inconclusive",
        "{what} has OpenSSL within; which one, its version does not say for sure. Its file tells: prove it.",
    ),
    "linked-library": (
        "inconclusive",
        "{what} uses the OpenSSL that it is linked to, mostly the system's. Judge that.",
    ),
}
"""Reason code → the verdict and what is said."""


class Edition(NamedTuple):
    """What a database server says of itself."""

    product: Product
    version: tuple[int, int, int]
    sold: Sold | None
    """Oracle's edition; None where the server names none: a distribution's own build, or another product."""


def read_edition(banner: str) -> Edition | None:
    """The edition from a server's own words (`mysqld --version`, or `VERSION()` and `@@version_comment`); None for
    other words.
    """
    banner = banner[:_MAX_BANNER].lower()
    found = _VERSION.search(banner)
    if found is None:
        return None
    version = (int(found[1]), int(found[2]), int(found[3]))
    for product in ("mariadb", "percona"):
        if product in banner:
            return Edition(product, version, None)
    if "commercial" in banner:
        return Edition("mysql", version, "commercial")
    if "mysql community server" in banner:
        # Distributions keep the name of the source that they build and add their own.
        theirs = re.search(r"\((?:debian|ubuntu|source distribution)", banner)
        return Edition("mysql", version, None if theirs else "community")
    return Edition("mysql", version, None) if "mysql" in banner else None


def judge_edition(edition: Edition, packaged: bool | None) -> Verdict:
    """What that edition's TLS is. `packaged`: whether a distribution's package owns the file; False for an unpacked
    archive or an installer; None where nobody looked.
    """
    reason = _reason(edition, packaged)
    word, said = EDITIONS[reason]
    title = {"mysql": "MySQL", "mariadb": "MariaDB", "percona": "Percona Server"}[edition.product]
    what = " ".join((title, ".".join(map(str, edition.version)), edition.sold or "")).strip()
    return Verdict(word, reason, said.format(what=what), reason)


def _reason(edition: Edition, packaged: bool | None) -> str:
    if edition.product == "mariadb" and packaged is False:
        return "yassl"
    if edition.sold is None:
        return "linked-library"
    if any(edition.version[:2] == first[:2] and edition.version >= first for first in _AFTER_THE_FIX) or (
        edition.version >= _AFTER_THE_FIX[-1]
    ):
        return "later-release"
    if edition.sold == "community" or edition.version < _FIRST_WITH_OPENSSL:
        return "yassl"
    return "bundled-openssl"
