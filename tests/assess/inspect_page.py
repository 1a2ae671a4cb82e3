"""The generated parts of docs/inspect.md: `PYTHONPATH=src python -m tests.assess.inspect_page` makes them."""

from pathlib import Path

from hemostat.assess.copy_table import copies_table, processes_table
from hemostat.binaries import UNSEEN

__all__ = ["PAGE", "as_it_should_be"]

PAGE = Path(__file__).parents[2] / "docs" / "inspect.md"


def unseen_table() -> str:
    """Why something was not looked into, as a Markdown table."""
    rows = [f"| `{code}` | {meaning} |" for code, meaning in UNSEEN.items()]
    return "\n".join(["| reason | what it means |", "|---|---|", *rows]) + "\n"


def as_it_should_be(page: str) -> str:
    """The page with today's tables between their marks. ValueError where a mark is lost or doubled."""
    for name, table in (
        ("rules", copies_table()),
        ("processes", processes_table()),
        ("unseen", unseen_table()),
    ):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"docs/inspect.md has lost the marks of its {name}")
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(as_it_should_be(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
