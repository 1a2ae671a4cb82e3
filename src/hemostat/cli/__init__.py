"""The command line: one file a command, no logic. What a command does is in `hemostat.api`.

Each module of this folder that has a `COMMAND` is one. Only what is needed to read the arguments is imported before
they are read.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from hemostat import __version__
from hemostat.cli.command import Command, UsageError
from hemostat.errors import HemostatError

__all__ = ["commands", "main", "parser"]

USAGE: Final = 2
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
    """Run one command; its exit status. Argument errors end the process (status 2), as argparse has it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that an old terminal's alphabet lacks is shown as an escape, as it is on standard error.
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except UsageError as error:
        return _complain(str(error))
    except HemostatError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Who read our output has gone (`| head`). What is still buffered must not raise again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    return status


def _complain(text: str) -> int:
    print(f"hemostat: {text}", file=sys.stderr)
    return USAGE
