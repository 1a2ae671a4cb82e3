"""`bench/run NAME…`: measures, tells on stdout, writes RESULTS.md."""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

import bench
from bench.machine import measured_on
from bench.results import RESULTS, Bench, Missing, Section, put

__all__ = ["benches", "main"]


def benches() -> dict[str, Bench]:
    """Every figure of this folder, by name."""
    names = [module.name for module in iter_modules(bench.__path__) if module.name != "__main__"]
    found = {name: getattr(import_module(f"bench.{name}"), "BENCH", None) for name in names}
    return {name: one for name, one in found.items() if isinstance(one, Bench)}


def main() -> int:
    """0: every goal of what was measured is reached; 1: one is not; 2: something that it takes is missing."""
    known = benches()
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Measures hemostat's figures and writes them into bench/RESULTS.md, each into its own section.",
        epilog="Exit status: 0 every goal is reached, 1 one is missed, 2 something that it takes is not there.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(known)}; all of them without a NAME"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="measure and print, but leave RESULTS.md as it is"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(known):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    missed: list[str] = []
    for name in arguments.names or known:
        section = Section(name, known[name].title)
        started, load, clock = datetime.now(UTC), os.getloadavg()[0], time.monotonic()
        print(f"bench/run: {name}: {section.title} …", file=sys.stderr)
        try:
            known[name].measure(section)
        except Missing as error:
            print(f"bench/run: {name}: {error}", file=sys.stderr)
            return 2
        text = section.text(measured_on(started, time.monotonic() - clock, load))
        print(text)
        if not arguments.dry_run:
            RESULTS.write_text(put(RESULTS.read_text() if RESULTS.exists() else "", name, text))
        missed += [f"{name}: {line}" for line in section.missed]
    for line in missed:
        print(f"bench/run: missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
