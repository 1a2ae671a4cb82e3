"""The packages of this host: facts of the kind `package`, and what they are worth."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hemostat.evidence import write_time

if TYPE_CHECKING:
    from hemostat.assess.packages import PackageVerdict
    from hemostat.detect.hosts.owners import Owner
    from hemostat.snapshots import Package, Snapshot

__all__ = ["Packages", "package_facts", "time_of"]


class Packages:
    """Packages of OpenSSL that a snapshot names; `owners`: asks which package owns each of some paths."""

    def __init__(
        self, snapshot: "Snapshot | None", owners: "Callable[[Iterable[str]], dict[str, Owner]]"
    ) -> None:
        self.facts: list[dict[str, Any]] = [] if snapshot is None else package_facts(snapshot)
        self._owners = owners
        self._known: dict[str, Owner | None] = {}

    def owner(self, path: str) -> "dict[str, str] | None":
        """Whose file that is, as facts of the kind `copy` have it; None: nobody's, or not known."""
        facts = self._of(path)
        return None if facts is None else {key: facts[key] for key in ("manager", "name", "version")}

    def is_owned(self, path: str) -> bool:
        """Whether any package owns it, of OpenSSL or not."""
        if path not in self._known:
            self._known[path] = self._owners([path]).get(path)
        return self._known[path] is not None

    def verdict(self, path: str) -> "PackageVerdict | None":
        """What its package is worth; None where that is not OpenSSL's."""
        from hemostat.assess.packages import judge_package

        facts = self._of(path)
        return None if facts is None else judge_package(facts)

    def _of(self, path: str) -> dict[str, Any] | None:
        if not self.facts or not self.is_owned(path):
            return None
        owner = self._known[path]
        for facts in self.facts:
            if (
                owner is not None
                and owner[:2] == (facts["manager"], facts["name"])
                and owner.architecture
                in (
                    None,
                    facts["architecture"],
                )
            ):
                return facts
        return None


def package_facts(snapshot: "Snapshot") -> list[dict[str, Any]]:
    """Facts of the kind `package`, one for each that the snapshot names."""
    from hemostat.snapshots import Package, distribution_of

    system = distribution_of(snapshot)
    return [_facts(each, system.id, system.release) for each in snapshot.of(Package)]


def _facts(package: "Package", distribution: str | None, release: str | None) -> dict[str, Any]:
    changelog = None
    if package.changelog is not None:
        changelog = {
            "earliest": package.changelog_first if package.changelog_last else None,
            "latest": package.changelog_last if package.changelog_first else None,
            "cves": sorted(set(package.cves)),
            "line": package.heartbleed_line,
        }
    return {
        "distribution": distribution,
        "release": release,
        "manager": package.manager,
        "name": package.name,
        "source": package.source,
        "version": package.version,
        "architecture": package.architecture,
        "installed_at": time_of(package.installed),
        "flags": list(package.flags),
        "changelog": changelog,
    }


def time_of(microseconds: int | None) -> str | None:
    """A moment of a snapshot, as evidence writes it; None where there is none, or none that a calendar has."""
    if microseconds is None:
        return None
    try:
        return write_time(
            datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(
                microsecond=microseconds % 1_000_000
            )
        )
    except (OverflowError, OSError, ValueError):
        return None
