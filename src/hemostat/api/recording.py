"""A run of looks, written into a ledger as it goes; or nowhere, where nobody wants one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from hemostat.api.identity import Identity
from hemostat.evidence import EvidenceError, Observation, RunWriter, names

if TYPE_CHECKING:
    from hemostat.detect.network import Look
    from hemostat.ledger import Ledger

__all__ = ["Recorder", "endpoint_of"]

_RUN_ID_BYTES: Final = 16


class Recorder:
    """One run: the first row when it begins, one for each look, the last when it ends. Each call is one transaction."""

    def __init__(self, ledger: "Ledger", who: Identity, *, source: str, version: str, draw: bytes) -> None:
        """`draw`: 16 random bytes, the run's own name. Nothing is written before `begin`."""
        if len(draw) != _RUN_ID_BYTES:
            raise ValueError("a run is named by 16 random bytes")
        self.refused: EvidenceError | None = None
        self._ledger = ledger
        self._who = who
        self._writer = RunWriter(
            names.run(draw.hex()), source=source, source_version=version, vantage=who.vantage
        )

    def begin(self) -> None:
        """Write the first row. Raises `LedgerError`; `EvidenceError` where operator or authority can't be written."""
        who = self._who
        first = self._writer.begin(operator=who.operator, authority=who.authority, now=datetime.now(UTC))
        self._ledger.append([first])

    def record(self, looks: "Sequence[Look]") -> list[Observation | None]:
        """Write one row for each look, with the certificates it brought. Raises `LedgerError`: then none is written.

        A look that evidence does not take costs its own row alone, which is None; `refused` says why.
        """
        now = datetime.now(UTC)
        rows: list[Observation | None] = []
        blobs: dict[str, bytes] = {}
        for look in looks:
            try:
                kind, subject, facts = self._seen(look)
                row = self._writer.append(kind, subject, facts, observed_at=look.observed_at, recorded_at=now)
            except EvidenceError as error:
                self.refused = error
                rows.append(None)
                continue
            rows.append(row)
            blobs |= look.certificates
        self._ledger.append([row for row in rows if row is not None], blobs)
        return rows

    def end(self, outcome: Literal["complete", "interrupted"]) -> None:
        """Write the last row. Raises `LedgerError`."""
        self._ledger.append([self._writer.end(now=datetime.now(UTC), outcome=outcome)])

    def _seen(self, look: "Look") -> tuple[str, str, dict[str, Any]]:
        if look.facts is not None:
            return "probe", endpoint_of(look.facts, self._who), look.facts
        target = look.target
        facts = {
            "host": target.host,
            "port": target.port,
            "transport": target.transport,
            "dialect": target.dialect,
            "failure": look.failure or "dns",
        }
        return "lookup", self._writer.run, facts


def endpoint_of(facts: dict[str, Any], who: Identity) -> str:
    """The name of the endpoint that a probe's facts are about, as seen from where `who` looks. Raises EvidenceError."""
    address = str(facts["address"])
    transport = str(facts["transport"])
    scopes = {"network": who.network, "host": who.host}
    try:
        proxy = facts.get("via")
        via = proxy and str(names.endpoint("tcp", str(proxy["address"]), int(proxy["port"]), **scopes))
        return names.endpoint(transport, address, int(facts["port"]), **scopes, via=via)
    except (TypeError, ValueError) as error:
        raise EvidenceError("facts that are about no endpoint") from error
