"""What a person and a program see of answers: tables, JSON Lines, the tree of `why`. Writes to what is handed in."""

from hemostat.report.answer import KEYS, Answer, json_line, named
from hemostat.report.evidence import dialogue
from hemostat.report.ledger import merged_text, verification_text
from hemostat.report.status import exit_status
from hemostat.report.terminal import Screen
from hemostat.report.why import (
    Judged,
    Question,
    Reasons,
    question_of,
    reasons_json,
    reasons_status,
    reasons_text,
)

__all__ = [
    "KEYS",
    "Answer",
    "Judged",
    "Question",
    "Reasons",
    "Screen",
    "dialogue",
    "exit_status",
    "json_line",
    "merged_text",
    "named",
    "question_of",
    "reasons_json",
    "reasons_status",
    "reasons_text",
    "verification_text",
]
