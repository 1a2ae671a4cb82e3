"""A run of looks, written into a ledger as it goes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from hemostat.api.identity import Identity
from hemostat.evidence import EvidenceError, Observation, RunWriter, names

if TYPE_CHECKING:
    from hemostat.detect.network import Look
    from hemostat.ledger import Ledger

__all__ = ["Recorder", "Seen", "endpoint_of"]

_RUN_ID_BYTES: Final = 16


class Seen(NamedTuple):
    """What is to be written as one row: of which kind, about which asset, the facts, when that was so, and blobs (the
    bytes of certificates, by SHA-256) that come with it.
    """

    kind: str
    subject: str
    facts: Mapping[str, Any]
    observed_at: datetime
    blobs: Mapping[str, bytes]


class Recorder:
    """One run: the first row when it begins, one for each thing seen, the last when it ends. Each call is one
    transaction.
    """

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
        """Write one row for each look, with the certificates it brought; as `write` does."""
        return self._write([partial(self._seen, look) for look in looks])

    def write(self, seen: Sequence[Seen]) -> list[Observation | None]:
        """Write one row for each thing seen. Raises `LedgerError`: then none is written.

        What evidence does not take costs its own row alone, which is None; `refused` says why.
        """
        return self._write([partial(Seen, *each) for each in seen])

    def _write(self, given: Sequence[Callable[[], Seen]]) -> list[Observation | None]:
        now = datetime.now(UTC)
        rows: list[Observation | None] = []
        blobs: dict[str, bytes] = {}
        for each in given:
            try:
                seen = each()
                row = self._writer.append(
                    seen.kind, seen.subject, seen.facts, observed_at=seen.observed_at, recorded_at=now
                )
            except EvidenceError as error:
                self.refused = error
                rows.append(None)
                continue
            rows.append(row)
            blobs |= seen.blobs
        self._ledger.append([row for row in rows if row is not None], blobs)
        return rows

    def end(self, outcome: Literal["complete", "interrupted"]) -> None:
        """Write the last row. Raises `LedgerError`."""
        self._ledger.append([self._writer.end(now=datetime.now(UTC), outcome=outcome)])

    def _seen(self, look: "Look") -> Seen:
        if look.facts is not None:
            subject = endpoint_of(look.facts, self._who)
            return Seen("probe", subject, look.facts, look.observed_at, look.certificates)
        target = look.target
        facts = {
            "host": target.host,
            "port": target.port,
            "transport": target.transport,
            "dialect": target.dialect,
            "failure": look.failure or "dns",
        }
        return Seen("lookup", self._writer.run, facts, look.observed_at, look.certificates)


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
