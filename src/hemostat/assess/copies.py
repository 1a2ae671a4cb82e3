"""What one copy of OpenSSL is, with regard to Heartbleed: facts of the kind `copy`, its proof and its package in, a
verdict out.

The proof of the very bytes stands above all. Then come what the file shows of itself (no libssl, no code for
heartbeats, another library), the word of the package that it belongs to, and last its version: one that has the fix is
fixed, but one that had the flaw may have been mended by whoever built it, and only the proof would tell.

A package speaks of what it brought. Where the file names another version than the package is made from, it was changed
since, and the package's word is none. Whether a file of the same version is what the package brought, its checksum in
the package manager's database would tell: that is not compared yet.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hemostat.assess.packages import PackageVerdict
from hemostat.assess.rule import Verdict, VerdictWord
from hemostat.assess.verdicts import judge
from hemostat.binaries.texts import version_of
from hemostat.incidents.known.heartbleed import INCIDENT
from hemostat.incidents.openssl_version import OpensslVersion, read_version

__all__ = ["RULES", "CopyReading", "CopyRule", "judge_copy"]

_DECIDED: Final = ("vulnerable", "patched", "not-affected")
_FIRST: Final = read_version(INCIDENT.affected_versions[0].first)
_FAMILIES: Final = {
    "boringssl": "BoringSSL",
    "gnutls": "GnuTLS",
    "libressl": "LibreSSL",
    "nss": "NSS",
    "wolfssl": "wolfSSL (CyaSSL)",
    "yassl": "yaSSL",
}
_WITHOUT: Final = ("no-symbol", "no-text", "version")
"""Signs that the code for heartbeats is not in a libssl."""


class CopyReading:
    """What is known of one copy. Every property is a plain question with a plain answer.

    `facts`: of the kind `copy`; `proof`: of the kind `probe` (form `library`), about the same build; `package`: the
    verdict on the package that the file belongs to.
    """

    def __init__(
        self, facts: Mapping[str, Any], proof: Mapping[str, Any] | None, package: PackageVerdict | None
    ) -> None:
        self.facts = facts
        self.proof = None if proof is None else judge(proof)
        self.package = None if package is None else package.verdict
        self.upstream = None if package is None else package.upstream

    @property
    def is_proved(self) -> bool:
        """The bytes themselves were asked, and answered."""
        return self.proof is not None and self.proof.word in _DECIDED

    @property
    def is_judged_by_package(self) -> bool:
        """Its package is known, and what that holds."""
        return self.package is not None and self.package.word in _DECIDED

    @property
    def is_as_packaged(self) -> bool:
        """Every version that it names is the one that its package is made from, as far as both are known."""
        return self.upstream is None or all(read_version(number) == self.upstream for number in self.numbers)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every version of OpenSSL that it names, as it names them: one file may hold two copies."""
        own = self.facts["version"]
        others = (version_of(text) for text in self.facts["other_texts"])
        return tuple(dict.fromkeys((*(() if own is None else (own,)), *others)))

    @property
    def flawed(self) -> tuple[str, ...]:
        """Those of them whose release had the flaw."""
        return tuple(number for number in self.numbers if _had_the_flaw(read_version(number)))

    @property
    def has_flawed_version(self) -> bool:
        """Upstream's release of one of them had the flaw: which of them runs, nobody knows."""
        return bool(self.flawed)

    @property
    def has_fixed_version(self) -> bool:
        """Upstream's release of each of them has heartbeats and the fix."""
        return bool(self.numbers) and all(_has_the_fix(read_version(number)) for number in self.numbers)

    @property
    def unproved(self) -> str:
        """Why there is no proof, as a sentence; empty where none was tried."""
        return (
            ""
            if self.proof is None or self.is_proved
            else f" It was put to the proof: {self.proof.explanation}"
        )


def _had_the_flaw(version: OpensslVersion | None) -> bool:
    return version is not None and any(
        read(span.first) <= version <= read(span.last) for span in INCIDENT.affected_versions
    )


def _has_the_fix(version: OpensslVersion | None) -> bool:
    return version is not None and _FIRST is not None and version > _FIRST and not _had_the_flaw(version)


def read(text: str) -> OpensslVersion:
    """A version that an incident names."""
    found = read_version(text)
    if found is None:
        raise ValueError(f"the incident speaks of a version that is none: {text}")
    return found


class CopyRule(NamedTuple):
    """One row, as `rule.Rule` is for probes; `word` and `reason` None: those of the proof, or of the package."""

    name: str
    word: VerdictWord | None
    reason: str | None
    applies: Callable[[CopyReading], bool]
    explanation: str
    whose: Callable[[CopyReading], Verdict | None] = lambda _: None


RULES: Final[tuple[CopyRule, ...]] = (
    CopyRule(
        "proved",
        None,
        None,
        lambda r: r.is_proved,
        "This very file was loaded where it can do no harm, and asked. {whose}",
        lambda r: r.proof,
    ),
    CopyRule(
        "other-library",
        "not-affected",
        "other-library",
        lambda r: r.facts["family"] != "openssl",
        "It is {family}, whose code is another than OpenSSL's.",
    ),
    CopyRule(
        "text-only",
        "not-affected",
        "text-only",
        lambda r: r.facts["form"] == "text-only",
        "It names a version of OpenSSL and holds none of its code: it was compiled with its headers, or only speaks of "
        "it. What it loads is what counts.",
    ),
    CopyRule(
        "no-libssl",
        "not-affected",
        "no-libssl",
        lambda r: r.facts["heartbeats"] == "absent" and r.facts["why"] == "no-libssl",
        "It is OpenSSL's libcrypto alone; what answers heartbeats is libssl.",
    ),
    CopyRule(
        "no-heartbeats",
        "not-affected",
        "no-heartbeats",
        lambda r: r.facts["heartbeats"] == "absent" and r.facts["why"] in _WITHOUT,
        "OpenSSL's code for heartbeats is not in it: {why}.",
    ),
    CopyRule(
        "owned",
        None,
        None,
        lambda r: r.is_judged_by_package and r.is_as_packaged,
        "It belongs to a package. {whose}{unproved}",
        lambda r: r.package,
    ),
    CopyRule(
        "changed-since-installed",
        "inconclusive",
        "changed-since-installed",
        lambda r: r.is_judged_by_package,
        "It lies where a package has its file, and is another one: its code says that it is OpenSSL {numbers}, and the "
        "package is made from {upstream}. What holds for the package does not hold for it. Treat it as vulnerable: "
        "install the package anew, or have the file proved.{unproved}",
    ),
    CopyRule(
        "fixed-version",
        "patched",
        "fixed-version",
        lambda r: r.has_fixed_version,
        "Its code says that it is OpenSSL {version}, a release that has the fix.{unproved}",
    ),
    CopyRule(
        "flawed-version",
        "inconclusive",
        "flawed-version",
        lambda r: r.has_flawed_version,
        "Its code says that it is OpenSSL {version}, a release that had the flaw, and nothing shows that whoever built "
        "it put the fix in. Treat it as vulnerable: replace it, or have it proved.{unproved}",
    ),
    CopyRule(
        "unreadable",
        "inconclusive",
        "unreadable",
        lambda r: r.facts["form"] == "unreadable",
        "There is code of OpenSSL in it, and its headers or symbols cannot be read.{unproved}",
    ),
    CopyRule(
        "unknown-version",
        "inconclusive",
        "unknown-version",
        lambda r: True,
        "There is code of OpenSSL in it, and of which version does not follow from what it says.{unproved}",
    ),
)
"""The table; the first row that applies decides. Names are unique."""

_WHY: Final = {
    "no-symbol": "its inner functions are among its symbols, and none of heartbeats is",
    "no-text": "the texts of its errors are there, and none of those that came with heartbeats is",
    "version": "OpenSSL of this version has none",
}


def judge_copy(
    facts: Mapping[str, Any],
    proof: Mapping[str, Any] | None = None,
    package: PackageVerdict | None = None,
) -> Verdict:
    """The verdict of one copy; see `CopyReading` for the arguments."""
    reading = CopyReading(facts, proof, package)
    rule = next(rule for rule in RULES if rule.applies(reading))
    whose = rule.whose(reading)
    explanation = rule.explanation.format(
        family=_FAMILIES.get(facts["family"], facts["family"]),
        numbers=" and ".join(reading.numbers),
        unproved=reading.unproved,
        upstream="" if reading.upstream is None else reading.upstream.text,
        version=" and ".join(reading.flawed or reading.numbers),
        whose="" if whose is None else whose.explanation,
        why=_WHY.get(facts["why"], facts["why"]),
    )
    word, reason = rule.word, rule.reason
    if whose is not None:
        word, reason = whose.word, whose.reason
    if word is None or reason is None:
        raise ValueError(f"the rule {rule.name} gives no verdict")
    return Verdict(word, reason, explanation, rule.name)
