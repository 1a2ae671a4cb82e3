"""The observation: who looked, from where, when, at what, and what was seen. Written once, never changed."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from hemostat.evidence.canonical import MAX_DEPTH, MAX_INTEGER, decode, digest, encode
from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.kinds import find
from hemostat.evidence.names import check as check_name
from hemostat.evidence.names import check_form, parse
from hemostat.evidence.times import is_ahead, read_time

__all__ = [
    "GENESIS",
    "MAX_FACTS",
    "MAX_LINE",
    "MAX_LINKS",
    "Observation",
    "check_source",
    "ordered_links",
    "read_line",
]

GENESIS: Final = "0" * 64
"""What stands as `prev` in the first row of a run."""
MAX_FACTS: Final = 1 << 18
"""Characters of the facts of one observation, at most."""
MAX_LINKS: Final = 512
MAX_LINE: Final = 1 << 21
"""Characters of an observation as a line, at most."""

_FACTS_DEPTH: Final = MAX_DEPTH - 1
"""Levels of facts: with the observation around them they are to make a line that can be read."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_RUN = re.compile(r"run:[0-9a-f]{32}")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,63}")
_SOURCE_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_~:-]{0,63}")
_VANTAGE = re.compile(r"(?:(?:host|container):)?[A-Za-z0-9][A-Za-z0-9._=-]{0,255}")
_KIND = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Observation(NamedTuple):
    """One row of a run. Identity is (run, seq).

    Made by `chain.RunWriter` or `read_line`; one that comes from anywhere else is not trusted before `check`.
    """

    run: str
    seq: int
    """0, 1, 2 … within the run."""
    observed_at: str
    """When it was seen, as `times` writes it."""
    recorded_at: str
    """When it was written down."""
    source: str
    """What looked, and which version of it."""
    source_version: str
    vantage: str
    """Where it was seen from: a label, or a host's name."""
    kind: str
    kind_version: int
    subject: str
    """The asset that it is about."""
    links: tuple[str, ...]
    """Further assets that the facts speak of: a set, so sorted, none twice."""
    facts: str
    """Canonical JSON."""
    prev: str
    """Digest of the row before, or GENESIS."""
    digest: str
    """SHA-256 of `text()`."""

    def text(self) -> str:
        """What the digest is made of: the observation as canonical JSON, all fields but `digest`."""
        return hashed_text(*self[:-1])

    def line(self) -> str:
        """The whole observation as canonical JSON, one line without its end."""
        return f'{{"digest":"{self.digest}",{self.text()[1:]}'

    def values(self) -> Any:
        """The facts as values, a dict where the kind is known here. Raises EvidenceError where they aren't canonical
        JSON.
        """
        return decode(self.facts, limit=MAX_FACTS, depth=_FACTS_DEPTH)

    @property
    def is_ahead(self) -> bool:
        """Dated more than five minutes after its recording: kept, marked, never the newest."""
        return is_ahead(self.observed_at, self.recorded_at)

    def check(self) -> None:
        """Raises EvidenceError unless each field has its form, the digest holds, and, where the kind is known
        here, subject, links and facts are what that kind allows.
        """
        self._check_form()
        if digest(self.text()) != self.digest:
            raise EvidenceError("the digest does not hold: the row was changed")
        facts = self.values()
        kind = find(self.kind, self.kind_version)
        if kind is None:
            return
        kind.check(facts)
        kind.check_subject(self.subject, self.run, facts)
        for link in self.links:
            check_name(link)
        if not set(kind.links(facts)).issubset(self.links):
            raise EvidenceError("a link is missing that the facts speak of")

    def _check_form(self) -> None:
        texts = (
            (self.run, _RUN, "run"),
            (self.kind, _KIND, "kind"),
            (self.source, _SOURCE, "source"),
            (self.source_version, _SOURCE_VERSION, "source_version"),
            (self.vantage, _VANTAGE, "vantage"),
            (self.prev, _DIGEST, "prev"),
            (self.digest, _DIGEST, "digest"),
        )
        for value, form, field in texts:
            if type(value) is not str or form.fullmatch(value) is None:
                raise EvidenceError(f"{field} is malformed")
        for number in (self.seq, self.kind_version):
            if type(number) is not int or not 0 <= number <= MAX_INTEGER:
                raise EvidenceError("seq or kind_version is no counting number")
        if type(self.links) is not tuple:
            raise EvidenceError("links are not a tuple")
        for text in (self.observed_at, self.recorded_at, self.subject, self.facts, *self.links):
            if not isinstance(text, str):
                raise EvidenceError("a field that is not text")
        read_time(self.observed_at)
        read_time(self.recorded_at)
        check_form(self.subject)
        for link in self.links:
            check_form(link)
        if len(self.links) > MAX_LINKS or tuple(sorted(set(self.links))) != self.links:
            raise EvidenceError("links are too many, or not a sorted set")
        if len(self.kind) > 64:
            raise EvidenceError("kind is malformed")


def hashed_text(
    run: str,
    seq: int,
    observed_at: str,
    recorded_at: str,
    source: str,
    source_version: str,
    vantage: str,
    kind: str,
    kind_version: int,
    subject: str,
    links: tuple[str, ...],
    facts: str,
    prev: str,
) -> str:
    """The canonical JSON of an observation without its digest.

    Every field but the facts consists of characters that JSON takes as they are (`Observation.check` makes
    sure of that), and the facts are canonical JSON: so the parts can be put together, several times faster
    than written anew.
    """
    names = '"' + '","'.join(links) + '"' if links else ""
    return (
        f'{{"facts":{facts},"kind":"{kind}","kind_version":{kind_version},"links":[{names}],'
        f'"observed_at":"{observed_at}","prev":"{prev}","recorded_at":"{recorded_at}","run":"{run}","seq":{seq},'
        f'"source":"{source}","source_version":"{source_version}","subject":"{subject}","vantage":"{vantage}"}}'
    )


_LINE_KEYS = frozenset(Observation._fields)


def read_line(line: str) -> Observation:
    """The observation of a line as `Observation.line` writes it, checked. Raises EvidenceError."""
    value = decode(line, limit=MAX_LINE)
    if not isinstance(value, dict) or value.keys() != _LINE_KEYS:
        raise EvidenceError("a line that is not an observation")
    links = value["links"]
    if not isinstance(links, list):
        raise EvidenceError("links are not a list")
    value["links"] = tuple(links)  # type: ignore[assignment]
    value["facts"] = encode(value["facts"], limit=MAX_FACTS, depth=_FACTS_DEPTH)
    observation = Observation(**value)  # type: ignore[arg-type]
    observation.check()
    return observation


def check_source(source: str, source_version: str, vantage: str) -> None:
    """Raises EvidenceError unless the three can stand in an observation."""
    if not _SOURCE.fullmatch(source):
        raise EvidenceError("a source is lower-case letters, digits, blanks, dots and dashes, 64 at most")
    if not _SOURCE_VERSION.fullmatch(source_version):
        raise EvidenceError("a version is letters, digits and .+_~:-, 64 at most")
    if not _VANTAGE.fullmatch(vantage):
        raise EvidenceError(
            "a vantage is a label (letters, digits, dots, dashes) or the name of a host or container"
        )


def ordered_links(given: Iterable[str], of_facts: tuple[str, ...]) -> tuple[str, ...]:
    """The links of an observation: those given, and those that its facts speak of. Raises EvidenceError."""
    added = {str(parse(link)) for link in given}
    if added:
        of_facts = tuple(sorted(added.union(of_facts)))
    if len(of_facts) > MAX_LINKS:
        raise EvidenceError(f"more than {MAX_LINKS} links")
    return of_facts
