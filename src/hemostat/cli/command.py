"""What a command is, and the options that several have."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Command", "UsageError", "add_json_option", "add_ledger_option", "ledger_url"]


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
    return given or api.default_ledger()
