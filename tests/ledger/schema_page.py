"""The tables as docs/ledger.md shows them. To make that part of the page anew: python -m tests.ledger.schema_page"""

from pathlib import Path

from hemostat.ledger.model import metadata

__all__ = ["page", "section", "tables"]

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
BEGIN = "<!-- tables: made from src/hemostat/ledger/model.py by `python -m tests.ledger.schema_page` -->\n"
END = "<!-- /tables -->\n"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(text: str) -> str:
    """The part of the page that is made."""
    return text.partition(BEGIN)[2].partition(END)[0]


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


if __name__ == "__main__":
    text = page()
    PAGE.write_text(text.replace(BEGIN + section(text) + END, BEGIN + tables() + END), encoding="utf-8")
