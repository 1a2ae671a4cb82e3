"""Facts of a `package` observation, read once: what the rules of `packages` ask of them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from hemostat.assess.changelogs import Word, word_on_heartbleed
from hemostat.assess.distributions import DISTRIBUTIONS, Distribution, upstream
from hemostat.assess.lineages import place
from hemostat.assess.version_order import compare
from hemostat.incidents.incident import FixedPackage, VersionRange
from hemostat.incidents.known.heartbleed import INCIDENT
from hemostat.incidents.openssl_version import OpensslVersion, read_version

__all__ = ["PackageReading"]

_FLAG: Final = "-tls-heartbeat"


def _version(text: str) -> OpensslVersion:
    found = read_version(text)
    if found is None:
        raise ValueError(f"the incident speaks of a version that is none: {text}")
    return found


def _within(version: OpensslVersion, ranges: tuple[VersionRange, ...]) -> bool:
    return any(_version(one.first) <= version <= _version(one.last) for one in ranges)


class PackageReading:
    """What the facts of one package say. Every property is a plain question with a plain answer."""

    def __init__(self, facts: Mapping[str, Any], source: str) -> None:
        self.facts = facts
        self.source = source
        """The source package, as `openssl_source` gives it."""
        self.name: str = facts["name"]
        self.version: str = facts["version"]
        self.release: str | None = facts["release"]

    @property
    def distribution(self) -> Distribution | None:
        """None where nothing is known of it."""
        return DISTRIBUTIONS.get(self.facts["distribution"] or "")

    @property
    def system(self) -> str:
        """Distribution and release, for people."""
        known = self.distribution
        title = known.title if known is not None else self.facts["distribution"] or "a system without a name"
        return f"{title} {self.release}" if self.release else title

    @property
    def foreign(self) -> bool:
        """Another manager than that distribution's own installed it: its versions are not that distribution's."""
        return self.distribution is not None and self.facts["manager"] not in self.distribution.managers

    @cached_property
    def upstream(self) -> OpensslVersion | None:
        """Upstream's version, as far as the package's says it."""
        return None if self.distribution is None else upstream(self.distribution, self.version)

    @property
    def upstream_affected(self) -> bool:
        """Upstream's release of that version has the flaw."""
        return self.upstream is not None and _within(self.upstream, INCIDENT.affected_versions)

    @property
    def upstream_fixed(self) -> bool:
        """Upstream's release has the fix, in the branch that had the flaw in its releases."""
        return (
            self.upstream is not None
            and not self.upstream_affected
            and self.upstream.branch == "1.0.1"
            and self.upstream >= _version("1.0.1")
        )

    @property
    def never_affected(self) -> bool:
        """Upstream never released that branch with the flaw, and this is no pre-release with it."""
        return self.upstream is not None and self.upstream.branch != "1.0.1" and not self.upstream_affected

    @property
    def unclear(self) -> bool:
        """Upstream's version does not follow, or is a pre-release of 1.0.1, of which no record speaks."""
        return self.upstream is None or not (
            self.upstream_affected or self.upstream_fixed or self.never_affected
        )

    @property
    def without_heartbeats(self) -> bool:
        """Its manager says that it was built without heartbeats (Gentoo's USE=-tls-heartbeat)."""
        return _FLAG in self.facts["flags"]

    @cached_property
    def row(self) -> FixedPackage | None:
        """The first fixed package of that release, where one is known of."""
        distribution = self.facts["distribution"] or ""
        for row in INCIDENT.fixed_packages:
            if row.is_of(distribution, self.release) and (
                row.package == self.source or self.facts["manager"] == "base"
            ):
                return row
        return None

    @cached_property
    def place(self) -> int | None:
        """How it compares with that row's version: below 0, 0, above 0. None where it does not (`lineages`)."""
        row, known = self.row, self.distribution
        if row is None or known is None or known.order is None:
            return None
        return place(row, known.order, self.version)

    @property
    def reaches_fix(self) -> bool:
        """It is the first fixed package, or a later one."""
        return self.place is not None and self.place >= 0

    @property
    def below_fix(self) -> bool:
        """It is earlier than the first fixed package."""
        return self.place is not None and self.place < 0

    @property
    def interim(self) -> bool:
        """Below the fix, but where builds without the flaw are known to lie, up to it."""
        row, known = self.row, self.distribution
        if not self.below_fix or row is None or known is None or known.order is None:
            return False
        order = known.order
        return any(
            compare(order, self.version, one) >= 0 and self.version.endswith(one[one.rfind(".") :])
            for one in row.without_flaw
        )

    @property
    def changelog(self) -> Word | None:
        """What its changelog says; None where none was read."""
        return word_on_heartbleed(self.facts["changelog"])

    @property
    def disagree(self) -> bool:
        """One witness says that the fix is in, and another that it is not."""
        if self.reaches_fix:
            # Upstream's own fix may go without an entry of its own.
            return self.upstream_affected and self.changelog in ("absent", "unclear")
        if self.below_fix:
            return self.upstream_fixed or self.changelog == "names-the-fix"
        return self.upstream_affected and self.taken_at_its_word and self.changelog == "names-the-fix"

    @property
    def taken_at_its_word(self) -> bool:
        """No row is known of, and upstream's version decides."""
        return (
            self.row is None
            and self.distribution is not None
            and self.distribution.takes_upstream(self.release)
        )

    @property
    def of_fix(self) -> str:
        """The first fixed version and where that is known from."""
        row = self.row
        if row is None or row.version is None:
            return "none that is known of"
        titles = {source.key: source.title for source in INCIDENT.sources}
        return f"{row.version} ({titles[row.advisory]})" if row.advisory else row.version

    @property
    def log_says(self) -> str:
        """What the changelog says, as a sentence."""
        name = INCIDENT.id
        return {
            "names-the-fix": f"Its changelog names {name} too.",
            "silent": f"Its changelog does not name {name}, and may have been cut.",
            "absent": f"Its changelog goes back to before {INCIDENT.disclosed} and does not name {name}.",
            "unclear": f"Its changelog names {name}, but where something is taken out or denied.",
            None: "No changelog was read.",
        }[self.changelog]
