"""What `ledger verify`, `import` and `merge` found, in words.

Takes what has these fields: report does not know the ledger, nor the ledger report.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

__all__ = ["Counted", "MergedRuns", "Sealed", "State", "Verified", "merged_text", "verification_text"]

_MOST_NAMED = 20


class Counted(Protocol):
    """How many, and the first of them."""

    @property
    def count(self) -> int: ...
    @property
    def first(self) -> tuple[str, ...]: ...


class State(Protocol):
    """A run that is not whole: `evidence.ChainState`."""

    @property
    def state(self) -> str: ...
    @property
    def run(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def why(self) -> str | None: ...


class Sealed(Protocol):
    """What became of what was sealed: `ledger.SealCheck`."""

    @property
    def list_found(self) -> bool: ...
    @property
    def unchanged(self) -> bool: ...
    @property
    def missing(self) -> Counted: ...
    @property
    def changed(self) -> Counted: ...
    @property
    def grown(self) -> Counted: ...
    @property
    def new(self) -> int: ...
    @property
    def holds(self) -> bool: ...


class Verified(Protocol):
    """What holds in a ledger: `ledger.Verification`."""

    @property
    def runs(self) -> int: ...
    @property
    def whole(self) -> int: ...
    @property
    def cut_off(self) -> int: ...
    @property
    def broken(self) -> int: ...
    @property
    def not_whole(self) -> Sequence[State]: ...
    @property
    def observations(self) -> int: ...
    @property
    def ahead(self) -> int: ...
    @property
    def unknown(self) -> Mapping[str, int]: ...
    @property
    def blobs(self) -> int: ...
    @property
    def changed_blobs(self) -> Counted: ...
    @property
    def missing_blobs(self) -> Counted: ...
    @property
    def index_holds(self) -> bool | None: ...
    @property
    def seal(self) -> Any: ...
    @property
    def holds(self) -> bool: ...


class MergedRuns(Protocol):
    """What came in: `ledger.Merged`."""

    @property
    def new_runs(self) -> int: ...
    @property
    def grown_runs(self) -> int: ...
    @property
    def known_runs(self) -> int: ...
    @property
    def observations(self) -> int: ...
    @property
    def blobs(self) -> int: ...


def verification_text(found: Verified) -> str:
    """A few lines, ending in a line break; the first says whether all of it holds."""
    return "".join(f"{line}\n" for line in _lines(found))


def merged_text(merged: MergedRuns) -> str:
    """One line."""
    return (
        f"runs: {merged.new_runs} new, {merged.grown_runs} that went on, {merged.known_runs} that were here already; "
        f"came in: observations: {merged.observations}, certificates: {merged.blobs}"
    )


def _lines(found: Verified) -> Iterator[str]:
    yield "The ledger holds." if found.holds else "The ledger does NOT hold."
    yield (
        f"runs: {found.runs}, of which {found.whole} whole, {found.cut_off} cut off (the writer was ended, or still "
        f"writes), {found.broken} broken"
    )
    yield f"observations: {found.observations}; certificates and other blobs: {found.blobs}"
    for state in found.not_whole[:_MOST_NAMED]:
        after = f" after {state.count} rows" + (f": {state.why}" if state.why else "")
        yield f"  {state.run} is {state.state}{after}"
    yield from _more(found.cut_off + found.broken, len(found.not_whole), "  ")
    if found.broken:
        yield "What rests on a broken run proves nothing. Ask again, or go on with a copy that was kept elsewhere."
    if found.ahead:
        yield f"observations dated after they were written down (kept, never the newest): {found.ahead}"
    for kind, count in found.unknown.items():
        yield f"observations of kind {kind}, which this version does not know (kept, not judged): {count}"
    yield from _named(found.changed_blobs, "blobs that were changed")
    yield from _named(
        found.missing_blobs, "certificates that are spoken of and not here (nothing is forged by that)"
    )
    if found.index_holds is False:
        yield (
            "The index does not say what the rows say: it was changed, or is damaged. The rows hold. Take them into a "
            "new ledger: hemostat ledger merge --ledger NEW THIS"
        )
    if found.seal is not None:
        yield from _seal(found.seal)


def _seal(seal: Sealed) -> Iterator[str]:
    if seal.unchanged:
        yield "Seal: the ledger is exactly as it was sealed."
        return
    if not seal.list_found:
        yield "Seal: the ledger is not as it was sealed, and the list that would tell what changed is not here."
        return
    yield (
        "Seal: all that was sealed is here, unchanged."
        if seal.holds
        else "Seal: NOT all that was sealed is here. Compare with a copy that was kept elsewhere."
    )
    yield from _named(seal.missing, "sealed runs that are missing")
    yield from _named(seal.changed, "sealed runs that were changed")
    yield from _named(seal.grown, "sealed runs that were still open then, and went on")
    yield f"  runs newer than the seal: {seal.new}"


def _named(which: Counted, what: str) -> Iterator[str]:
    if which.count:
        yield f"  {what}: {which.count}"
        yield from (f"    {name}" for name in which.first[:_MOST_NAMED])
        yield from _more(which.count, len(which.first), "    ")


def _more(count: int, named: int, indent: str) -> Iterator[str]:
    """Of `count`, as many as there are names for are named, and `_MOST_NAMED` at most."""
    left = count - min(named, _MOST_NAMED)
    if left:
        yield f"{indent}and {left} more"
