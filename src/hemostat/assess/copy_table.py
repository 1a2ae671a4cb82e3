"""The rules of `copies` and `processes` as documentation: the tables of docs/inspect.md."""

from string import Formatter

from hemostat.assess import processes
from hemostat.assess.copies import RULES

__all__ = ["copies_table", "processes_table"]


def copies_table() -> str:
    """All rows in their order as a Markdown table; what is filled in from the facts stands as `…`."""
    lines = ["| verdict | reason | what it says |", "|---|---|---|"]
    for rule in RULES:
        said = "".join(
            text + ("" if field in (None, "unproved") else "…")
            for text, field, _, _ in Formatter().parse(rule.explanation)
        )
        whose = "the proof's" if rule.name == "proved" else "the package's"
        word = whose if rule.word is None else rule.word
        reason = whose if rule.reason is None else f"`{rule.reason}`"
        lines.append(f"| {word} | {reason} | {said} |")
    return "\n".join(lines) + "\n"


def processes_table() -> str:
    """All rows in their order as a Markdown table."""
    lines = ["| verdict | reason | restart | what it says |", "|---|---|---|---|"]
    for rule in processes.RULES:
        said = rule.explanation.replace("{paths}", "…")
        lines.append(f"| {rule.word} | `{rule.name}` | `{rule.restart}` | {said} |")
    return "\n".join(lines) + "\n"
