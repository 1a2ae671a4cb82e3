"""The command line: one file a command, no logic. What a command does is in `hemostat.api`.

Each module of this folder that has a `COMMAND` is one. Only what is needed to read the arguments is imported before
they are read.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from hemostat import __version__
from hemostat.cli.command import Command, UsageError, complain
from hemostat.errors import HemostatError

__all__ = ["commands", "main", "parser"]

_USAGE: Final = 2
_BROKEN_PIPE: Final = 141  # 128 + SIGPIPE, as a shell would say it
_INTERRUPTED: Final = 130


def commands() -> list[Command]:
    """Every command, in the order of the help."""
    found = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return sorted(
        (module.COMMAND for module in found if hasattr(module, "COMMAND")), key=lambda each: each.place
    )


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; docs/cli.md is made from it."""
    top = argparse.ArgumentParser(
        prog="hemostat",
        description="Finds Heartbleed (CVE-2014-0160), and proves what it says.",
        epilog="hemostat COMMAND --help tells more. Exit status: 0 nothing found, 1 vulnerable, 2 usage or a fault of "
        "this machine, 3 something inconclusive or unreachable and nothing vulnerable.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"hemostat {__version__}")
    below = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands():
        own = below.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.configure(own)
        own.set_defaults(run=command.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Raises nothing: whatever goes wrong is a sentence on standard error."""
    try:
        _fill_streams()
        try:
            status = _run(argv)
        except SystemExit as end:  # argparse, after its help or the usage
            status = int(end.code or 0)
        sys.stdout.flush()
    except (UsageError, HemostatError) as error:
        status = _failed(str(error))
    except KeyboardInterrupt:
        status = _INTERRUPTED
    except BrokenPipeError:
        # Who read our output has gone (`| head`).
        status = _BROKEN_PIPE
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        status = _failed(f"this machine refused: {where}{error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - status 1 would say that something is vulnerable
        if os.environ.get("HEMOSTAT_DEBUG"):
            import traceback

            traceback.print_exc()
        status = _failed(
            f"a fault of hemostat itself: {type(error).__name__}: please report it "
            "(HEMOSTAT_DEBUG=1 shows where it happened)"
        )
    _settle_streams()
    return status


def _run(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    status: int = arguments.run(arguments)
    return status


def _failed(text: str) -> int:
    complain(text)
    return _USAGE


def _fill_streams() -> None:
    """Where standard output or error is closed, what is written there is dropped; what is opened takes neither's place,
    nor that of standard input.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - to the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - to the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that an old terminal's alphabet lacks is shown as an escape, as it is on standard error.
        sys.stdout.reconfigure(errors="backslashreplace")


def _settle_streams() -> None:
    """What can't be written is given up: Python would try again at its end, and change the status when it fails."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
