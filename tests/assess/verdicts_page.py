"""The generated part of docs/verdicts.md: `PYTHONPATH=src python -m tests.assess.verdicts_page` makes it."""

from pathlib import Path

from hemostat.assess.table import as_table

__all__ = ["PAGE", "as_it_should_be"]

PAGE = Path(__file__).parents[2] / "docs" / "verdicts.md"
BEGIN = "<!-- table: begin -->\n"
END = "<!-- table: end -->\n"


def as_it_should_be(page: str) -> str:
    """The page with today's rules between its two marks. ValueError where a mark is lost or doubled."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if page.count(BEGIN) != 1 or page.count(END) != 1 or not after:
        raise ValueError("docs/verdicts.md has lost the marks of its table")
    return f"{before}{BEGIN}\n{as_table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(as_it_should_be(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
