"""The rules of `packages`, and the distributions that they know, as documentation: the tables of docs/packages.md."""

from string import Formatter

from hemostat.assess.distributions import DISTRIBUTIONS
from hemostat.assess.packages import PACKAGE_RULES

__all__ = ["distributions_table", "rules_table"]


def rules_table() -> str:
    """All rows in their order as a Markdown table; what is filled in from the facts stands as `…`."""
    lines = ["| verdict | reason | what it says |", "|---|---|---|"]
    for rule in PACKAGE_RULES:
        said = "".join(
            text + ("" if field is None else "…") for text, field, _, _ in Formatter().parse(rule.explanation)
        )
        lines.append(f"| {rule.word} | `{rule.reason}` | {said} |")
    return "\n".join(lines) + "\n"


def distributions_table() -> str:
    """Every distribution, by its title, as a Markdown table."""
    lines = ["| distribution | ID | package manager | where no fixed version is known |", "|---|---|---|---|"]
    for name, known in sorted(DISTRIBUTIONS.items(), key=lambda item: item[1].title.lower()):
        match known.upstream_decides:
            case None:
                then = "inconclusive"
            case ():
                then = "upstream's version decides"
            case releases:
                then = f"upstream's version decides ({', '.join(releases)}), else inconclusive"
        managers = ", ".join(f"`{manager}`" for manager in known.managers)
        lines.append(f"| {known.title} | `{name}` | {managers} | {then} |")
    return "\n".join(lines) + "\n"
