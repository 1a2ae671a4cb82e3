"""What a vantage has decided lately: so that a long list can be gone on with after an interruption."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hemostat.api.identity import Identity
from hemostat.api.recording import endpoint_of
from hemostat.assess import judge
from hemostat.evidence import EvidenceError, Observation, find, read_time, write_time
from hemostat.targets import Target

if TYPE_CHECKING:
    from hemostat.detect.network import Look, Options, Way
    from hemostat.ledger import Ledger

__all__ = ["Memory"]

_DECIDED: Final = frozenset({"vulnerable", "patched", "not-affected"})


class _Question(NamedTuple):
    """What was asked: where any of it differs, another server may have answered."""

    endpoint: str
    """Its network with it: 10.0.0.1 in two offices is two servers."""
    host: str | None
    name: str | None
    """The server name that was sent, on the first connection."""
    dialect: str


class Memory:
    """What one vantage decided since a time, read from the ledger once; called with a target and one of its addresses,
    it gives the looks at it, oldest first, or none.

    Looks count where they asked the same: endpoint, network, host, server name and dialect. They are those of the
    newest run that asked so, all or none: none where one of them decided nothing, is too old, dated ahead, or changed
    since it was written, where its certificates are gone, and where they are fewer than `options.looks`. Several
    servers may stand behind one address, so the last look alone says little. About 4 KB of memory for each look.
    """

    def __init__(self, ledger: "Ledger", who: Identity, since: datetime, options: "Options") -> None:
        """Raises `LedgerError`."""
        self._who = who
        self._options = options
        self._looks: dict[_Question, list[tuple[Observation, dict[str, bytes]]]] = {}
        earliest = write_time(since)
        began = {row.run for row in ledger.observations(kinds=["run"], since=since)}
        newest: dict[_Question, str] = {}
        by_run: dict[_Question, dict[str, list[Observation]]] = {}
        for row in ledger.observations(kinds=["probe"], since=since):
            question = _question(row) if row.vantage == who.vantage else None
            if question is not None:
                by_run.setdefault(question, {}).setdefault(row.run, []).append(row)
                if not _is_ahead(row):
                    newest[question] = row.run
        # A run that began before then may have looked before then, too.
        for run in set(newest.values()) - began:
            for row in ledger.rows(run):
                question = _question(row) if row.observed_at < earliest else None
                if question is not None and newest.get(question) == run:
                    del newest[question]
        for question, run in newest.items():
            rows = by_run[question][run]
            if len(rows) < options.looks or not all(map(_counts, rows)):
                continue
            kept = [(row, found) for row in rows if (found := _certificates(ledger, row)) is not None]
            if len(kept) == len(rows):
                self._looks[question] = kept

    def __call__(self, target: Target, way: "Way") -> "Sequence[Look]":
        from hemostat.detect.network import Look

        address, via = way.address, None if way.via is None else way.via.as_facts()
        place = {"transport": target.transport, "address": address, "port": target.port, "via": via}
        try:
            endpoint = endpoint_of(place, self._who)
        except EvidenceError:
            return ()
        host = None if target.address else target.host
        question = _Question(endpoint, host, self._options.server_names(target)[0], target.dialect)
        return [
            Look(target, address, number, row.values(), certificates, None, read_time(row.observed_at), row)
            for number, (row, certificates) in enumerate(self._looks.get(question, ()), start=1)
        ]


def _question(row: Observation) -> _Question | None:
    """None for what is no probe that this version can judge, or was damaged."""
    if row.kind != "probe" or find(row.kind, row.kind_version) is None:
        return None
    try:
        facts: Any = row.values()
        first = facts["connections"][:1]
        name = first[0]["offered"]["name"] if first else None
        return _Question(row.subject, facts["host"], name, facts["dialect"])
    except (EvidenceError, LookupError, TypeError):
        return None


def _is_ahead(row: Observation) -> bool:
    try:
        return row.is_ahead
    except EvidenceError:
        return True


def _counts(row: Observation) -> bool:
    try:
        row.check()
    except EvidenceError:
        return False
    facts: Any = row.values()
    return not row.is_ahead and judge(facts).word in _DECIDED


def _certificates(ledger: "Ledger", row: Observation) -> dict[str, bytes] | None:
    """The certificates that a look saw, by SHA-256; None where one isn't kept any more."""
    facts: Any = row.values()
    found: dict[str, bytes] = {}
    for digest in {digest for each in facts["connections"] for digest in each["certificates"]}:
        der = ledger.blob(digest)
        if der is None:
            return None
        found[digest] = der
    return found
