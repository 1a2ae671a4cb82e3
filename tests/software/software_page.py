"""The generated part of docs/software.md: `PYTHONPATH=src python -m tests.software.software_page` makes it.

From the programs, and from what the live tests say that they were held to (`WITNESSES`).
"""

from collections.abc import Iterator
from pathlib import Path

from hemostat.software import Program, programs
from tests.live import test_software_dumps, test_software_running

__all__ = ["BEGIN", "END", "PAGE", "WITNESSES", "as_it_should_be"]

PAGE = Path(__file__).parents[2] / "docs" / "software.md"
BEGIN, END = "<!-- programs: begin -->\n", "<!-- programs: end -->\n"
WITNESSES = test_software_dumps.WITNESSES | test_software_running.WITNESSES


def as_it_should_be(page: str) -> str:
    """The page with today's programs and tests. ValueError where its marks are lost or doubled."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(END) < page.index(BEGIN):
        raise ValueError("docs/software.md has lost the marks of its tables")
    head, _, rest = page.partition(BEGIN)
    return head + BEGIN + "\n" + "\n".join(_sections()) + "\n" + END + rest.partition(END)[2]


def _sections() -> Iterator[str]:
    yield "| program | its own word on its configuration | what the reading of it was held to |"
    yield "|---|---|---|"
    for program in _sorted():
        own = _code(" ".join(map(_quoted, program.dump.argv))) if program.dump else "prints none"
        yield f"| [{program.title}](#{program.name}) | {own} | {WITNESSES[program.name]} |"
    for program in _sorted():
        yield f"\n### {program.name}\n"
        yield f"{program.title}: {program.source}.\n"
        yield f"- processes: {_codes(program.executables)}; units: {_codes(program.units)}"
        yield f"- begins in {_codes(program.configurations)}{_options(program)}"
        yield f"- lines that may leave the host begin with {_codes(sorted(program.allow))}{_syntax(program)}"
    yield ""


def _sorted() -> list[Program]:
    return sorted(programs().values(), key=lambda program: program.name)


def _options(program: Program) -> str:
    named = [
        f"`{option}`" + (f" (a folder, with `{inside}` in it)" if inside else "") if option else "an argument"
        for option, inside in program.options.items()
    ]
    return f", or where its command line says: {', '.join(named)}" if named else ""


def _syntax(program: Program) -> str:
    said = []
    if program.several:
        said.append(f"directives in a line are parted by {_code(program.several)}")
    if program.comment != "#":
        said.append(f"comments begin with {_code(program.comment)}")
    if program.continued != "never":
        said.append(
            {"indent": "an indented line goes on", "backslash": "a backslash goes on"}[program.continued]
        )
    return f"; {'; '.join(said)}" if said else ""


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word or "*" in word else word


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _codes(texts: tuple[str, ...] | list[str]) -> str:
    return ", ".join(map(_code, texts))


if __name__ == "__main__":
    PAGE.write_text(as_it_should_be(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
