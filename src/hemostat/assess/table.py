"""The rules of `verdicts` as documentation: every reason code, and the table of docs/verdicts.md."""

from string import Formatter
from typing import Final

from hemostat.assess.before_tls import LIBRARY_FAILURES, REFUSED
from hemostat.assess.rule import Rule
from hemostat.assess.verdicts import FAILURES, RULES
from hemostat.wire.errors import WIRE_ERROR_CODES
from hemostat.wire.protocol import ALERT_NAMES

__all__ = ["as_table", "reasons"]

_ALERTS: Final = tuple(f"alert-{name}" for name in ALERT_NAMES.values())
_ENDS: Final = ("closed", "reset", "silent", *_ALERTS)
_REASONS: Final = {
    "{failure}": tuple(FAILURES),
    "{error}": tuple(WIRE_ERROR_CODES),
    "alert-{alert}": _ALERTS,
    "{end}": _ENDS,
    "{refusal}": tuple(REFUSED),
}
"""What a reason with a place to fill can become; an alert without a name is its number (`alert-99`)."""


def reasons(rule: Rule) -> tuple[str, ...]:
    """Every reason code that the rule can give (of alerts, those that have a name)."""
    if rule.name == "build-unasked":
        return tuple(LIBRARY_FAILURES)
    return _REASONS.get(rule.reason, (rule.reason,))


def as_table() -> str:
    """All rules in their order as a Markdown table; what is filled in from the facts stands as `…`."""
    lines = ["| verdict | reason | what it says | rule |", "|---|---|---|---|"]
    for rule in RULES:
        if rule.word == "unreachable":
            lines += [_line(rule, f"`{code}`", sentence) for code, sentence in FAILURES.items()]
        elif rule.reason == "{refusal}":
            lines += [_line(rule, f"`{code}`", f"Nothing is proved: {why}") for code, why in REFUSED.items()]
        else:
            lines.append(_line(rule, _codes(rule), _with_places(rule.explanation)))
    return "\n".join(lines) + "\n"


def _line(rule: Rule, codes: str, sentence: str) -> str:
    return f"| {rule.word} | {codes} | {sentence} | `{rule.name}` |"


def _codes(rule: Rule) -> str:
    found = reasons(rule)
    shown = [code for code in found if code not in _ALERTS] + ["alert-…"] * any(
        code in _ALERTS for code in found
    )
    return ", ".join(f"`{code}`" for code in shown)


def _with_places(sentence: str) -> str:
    return "".join(text + ("" if field is None else "…") for text, field, _, _ in Formatter().parse(sentence))
