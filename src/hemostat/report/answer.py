"""One answer, as `check` gives it and as JSON Lines have it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hemostat.assess.rule import VerdictWord
from hemostat.certificates import Certificate
from hemostat.targets import shown

__all__ = ["KEYS", "Answer", "json_line", "named", "origin", "place_of"]

KEYS: Final = (
    "target",
    "address",
    "port",
    "dialect",
    "verdict",
    "reason",
    "explanation",
    "evidence",
    "certificate",
    "observed_at",
)
"""The keys of an answer as JSON, in their order. Every answer has all of them, and no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found out about one address of one target, at one look.

    target        as the user wrote it, without query and secrets
    address       as text, with the zone of a link-local one; None where there was none to ask
    port          None where what was written names no target
    dialect       how it was asked: `tls`, `dtls`, `smtp`, …; where another protocol greeted, in that one
    verdict       one of five words; None where what was written names no target
    reason        a code
    explanation   a few sentences for a person
    evidence      `observation` (`run`, `seq`, `digest`: its row of the ledger; None where none was kept), `subject`
                  (the endpoint's name), `rule` (of `assess`), `facts` (of kind `probe`); for a bad line its `line`
    certificate   the peer's own, None where it showed none or it could not be read
    chain         the certificates shown behind it
    observed_at   when the look began, RFC 3339 in UTC
    how           the last sentences of the explanation: how it was asked, where that differs from what was written
    """

    target: str
    address: str | None
    port: int | None
    dialect: str | None
    verdict: VerdictWord | None
    reason: str
    explanation: str
    evidence: Mapping[str, Any]
    certificate: Certificate | None
    chain: tuple[Certificate, ...]
    observed_at: str
    how: str = ""

    @property
    def meaning(self) -> str:
        """The explanation without `how`: the same for all that come to the same answer."""
        return self.explanation.removesuffix(self.how).rstrip()

    @property
    def via(self) -> str | None:
        """The proxy that it was asked through: `socks5://127.0.0.1:1080`."""
        via = (self.evidence.get("facts") or {}).get("via")
        return None if via is None else f"{via['scheme']}://{place_of(via['address'], via['port'])}"

    @property
    def place(self) -> str:
        """Who was asked: `192.0.2.7:443`, `[2001:db8::1]:443`; `port 443` where there was no address; else empty."""
        if self.address is None:
            return "" if self.port is None else f"port {self.port}"
        return place_of(self.address, self.port)

    def as_json(self) -> dict[str, Any]:
        """The answer as values that JSON has, keys as in `KEYS`; `certificate` holds the others as its `chain`."""
        own = self.certificate
        certificate = own and own.as_json() | {"chain": [each.as_json() for each in self.chain]}
        values = {key: getattr(self, key) for key in KEYS}
        return values | {"evidence": dict(self.evidence), "certificate": certificate}


def place_of(address: str, port: int | None) -> str:
    """An address with its port, as a target is written: IPv6 in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def named(answer: Answer) -> str:
    """`www.example at 192.0.2.7:443`, `line 7: x:y`."""
    target = shown(answer.target)
    if answer.address is not None and answer.place != answer.target:
        return f"{target} at {answer.place}"
    listed = origin(answer)
    return f"{listed}: {target}" if listed else target


def origin(answer: Answer) -> str:
    """Where a line that names no target stands: `line 7`, `servers.txt line 7`; empty for all others."""
    line = answer.evidence.get("line")
    if line is None:
        return ""
    source = answer.evidence.get("source")
    return f"line {line}" if source is None else f"{shown(str(source))} line {line}"


def json_line(answer: Answer) -> str:
    """The answer as one line of JSON, without its end. Printable ASCII: whatever a peer named itself, a terminal stays
    sane.
    """
    return json.dumps(answer.as_json(), separators=(",", ":"))
