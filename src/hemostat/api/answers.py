"""From what was seen to what is said: looks and bad lines become answers."""

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hemostat.assess import judge, judge_failure
from hemostat.assess.reading import Reading
from hemostat.certificates import Certificate, CertificateError, read_certificate
from hemostat.evidence import write_time
from hemostat.report import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hemostat.detect.network import Look
    from hemostat.evidence import Observation

__all__ = ["answer_to_bad_line", "answer_to_look", "read_shown", "shown_certificates"]


def answer_to_look(look: "Look", row: "Observation | None") -> Answer:
    """The answer that a look comes to; `row`: where it is kept, None where it isn't."""
    facts, target = look.facts, look.target
    verdict = judge(facts) if facts is not None else judge_failure(look.failure or "failed")
    own, issuers = shown_certificates(facts or {"connections": []}, look.certificates)
    return Answer(
        target=target.written,
        address=look.address,
        port=target.port,
        dialect=_dialect(look),
        verdict=verdict.word,
        reason=verdict.reason,
        explanation=verdict.explanation,
        evidence={
            "observation": None if row is None else {"run": row.run, "seq": row.seq, "digest": row.digest},
            "subject": None if row is None else row.subject,
            "rule": verdict.rule,
            "facts": facts,
        },
        certificate=own,
        chain=issuers,
        observed_at=write_time(look.observed_at),
        how=verdict.how,
    )


def _dialect(look: "Look") -> str:
    """The dialect in which the answer came: that which was asked for, or the one in which something else greeted."""
    return look.target.dialect if look.facts is None else Reading(look.facts).spoken_in


def answer_to_bad_line(
    written: str, code: str, message: str, line: int | None, now: datetime, source: str | None = None
) -> Answer:
    """The answer to what names no target: no verdict, the reason why. `line`: its number in its list, `source`: what
    that list is called.
    """
    return Answer(
        target=written,
        address=None,
        port=None,
        dialect=None,
        verdict=None,
        reason=code,
        explanation=message,
        evidence={
            "observation": None,
            "subject": None,
            "rule": None,
            "facts": None,
            "line": line,
            "source": source,
        },
        certificate=None,
        chain=(),
        observed_at=write_time(now),
    )


def shown_certificates(
    facts: "Mapping[str, Any]", certificates: "Mapping[str, bytes]"
) -> tuple[Certificate | None, tuple[Certificate, ...]]:
    """The peer's own certificate and those it showed behind it, of the first connection that showed any.

    None, or left out, is what can't be read; its digest stands in the facts all the same.
    """
    for connection in facts["connections"]:
        shown = [read_shown(certificates[digest]) for digest in connection["certificates"]]
        if shown:
            return shown[0], tuple(each for each in shown[1:] if each is not None)
    return None, ()


@lru_cache(maxsize=64)
def read_shown(der: bytes) -> Certificate | None:
    """A certificate that a peer showed; None where nothing of it can be read."""
    try:
        return read_certificate(der)
    except CertificateError:
        return None
