"""What is known of an incident, as data.

Every text is plain ASCII and our own; what it rests on is named by the key of a `Source` of the same
incident. Dates are ISO 8601 text: `2014-04-07`, or `2012-02` where only the month is known.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is known from: its title, and its address on the web, where one is sure."""

    key: str
    title: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened on a day."""

    date: str
    what: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Upstream versions from `first` to `last`, both included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class FixedPackage:
    """The first package of a release that has the fix; every later revision of it has it too.

    `version` is as the system's own tools compare it, epoch included; None where it has to be read in the
    advisory. `package` is the source package. `advisory` is the key of a source, or None where none is at
    hand. `system` and `release` are for people; `distribution` and `releases` are ID and VERSION_ID of
    os-release(5) (or what older systems state in their place): a release is meant by itself and by all that
    begins with it and a dot or hyphen; no releases are all of them. `without_flaw` are versions that compare below
    `version` and do not have the flaw either, where such are known of.
    """

    system: str
    release: str
    package: str
    version: str | None
    advisory: str | None
    note: str = ""
    distribution: str = field(kw_only=True)
    releases: tuple[str, ...] = field(kw_only=True, default=())
    without_flaw: tuple[str, ...] = field(kw_only=True, default=())

    def is_of(self, distribution: str, release: str | None) -> bool:
        """Whether that release of that distribution is meant."""
        if distribution != self.distribution:
            return False
        return not self.releases or any(
            release == one or (release or "").startswith((f"{one}.", f"{one}-")) for one in self.releases
        )


@dataclass(frozen=True, slots=True)
class UnaffectedRelease:
    """A release that was current then and never had the flaw in its own packages."""

    system: str
    release: str
    why: str


@dataclass(frozen=True, slots=True)
class UnaffectedSoftware:
    """What is often asked about and does not have the flaw."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Role:
    """How one side of a connection was exposed. `name` is `server` or `client`."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do or renew; its place in `Incident.steps` is its place in time. `name` is the plan's word
    for it.
    """

    name: str
    what: str
    why_here: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What a study counted: `value` of `of_what`."""

    value: str
    of_what: str
    source: str


@dataclass(frozen=True, slots=True)
class Incident:
    """All that hemostat knows of one incident. Lists are in the order in which a reader needs them.

    `introduced` is the day when the flaw entered the source, `released` the day of the first release that had
    it (no exposure can be older), `disclosed` the day when the public knew, `fixed` the day of the first
    release without it.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    software: str
    summary: str
    introduced: str
    released: str
    disclosed: str
    fixed: str
    events: tuple[Event, ...]
    affected_versions: tuple[VersionRange, ...]
    fixed_versions: tuple[str, ...]
    unaffected_branches: tuple[str, ...]
    version_notes: tuple[str, ...]
    fixed_packages: tuple[FixedPackage, ...]
    unaffected_releases: tuple[UnaffectedRelease, ...]
    package_notes: tuple[str, ...]
    unaffected_software: tuple[UnaffectedSoftware, ...]
    leaks: tuple[str, ...]
    never_leaks: tuple[str, ...]
    roles: tuple[Role, ...]
    steps: tuple[Step, ...]
    logins: tuple[str, ...]
    forward_secrecy: tuple[str, ...]
    proof: tuple[str, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]
