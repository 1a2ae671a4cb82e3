"""What is known of distributions in general: who installs there, how versions are ordered, and where upstream's version
stands within a package's.

They are named by ID of os-release(5). One that is not here is not judged: its versions might mean anything.
"""

import re
from typing import Final, NamedTuple

from hemostat.assess.version_order import Order
from hemostat.incidents.openssl_version import OpensslVersion, read_version

__all__ = ["DISTRIBUTIONS", "Distribution", "openssl_source", "upstream"]

_NUMBER: Final = r"(?P<number>[0-9]+\.[0-9]+\.[0-9]+)"
_LETTERS: Final = r"(?P<letters>[a-y]|z[a-z]?)?"


class _Form(NamedTuple):
    """How a family of package managers writes a version: `number`, `letters` and `stage` are upstream's."""

    managers: tuple[str, ...]
    whole: re.Pattern[str]
    order: Order | None = None


_DEB: Final = _Form(
    ("dpkg",),
    re.compile(
        rf"(?:[0-9]+:)?{_NUMBER}{_LETTERS}(?:~+(?P<stage>(?:alpha|beta|pre)[0-9]+))?(?:\+[A-Za-z0-9.+~]*)?"
        r"(?:-[A-Za-z0-9.+~]+)?"
    ),
    "deb",
)
_RPM: Final = _Form(
    ("rpm",),
    re.compile(
        rf"(?:[0-9]+:)?{_NUMBER}{_LETTERS}(?:~(?P<stage>(?:alpha|beta|pre)[0-9]+))?"
        # A release that tells of a pre-release ("0.1.beta1") would have to be read; no two write it alike.
        r"-(?![A-Za-z0-9._]*(?:alpha|beta|pre|rc)[0-9])[A-Za-z0-9._+~^]+"
    ),
    "rpm",
)
_EBUILD: Final = _Form(
    ("portage",),
    re.compile(rf"{_NUMBER}{_LETTERS}(?:_(?P<stage>(?:alpha|beta|pre)[0-9]+))?(?:_p[0-9]+)?(?:-r[0-9]+)?"),
    "ebuild",
)
_APK: Final = _Form(
    ("apk",), re.compile(rf"{_NUMBER}{_LETTERS}(?:_(?P<stage>(?:alpha|beta|pre)[0-9]+))?(?:-r[0-9]+)?")
)
_PACMAN: Final = _Form(("pacman",), re.compile(rf"(?:[0-9]+:)?{_NUMBER}\.?{_LETTERS}-[0-9]+(?:\.[0-9]+)?"))
_SLACKWARE: Final = _Form(("slackware",), re.compile(rf"{_NUMBER}{_LETTERS}(?:-[A-Za-z0-9_.-]+)?"))
_PKGSRC: Final = _Form(
    ("pkg", "base"), re.compile(rf"{_NUMBER}{_LETTERS}(?:-beta[0-9]+)?(?:nb[0-9]+)?(?:p[0-9]+)?(?:v[0-9]+)?")
)
# FreeBSD's port wrote 1.0.1 and a revision for every letter of 1.0.1, so that 1.0.1 alone says nothing there.
_FREEBSD: Final = _Form(
    ("pkg", "base"),
    re.compile(rf"(?!1\.0\.1(?![0-9a-z])){_NUMBER}{_LETTERS}(?:-freebsd)?(?:_[0-9]+)?(?:,[0-9]+)?"),
)


class Distribution(NamedTuple):
    """One distribution. `upstream_decides` are the releases (as in `FixedPackage.releases`) that have no row of their
    own and where upstream's version is taken at its word; None for none, empty for all.
    """

    title: str
    form: _Form
    upstream_decides: tuple[str, ...] | None = None

    @property
    def managers(self) -> tuple[str, ...]:
        """Who installs packages there, by the words of the kind `package`."""
        return self.form.managers

    @property
    def order(self) -> Order | None:
        """How its versions are ordered; None where no row asks for it."""
        return self.form.order

    def takes_upstream(self, release: str | None) -> bool:
        """Whether upstream's version decides in that release."""
        if self.upstream_decides is None:
            return False
        return not self.upstream_decides or any(
            release == one or (release or "").startswith((f"{one}.", f"{one}-"))
            for one in self.upstream_decides
        )


DISTRIBUTIONS: Final[dict[str, Distribution]] = {
    "almalinux": Distribution("AlmaLinux", _RPM),
    "alpine": Distribution("Alpine", _APK, ()),
    "amzn": Distribution("Amazon Linux", _RPM),
    "arch": Distribution("Arch Linux", _PACMAN, ()),
    "centos": Distribution("CentOS", _RPM),
    "debian": Distribution("Debian", _DEB),
    "devuan": Distribution("Devuan", _DEB),
    "fedora": Distribution("Fedora", _RPM, ("18",)),
    "freebsd": Distribution("FreeBSD", _FREEBSD),
    "gentoo": Distribution("Gentoo", _EBUILD),
    "kali": Distribution("Kali", _DEB),
    "linuxmint": Distribution("Linux Mint", _DEB),
    "mageia": Distribution("Mageia", _RPM),
    "netbsd": Distribution("NetBSD", _PKGSRC, ()),
    "ol": Distribution("Oracle Linux", _RPM),
    "openbsd": Distribution("OpenBSD", _PKGSRC, ("5.3", "5.4")),
    "opensuse": Distribution("openSUSE", _RPM, ("12.2",)),
    "opensuse-leap": Distribution("openSUSE Leap", _RPM),
    "opensuse-tumbleweed": Distribution("openSUSE Tumbleweed", _RPM),
    "raspbian": Distribution("Raspbian", _DEB),
    "rhel": Distribution("Red Hat Enterprise Linux", _RPM),
    "rocky": Distribution("Rocky Linux", _RPM),
    "scientific": Distribution("Scientific Linux", _RPM),
    "slackware": Distribution("Slackware", _SLACKWARE, ()),
    "sles": Distribution("SUSE Linux Enterprise Server", _RPM),
    "ubuntu": Distribution("Ubuntu", _DEB),
}

_SUFFIX: Final = (
    r"(?:-(?:libs|devel|dev|static|libs-static|perl|doc|dbg|dbgsym|debuginfo|debugsource|solibs|32bit))*"
)
_SOURCES: Final = (
    # In this order: the first that fits names the source package.
    (re.compile(r"dev-libs/openssl(?:-compat)?"), "dev-libs/openssl"),
    (
        re.compile(rf"(openssl|compat-openssl[0-9]+|openssl[0-9]+[a-z]?|openssl-1_[01]_?[0-9]?){_SUFFIX}"),
        None,
    ),
    (re.compile(rf"libopenssl(?:[0-9]+(?:_[0-9]+)*)?(?:-hmac)?{_SUFFIX}"), "openssl"),
    (re.compile(rf"lib(?:ssl|crypto)(?:[0-9][0-9a-z.]*)?(?:-udeb)?{_SUFFIX}"), "openssl"),
    (re.compile(rf"lib32-openssl{_SUFFIX}"), "openssl"),
)


def openssl_source(name: str, source: str | None) -> str | None:
    """The source package that an OpenSSL package was built from; None where it is no package of OpenSSL.

    `source` is what its manager says; where it says nothing, the name tells.
    """
    for form, known in _SOURCES:
        found = form.fullmatch(source or name)
        if found is not None:
            return known or source or str(found[1])
    return None


def upstream(distribution: Distribution, version: str) -> OpensslVersion | None:
    """Upstream's version within a package's; None where it does not stand there as that distribution writes it."""
    found = distribution.form.whole.fullmatch(version)
    if found is None:
        return None
    stage = found.groupdict().get("stage")
    return read_version(f"{found['number']}{found['letters'] or ''}{f'-{stage}' if stage else ''}")
