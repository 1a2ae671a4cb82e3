"""The exit status that answers come to."""

from collections.abc import Collection
from typing import Final

__all__ = ["INTERRUPTED", "MEANINGS", "NOTHING_FOUND", "UNDECIDED", "USAGE", "VULNERABLE", "exit_status"]

NOTHING_FOUND: Final = 0
VULNERABLE: Final = 1
USAGE: Final = 2
UNDECIDED: Final = 3
INTERRUPTED: Final = 130
MEANINGS: Final = {
    NOTHING_FOUND: "every answer is patched or not-affected",
    VULNERABLE: "something is vulnerable",
    USAGE: "nothing was named that could be asked",
    UNDECIDED: "something is not decided or names no target, and nothing is vulnerable",
    INTERRUPTED: "interrupted before all was asked, and nothing is vulnerable so far",
}
"""What each status of `check` says, for a person."""


def exit_status(verdicts: Collection[str | None], *, interrupted: bool = False) -> int:
    """Of all verdicts that were given; None among them: what named no target.

    Vulnerable counts first, whatever else there was. Where an interruption left things unasked, and nothing is
    vulnerable, it is that of a program ended by SIGINT.
    """
    if "vulnerable" in verdicts:
        return VULNERABLE
    if interrupted:
        return INTERRUPTED
    named = {verdict for verdict in verdicts if verdict is not None}
    if not named:
        return USAGE
    if None in verdicts or named & {"inconclusive", "unreachable"}:
        return UNDECIDED
    return NOTHING_FOUND
