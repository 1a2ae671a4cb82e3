"""Signs on one connection that both who asks next (`course`) and who judges (`assess`) go by: each told once, over
plain values, since the one has connections before it and the other their facts.
"""

from collections.abc import Sequence

from hemostat.exchange.facts import could_be_reaction

__all__ = ["Sign", "ignored", "no_heartbeats_over_ssl30"]

Sign = tuple[str, str, int | None]
"""A part: its name, its answer, microseconds until that."""


def ignored(parts: Sequence[Sign], ended: str, error: str | None, round_trip: int | None) -> bool:
    """Own bytes alone drew an orderly close, no sooner than they could, and nothing else."""
    if len(parts) != 1 or ended != "fin" or error is not None:
        return False
    name, answer, waited = parts[0]
    return (name, answer) == ("own-bytes", "none") and could_be_reaction(waited, round_trip)


def no_heartbeats_over_ssl30(parts: Sequence[Sign], version: str | None) -> bool:
    """SSL 3.0: the flush was answered, and the control before it was not, nor any other part."""
    return (
        version == "SSL3.0"
        and any((name, answer) == ("flush", "alert") for name, answer, _ in parts)
        and any(name == "control" for name, _, _ in parts)
        and all(answer == "none" for name, answer, _ in parts if name != "flush")
    )
