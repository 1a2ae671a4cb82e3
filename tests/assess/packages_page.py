"""The generated parts of docs/packages.md: `PYTHONPATH=src python -m tests.assess.packages_page` makes them."""

from pathlib import Path

from hemostat.assess.package_table import distributions_table, rules_table

__all__ = ["PAGE", "as_it_should_be"]

PAGE = Path(__file__).parents[2] / "docs" / "packages.md"


def as_it_should_be(page: str) -> str:
    """The page with today's tables between their marks. ValueError where a mark is lost or doubled."""
    for name, table in (("rules", rules_table()), ("distributions", distributions_table())):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"docs/packages.md has lost the marks of its {name}")
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(as_it_should_be(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
