"""What every kind of fact has. The kinds themselves: one file each in `kinds/`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.names import AssetName, check, parse
from hemostat.evidence.shape import Mismatch, Shape

__all__ = ["Kind", "about_anything", "no_links"]


def no_links(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """For kinds whose facts name no other asset."""
    return ()


def about_anything(facts: Mapping[str, Any], subject: AssetName) -> bool:
    """For kinds whose facts don't say what they are about."""
    return True


_RUN = frozenset({"run"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact, in one version. A version never changes its shape; another shape is the next version."""

    name: str
    version: int
    subjects: frozenset[str] | None
    """Types of names (`names.TYPES`) that an observation of this kind may be about; None: any, also of a type that is
    not known here. Where it is `run` alone, an observation is about the run that it stands in.
    """
    shape: Shape
    example: Mapping[str, object]
    """Facts that pass: for the documentation and for tests."""
    links: Callable[[Mapping[str, Any]], tuple[str, ...]] = field(default=no_links)
    """The names of assets that the facts speak of, sorted, none twice. Called with facts that passed `check`."""
    about: Callable[[Mapping[str, Any], AssetName], bool] = field(default=about_anything)
    """Whether facts that passed `check` can be about that subject."""

    def check(self, facts: object) -> None:
        """Raises EvidenceError unless the facts have the shape of this kind and version."""
        try:
            self.shape(facts)
        except Mismatch as error:
            raise EvidenceError(f"{self.name} facts: {error}") from error

    def check_subject(self, subject: str, run: str, facts: Mapping[str, Any]) -> None:
        """Raises EvidenceError unless the subject of a row in `run` is a name that this kind, and these facts (which
        passed `check`), are about.
        """
        if self.subjects is None:
            check(subject)
            return
        name = parse(subject)
        if name.type not in self.subjects:
            raise EvidenceError(f"{self.name} is not about a name of this type")
        if self.subjects == _RUN and subject != run:
            raise EvidenceError(f"a {self.name} about another run")
        if not self.about(facts, name):
            raise EvidenceError(f"{self.name} facts about another subject")
