"""`hemostat incidents`: what is known of an incident."""

import argparse
import shutil
import sys

from hemostat.cli.command import Command, add_json_option

__all__ = ["COMMAND"]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="its CVE id or its name; without one: all there are"
    )
    add_json_option(parser, "the same as JSON, an object a line")


def _run(arguments: argparse.Namespace) -> int:
    from hemostat import api
    from hemostat.incidents import as_json, as_text

    chosen = (api.incident(arguments.name),) if arguments.name else api.incidents()
    if arguments.json:
        import json

        for each in chosen:
            print(json.dumps(as_json(each)))
    elif arguments.name:
        width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 80
        print(as_text(chosen[0], width), end="")
    else:
        for each in chosen:
            print(f"{each.id}  {each.name}  {each.disclosed}  {each.software}")
        print("\nhemostat incidents NAME tells what is known of one.")
    return 0


COMMAND = Command(
    name="incidents",
    place=50,
    help="what is known of Heartbleed: versions, dates, what leaks, what to do",
    description="What is known of an incident: versions and packages, dates, what leaks and what does not,\n"
    "which logins elsewhere were at risk, what to do in which order, and where that is known from.",
    configure=_configure,
    run=_run,
)
