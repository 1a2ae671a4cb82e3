"""How server programs are recognised, and which certificates and keys their configurations name: one file a program,
each with a `PROGRAM`. No I/O: texts in, facts out.

`program` says what a program is and `reading` holds what configurations are read with; every other module of this
folder is a program, found by being there.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from hemostat.software.program import Dump, Program, Reading
from hemostat.software.reading import KeyUse, Lines, numbered

__all__ = ["Dump", "KeyUse", "Lines", "Program", "Reading", "numbered", "programs", "recognised"]


@cache
def programs() -> dict[str, Program]:
    """Every program by its name."""
    found: dict[str, Program] = {}
    for module in iter_modules(__path__):
        if module.name != "program" and not module.ispkg:
            program: Program = import_module(f"{__name__}.{module.name}").PROGRAM
            found[program.name] = program
    return found


def recognised(executable: str, argv: Sequence[str] = ()) -> Program | None:
    """The program that a process runs, by its executable's path and its command line; None where it is none here."""
    return next((program for program in programs().values() if program.runs(executable, argv)), None)
