"""The parts of docs/ledger.md that are made from the code. To make them anew: python -m tests.ledger.page"""

from pathlib import Path

from hemostat.ledger.errors import CODES
from hemostat.ledger.model import metadata

__all__ = ["codes", "page", "section", "tables"]

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(text: str, name: str) -> str:
    """A part of the page that is made."""
    _, mark, rest = text.partition(f"<!-- {name}: ")
    assert mark, f"the page has no {name}"
    return rest.partition("-->\n")[2].partition(f"<!-- /{name} -->\n")[0]


def codes() -> str:
    """A line for each code of a LedgerError."""
    lines = "".join(f"| `{code}` | {meaning} |\n" for code, meaning in CODES.items())
    return f"\n| code | what it means |\n|---|---|\n{lines}\n"


def tables() -> str:
    """A heading, a sentence and a table for each table of the ledger."""
    parts = []
    for table in metadata.tables.values():
        lines = [f"### `{table.name}`: {table.comment}", "", "| column | what |", "|---|---|"]
        for column in table.columns:
            key = " (key)" if column.primary_key else ""
            lines.append(f"| `{column.name}`{key} | {column.doc} |")
        parts.append("\n".join(lines) + "\n")
    return "\n" + "\n".join(parts) + "\n"


def remade(text: str) -> str:
    """The page with these parts made anew."""
    for name, made in (("codes", codes()), ("tables", tables())):
        before, _, rest = text.partition(f"<!-- {name}: ")
        comment, end, rest = rest.partition("-->\n")
        after = rest.partition(f"<!-- /{name} -->\n")[2]
        text = f"{before}<!-- {name}: {comment}{end}{made}<!-- /{name} -->\n{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(remade(page()), encoding="utf-8")
