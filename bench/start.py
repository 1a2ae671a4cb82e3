"""What it costs to start hemostat: `./hemostat check --help`, whole processes."""

import sys
from typing import Final

from bench.processes import HEMOSTAT, Ran, run
from bench.results import Bench, Missing, Section
from bench.spread import spread

__all__ = ["BENCH"]

TURNS: Final = 21


def measure(section: Section) -> None:
    """Starts it and, beside it, a Python that does nothing, in turns."""
    help_text, nothing = [HEMOSTAT, "check", "--help"], [sys.executable, "-I", "-c", ""]
    if run(help_text).status:
        raise Missing("./hemostat check --help fails here: try it by hand")
    started: list[Ran] = []
    empty: list[Ran] = []
    for _ in range(TURNS):
        started.append(run(help_text))
        empty.append(run(nothing))
    section.goal(
        "seconds of CPU, ./hemostat check --help",
        spread([one.cpu for one in started]).middle,
        _seconds,
        at_most=0.25,
    )
    section.say(
        f"Whole processes, the launcher included, after the environment was made; {TURNS} turns, the middle of them, "
        "and least to most."
    )
    section.table(
        ("started", "CPU (s)", "wall (s)"),
        [
            [
                name,
                spread([one.cpu for one in runs]).show(_seconds),
                spread([one.wall for one in runs]).show(_seconds),
            ]
            for name, runs in (("`./hemostat check --help`", started), ("a Python that does nothing", empty))
        ],
    )


def _seconds(figure: float) -> str:
    return f"{figure:.3f}"


BENCH: Final = Bench("what ./hemostat check --help costs", measure)
