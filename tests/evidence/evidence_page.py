"""The generated part of docs/evidence.md: `PYTHONPATH=src python -m tests.evidence.evidence_page` makes it."""

from pathlib import Path

from hemostat.evidence.kind_table import kind_table

__all__ = ["PAGE", "as_it_should_be", "part"]

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"


def part(page: str, name: str) -> str:
    """What stands between the two marks of that name. ValueError where a mark is lost or doubled."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"docs/evidence.md has lost the marks of its {name}")
    return page.partition(begin)[2].partition(end)[0]


def as_it_should_be(page: str) -> str:
    """The page with today's kinds."""
    begin = "<!-- kinds: begin -->\n"
    return page.replace(begin + part(page, "kinds"), f"{begin}\n{kind_table()}\n")


if __name__ == "__main__":
    PAGE.write_text(as_it_should_be(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
