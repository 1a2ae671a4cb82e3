"""docs/cli.md, made from the parsers: `python -m hemostat.cli.reference > docs/cli.md`."""

import argparse
import sys
from collections.abc import Iterator

from hemostat.cli import parser

__all__ = ["reference"]

_HEAD = """\
<!-- Made from the parsers: PYTHONPATH=src python -m hemostat.cli.reference > docs/cli.md -->

# What commands and options are there?

`./hemostat COMMAND --help` says the same. From a checkout it is `./hemostat`, installed by pip or pipx `hemostat`.

Exit status of all commands: 0 nothing found, 1 vulnerable (or, for `ledger verify`, not whole), 2 usage or a fault of
this machine, 3 something inconclusive or unreachable and nothing vulnerable.
"""


def reference() -> str:
    """The whole page."""
    return _HEAD + "".join(_of(name, each) for name, each in _commands(parser(), ()))


def _commands(
    top: argparse.ArgumentParser, before: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                inner = list(_commands(below, (*before, name)))
                yield from inner or [((*before, name), below)]


def _of(name: tuple[str, ...], own: argparse.ArgumentParser) -> str:
    lines = ["", f"## hemostat {' '.join(name)}", ""]
    lines += ["```", " ".join(own.format_usage().removeprefix("usage: ").split()), "```", ""]
    lines += [" ".join((own.description or "").split()), ""]
    rows = [_row(action) for action in own._actions if action.help != argparse.SUPPRESS]
    lines += ["| argument | what it means |", "|---|---|", *rows]
    if own.epilog:
        lines += ["", "```", *own.epilog.strip("\n").splitlines(), "```"]
    return "\n".join(lines) + "\n"


def _row(action: argparse.Action) -> str:
    shown = action.metavar or (action.dest.upper() if action.nargs != 0 else "")
    value = shown if isinstance(shown, str) else " ".join(shown)
    if action.choices is not None and action.metavar is None:
        value = "|".join(map(str, action.choices))
    forms = [f"{option} {value}".strip() for option in action.option_strings] or [value]
    help_text = (action.help or "") % {**vars(action), "prog": "hemostat"}
    cell = ", ".join(f"`{form}`" for form in forms)
    return f"| {cell.replace('|', chr(92) + '|')} | {help_text.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
