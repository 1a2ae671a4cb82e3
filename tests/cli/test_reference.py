from pathlib import Path

import pytest

from hemostat.cli import commands
from hemostat.cli.reference import reference

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_the_parsers_say() -> None:
    assert (DOCS / "cli.md").read_text() == reference(), (
        "make it anew: PYTHONPATH=src python -m hemostat.cli.reference > docs/cli.md"
    )


@pytest.mark.parametrize("command", commands(), ids=lambda each: each.name)
def test_each_command_is_on_it_and_told_of_elsewhere(command: object) -> None:
    name = command.name  # type: ignore[attr-defined]
    assert f"## hemostat {name}" in reference()
    pages = [
        page.read_text() for page in [*DOCS.glob("*.md"), DOCS.parent / "README.md"] if page.name != "cli.md"
    ]
    assert any(f"hemostat {name}" in page for page in pages)


def test_every_argument_has_its_help() -> None:
    for line in reference().splitlines():
        if line.startswith("| `"):
            assert line.split("|")[2].strip(), line
