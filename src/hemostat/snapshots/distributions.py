"""Which distribution and release a host is, by what its files say."""

import re
from typing import Final, NamedTuple

from hemostat.snapshots.records import OsRelease, ReleaseFile
from hemostat.snapshots.snapshot import Snapshot

__all__ = ["Distribution", "distribution_of"]

_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RELEASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+~-]{0,63}")

_FILES: Final[tuple[tuple[str, re.Pattern[str], str], ...]] = (
    # The first of Red Hat's kind is named in all its rebuilds' files: theirs come first.
    ("/etc/oracle-release", re.compile(r"Oracle Linux.* release ([0-9.]+)"), "ol"),
    ("/etc/centos-release", re.compile(r"CentOS.* release ([0-9.]+)"), "centos"),
    ("/etc/fedora-release", re.compile(r"Fedora release ([0-9]+)"), "fedora"),
    ("/etc/system-release", re.compile(r"Amazon Linux.* release ([0-9.]+)"), "amzn"),
    ("/etc/redhat-release", re.compile(r"CentOS.* release ([0-9.]+)"), "centos"),
    ("/etc/redhat-release", re.compile(r"Scientific Linux.* release ([0-9.]+)"), "scientific"),
    ("/etc/redhat-release", re.compile(r"Oracle Linux.* release ([0-9.]+)"), "ol"),
    ("/etc/redhat-release", re.compile(r"Fedora release ([0-9]+)"), "fedora"),
    ("/etc/redhat-release", re.compile(r"Red Hat.* release ([0-9.]+)"), "rhel"),
    ("/etc/lsb-release", re.compile(r"DISTRIB_ID=Ubuntu\b.*DISTRIB_RELEASE=([0-9.]+)"), "ubuntu"),
    ("/etc/SuSE-release", re.compile(r"openSUSE.*VERSION = ([0-9.]+)"), "opensuse"),
    ("/etc/SuSE-release", re.compile(r"SUSE Linux Enterprise.*VERSION = ([0-9.]+)"), "sles"),
    ("/etc/alpine-release", re.compile(r"([0-9][0-9a-z._]*)"), "alpine"),
    ("/etc/slackware-version", re.compile(r"Slackware ([0-9.]+)"), "slackware"),
    ("/etc/gentoo-release", re.compile(r"Gentoo.* release ([0-9.]+)"), "gentoo"),
    ("/etc/arch-release", re.compile("()"), "arch"),
    ("/bin/freebsd-version", re.compile(r"([0-9]+\.[0-9]+)-"), "freebsd"),
    # In what comes from Debian too: last.
    ("/etc/debian_version", re.compile(r"([a-z0-9./]+)"), "debian"),
)


class Distribution(NamedTuple):
    """`id` and `release` as os-release(5) has ID and VERSION_ID; None where nothing says so. `title`: for people."""

    id: str | None
    release: str | None
    title: str | None


def distribution_of(snapshot: Snapshot) -> Distribution:
    """By os-release(5), else by the files that came before it. The point release of Red Hat's kind comes from the
    latter, where os-release has the major number alone.
    """
    files = {each.path: each.text or "" for each in snapshot.of(ReleaseFile)}
    older = _by_files(files)
    said = next(iter(snapshot.of(OsRelease)), None)
    if said is None or said.id is None or not _ID.fullmatch(said.id):
        return older
    release = said.version_id
    if release is None or not _RELEASE.fullmatch(release):
        # Debian's testing and unstable state none.
        release = older.release if older.id == said.id else None
    elif older.id == said.id and (older.release or "").startswith(f"{release}."):
        release = older.release
    return Distribution(said.id, release, said.title or older.title)


def _by_files(files: dict[str, str]) -> Distribution:
    for path, pattern, distribution in _FILES:
        # A line break arrives as it is shown.
        text = files.get(path, "").replace("\\x0a", " ").strip()
        found = pattern.search(text) if path in files else None
        if found:
            release = found[1].strip(".") or None
            return Distribution(distribution, release, text[:256] or None)
    return Distribution(None, None, None)
