"""The generated part of docs/dialects.md: `PYTHONPATH=src python -m tests.dialects.dialects_page` makes it.

From the dialects, and from what the live tests say that they start (`TESTED`).
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from hemostat.dialects import Dialect, dialects
from tests.live.tested import Tested

__all__ = ["BEGIN", "END", "PAGE", "as_it_should_be", "witnesses"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "dialects.md"
BEGIN, END = "<!-- dialects: begin -->\n", "<!-- dialects: end -->\n"


def witnesses() -> list[Tested]:
    """What each live test says of itself."""
    found: list[Tested] = []
    for file in sorted((ROOT / "tests" / "live").glob("test_*.py")):
        if "TESTED" in file.read_text(encoding="utf-8"):
            found += import_module(f"tests.live.{file.stem}").TESTED
    return found


def as_it_should_be(page: str) -> str:
    """The page with today's dialects and tests. ValueError where its marks are lost or doubled."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(END) < page.index(BEGIN):
        raise ValueError("docs/dialects.md has lost the marks of its tables")
    head, _, rest = page.partition(BEGIN)
    return (
        head + BEGIN + "\n" + "\n".join([*_dialects(), "", *_tests()]) + "\n\n" + END + rest.partition(END)[2]
    )


def _dialects() -> Iterator[str]:
    yield (
        "| `--dialect` | protocol | schemes, with their ports | ports that mean it | round trips before the hello "
        "| source |"
    )
    yield "|---|---|---|---|---|---|"
    for dialect in sorted(dialects().values(), key=lambda dialect: (dialect.has_words, dialect.name)):
        ports = ", ".join(str(port) for port in dialect.ports) or "all others" * (dialect.name == "tls")
        yield (
            f"| `{dialect.name}` | {dialect.title}, over {dialect.transport.upper()} | {_schemes(dialect)} | {ports} "
            f"| {dialect.round_trips} | {dialect.source} |"
        )


def _schemes(dialect: Dialect) -> str:
    return ", ".join(f"`{scheme}://` {port}" for scheme, port in sorted(dialect.schemes.items()))


def _tests() -> Iterator[str]:
    yield "| protocol | real server | Debian's package | what was seen of it |"
    yield "|---|---|---|---|"
    for each in sorted(witnesses()):
        yield f"| {', '.join(f'`{name}`' for name in each.dialects)} | {each.server} | {each.package} | {each.cases} |"


if __name__ == "__main__":
    PAGE.write_text(as_it_should_be(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
