"""What a package's version says of Heartbleed: facts of the kind `package` in, a verdict out.

Two witnesses are heard: the version, compared by the distribution's own rules with the first that was fixed there, and
the changelog. Where they disagree, nothing is decided. It is a word of the package manager about what it installed, and
no proof: other copies may lie beside it, and a process may still run the one before. The proof of a
file stands above it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hemostat.assess.changelogs import Word
from hemostat.assess.distributions import openssl_source
from hemostat.assess.package_reading import PackageReading
from hemostat.assess.rule import Verdict, VerdictWord
from hemostat.incidents.incident import FixedPackage
from hemostat.incidents.openssl_version import OpensslVersion

__all__ = ["PACKAGE_RULES", "PackageRule", "PackageVerdict", "judge_package"]

_PROVE: Final = "Prove the file itself, which settles it."


class PackageRule(NamedTuple):
    """One row, as `rule.Rule` is for probes. `explanation` may hold `{…}`, filled from the properties of the
    reading.
    """

    name: str
    word: VerdictWord
    applies: Callable[[PackageReading], bool]
    explanation: str

    @property
    def reason(self) -> str:
        """The reason code: each rule has one, which is its name."""
        return self.name


PACKAGE_RULES: Final[tuple[PackageRule, ...]] = (
    PackageRule(
        "unknown-distribution",
        "inconclusive",
        lambda r: r.distribution is None,
        "{name} {version} is a package of {system}, of whose versions nothing is known here. " + _PROVE,
    ),
    PackageRule(
        "foreign-package",
        "inconclusive",
        lambda r: r.foreign,
        "{name} {version} was not installed by the package manager of {system}, so its version is not one of that "
        "distribution. " + _PROVE,
    ),
    PackageRule(
        "unclear-version",
        "inconclusive",
        lambda r: r.unclear,
        "What {name} {version} holds of OpenSSL does not follow from its version as {system} writes them. "
        + _PROVE,
    ),
    PackageRule(
        "never-affected",
        "not-affected",
        lambda r: r.never_affected,
        "{name} {version} is OpenSSL {branch}, of which no release ever had the flaw.",
    ),
    PackageRule(
        "built-without-heartbeats",
        "not-affected",
        lambda r: r.without_heartbeats,
        "{name} {version} was built without heartbeats, says its package manager.",
    ),
    PackageRule(
        "interim-build",
        "inconclusive",
        lambda r: r.interim,
        "{name} {version} comes before the first fixed package, {of_fix}; but for some hours there were builds without "
        "heartbeats with such versions, which are not affected. " + _PROVE,
    ),
    PackageRule(
        "witnesses-disagree",
        "inconclusive",
        lambda r: r.disagree,
        "One witness says that the fix is in {name} {version}, another that it is not. On {system} the first fixed "
        "package is {of_fix}; upstream's own number {upstream_says}. {log_says} " + _PROVE,
    ),
    PackageRule(
        "fixed-package",
        "patched",
        lambda r: r.reaches_fix,
        "{name} {version} has the fix: on {system} that came with {of_fix}. {log_says} What runs may be older still: "
        "look at the processes.",
    ),
    PackageRule(
        "affected-package",
        "vulnerable",
        lambda r: r.below_fix,
        "{name} {version} has the flaw: on {system} the first package without it is {of_fix}. {log_says} Upgrade it, "
        "then restart what uses it.",
    ),
    PackageRule(
        "fixed-upstream",
        "patched",
        lambda r: r.upstream_fixed,
        "{name} {version} is made from a release of OpenSSL that has the fix. What runs may be older still: look at "
        "the processes.",
    ),
    PackageRule(
        "affected-upstream",
        "vulnerable",
        lambda r: r.taken_at_its_word,
        "{name} {version} is made from a release of OpenSSL that has the flaw. No list of fixed packages of {system} "
        "is known here, so upstream's version decides; should the fix have been put into it, the proof of the file "
        "shows it. Upgrade it, then restart what uses it.",
    ),
    PackageRule(
        "see-advisory",
        "inconclusive",
        lambda r: r.row is not None and r.row.version is None,
        "{name} {version} is made from a release of OpenSSL that has the flaw. On {system} the version stays the same "
        "when the fix comes; the system's advisory names the patch level. " + _PROVE,
    ),
    PackageRule(
        "other-lineage",
        "inconclusive",
        lambda r: r.row is not None,
        "{name} {version} is made from a release of OpenSSL that has the flaw. On {system} the first package without "
        "it is {of_fix}, but this is neither a revision of that nor what it came from, so their order says nothing. "
        "{log_says} " + _PROVE,
    ),
    PackageRule(
        "unknown-release",
        "inconclusive",
        lambda r: True,
        "{name} {version} is made from a release of OpenSSL that has the flaw, and which package of {system} brought "
        "the fix is not known here. {log_says} " + _PROVE,
    ),
)
"""The table; the first row that applies decides. Names are unique."""


class PackageVerdict(NamedTuple):
    """The verdict on one package, and the evidence that it rests on."""

    verdict: Verdict
    upstream: OpensslVersion | None
    fixed: FixedPackage | None
    """The row that it was compared with."""
    changelog: Word | None


def judge_package(facts: Mapping[str, Any]) -> PackageVerdict | None:
    """What facts of the kind `package` say of Heartbleed; None where the package is not OpenSSL's.

    A package of another name may carry OpenSSL within: that is for the files to show.
    """
    source = openssl_source(facts["name"], facts["source"])
    if source is None:
        return None
    reading = PackageReading(facts, source)
    rule = next(rule for rule in PACKAGE_RULES if rule.applies(reading))
    explanation = rule.explanation.format(
        name=reading.name,
        version=reading.version,
        system=reading.system,
        of_fix=reading.of_fix,
        log_says=reading.log_says,
        branch=reading.upstream.branch if reading.upstream is not None else "",
        upstream_says="has the flaw" if reading.upstream_affected else "has the fix",
    )
    return PackageVerdict(
        Verdict(rule.word, rule.reason, explanation, rule.name),
        reading.upstream,
        reading.row,
        reading.changelog,
    )
