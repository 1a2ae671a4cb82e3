"""What a vantage has decided lately: so that a long list can be gone on with after an interruption."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from hemostat.assess import judge
from hemostat.evidence import Observation, read_time, write_time
from hemostat.targets import Target

if TYPE_CHECKING:
    from hemostat.detect.network import Look
    from hemostat.ledger import Ledger

__all__ = ["Memory"]

_DECIDED: Final = frozenset({"vulnerable", "patched", "not-affected"})


class Memory:
    """The newest decided looks of one vantage since a time, read from the ledger once; called with a target and one of
    its addresses, it gives the look at it, or None.

    A look counts where it asked for the same name, address, port and dialect, and where what was seen last there
    decided: an inconclusive look after it takes its place. About 4 KB of memory for each.
    """

    def __init__(self, ledger: "Ledger", vantage: str, since: datetime) -> None:
        """Raises `LedgerError`."""
        self._looks: dict[tuple[str | None, str, int, str], tuple[Observation, dict[str, bytes]]] = {}
        newest: dict[tuple[str | None, str, int, str], Observation] = {}
        earliest = write_time(since)
        for row in ledger.observations(kinds=["probe"]):
            if row.vantage == vantage and row.observed_at >= earliest and not row.is_ahead:
                newest[_key(row.values())] = row
        for key, row in newest.items():
            facts: Any = row.values()
            if judge(facts).word in _DECIDED:
                digests = {digest for each in facts["connections"] for digest in each["certificates"]}
                blobs = {digest: ledger.blob(digest) for digest in digests}
                if None not in blobs.values():
                    self._looks[key] = row, {digest: der for digest, der in blobs.items() if der is not None}

    def __call__(self, target: Target, address: str) -> "Look | None":
        from hemostat.detect.network import Look

        host = None if target.address else target.host
        found = self._looks.get((host, address, target.port, target.dialect))
        if found is None:
            return None
        row, certificates = found
        facts: Any = row.values()
        return Look(target, address, 1, facts, certificates, None, read_time(row.observed_at), row)


def _key(facts: Any) -> tuple[str | None, str, int, str]:
    return facts["host"], facts["address"], facts["port"], facts["dialect"]
