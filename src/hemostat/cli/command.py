"""What a command is, and what several have."""

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

__all__ = [
    "STANDARD",
    "Command",
    "UsageError",
    "add_json_option",
    "add_ledger_option",
    "complain",
    "ledger_url",
    "number_from",
    "standard_input",
]

STANDARD: Final = "-"
"""A file's name that means standard input, or output."""


class UsageError(Exception):
    """What was asked for makes no sense; the text is one sentence for the user. Exit status 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `place`: where it stands in the help. `run` gives the exit status."""

    name: str
    place: int
    help: str
    description: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    epilog: str | None = None


def add_json_option(parser: argparse._ActionsContainer, what: str) -> None:
    """`--json`, for programs."""
    parser.add_argument("--json", action="store_true", help=f"{what}, on standard output")


def add_ledger_option(parser: argparse._ActionsContainer) -> None:
    """`--ledger`."""
    parser.add_argument(
        "--ledger",
        metavar="URL",
        help="the ledger: a file, sqlite:///FILE or postgresql://…; default: HEMOSTAT_LEDGER, else the user's own",
    )


def ledger_url(arguments: argparse.Namespace) -> str:
    """The ledger that the arguments mean."""
    from hemostat import api

    given: str | None = arguments.ledger
    return api.default_ledger() if given is None else given


def number_from(
    option: str, least: float, most: float | None = None, *, whole: bool = True
) -> Callable[[str], float]:
    """What reads the number of an option. Raises UsageError, with the option's name, for any other text."""
    kind = "a whole number" if whole else "a number"
    limits = f"at least {least:g}" if most is None else f"from {least:g} to {most:g}"

    def read(text: str) -> float:
        with suppress(ValueError, OverflowError):
            number = int(text) if whole else float(text)
            if least <= number <= (number if most is None else most):
                return number
        raise UsageError(f"{option} {text}: {kind} {limits} is meant")

    return read


def standard_input() -> BinaryIO:
    """The bytes of standard input. Raises UsageError where it is closed."""
    if sys.stdin is None:
        raise UsageError("standard input is to be read, and is closed")
    return sys.stdin.buffer


def complain(text: str) -> None:
    """One sentence on standard error, as far as there is one."""
    with suppress(OSError):
        print(f"hemostat: {text}", file=sys.stderr, flush=True)
