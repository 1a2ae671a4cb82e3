"""One finding of `inspect`: a copy of OpenSSL, or what could not be looked into."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hemostat.assess.rule import VerdictWord
from hemostat.targets import printable

__all__ = ["FINDING_KEYS", "Finding", "finding_line"]

FINDING_KEYS: Final = (
    "kind",
    "host",
    "path",
    "inside",
    "verdict",
    "reason",
    "explanation",
    "family",
    "version",
    "form",
    "evidence",
    "observed_at",
)
"""The keys of a finding as JSON, in their order; `kind` is `copy`. Every finding has all of them, and no others."""
_NOT_COUNTED: Final = frozenset({"other-file-system", "vanished"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found out about one copy, or why something was not looked into.

    host          as it was written, of another host; None: this one
    path          of the file, absolute
    inside        the way to the copy within it, where the file is an archive: names of members, outermost first
    verdict       one of five words; None for what was left out without harm, or is not there
    reason        a code
    explanation   a few sentences for a person
    family        whose code it is (`binaries.FAMILIES`); None where nothing was looked into
    version       as its code has it, None where it has none
    form          `shared`, `static`, `text-only`, `unreadable`; None where nothing was looked into
    evidence      `observation` (`run`, `seq`, `digest`: its row of the ledger; None where none was kept), `subject`
                  (the copy's name), `rule` (of `assess`), `facts` (of kind `copy`), `proof` (None where there was none;
                  else its `observation`, `subject`, `facts` of kind `probe`, what the `sandbox` held)
    observed_at   RFC 3339 in UTC
    """

    path: str
    inside: tuple[str, ...]
    verdict: VerdictWord | None
    reason: str
    explanation: str
    family: str | None
    version: str | None
    form: str | None
    evidence: Mapping[str, Any]
    observed_at: str
    host: str | None = None

    @property
    def place(self) -> str:
        """The file, and the way within it: `/opt/app.whl!app/libssl.so.1.0.0`, `root@web1:/opt/…`; printable."""
        where = "!".join((self.path, *self.inside))
        return printable(where if self.host is None else f"{self.host}:{where}")

    @property
    def counts(self) -> bool:
        """Whether the exit status hangs on it: not on what was left out on purpose, or was gone before it was read."""
        return self.reason not in _NOT_COUNTED

    @property
    def is_text(self) -> bool:
        """Only a text that names OpenSSL, in a file that is no code: a header, a log, a page."""
        facts = self.evidence.get("facts")
        return self.form == "text-only" and facts is not None and facts["format"] == "other"

    def as_json(self) -> dict[str, Any]:
        """The finding as values that JSON has, keys as in `FINDING_KEYS`."""
        values = {key: getattr(self, key) for key in FINDING_KEYS if key != "kind"}
        return {"kind": "copy"} | values | {"inside": list(self.inside), "evidence": dict(self.evidence)}


def finding_line(finding: Finding) -> str:
    """The finding as one line of JSON, without its end: ASCII, whatever a file is called."""
    return json.dumps(finding.as_json(), separators=(",", ":"))
