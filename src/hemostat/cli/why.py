"""`hemostat why`: from a verdict down to the bytes it rests on."""

import argparse
from typing import Final

from hemostat.cli.command import Command, add_json_option, add_ledger_option, ledger_url

__all__ = ["COMMAND"]

_PROSE: Final = 100


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="TARGET",
        help="a target as check takes it, an asset's name, or the first digits of a digest (observation, certificate, "
        "key)",
    )
    add_json_option(parser, "the same as JSON, an object a line for each asset")
    add_ledger_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    from hemostat import api
    from hemostat.report import reasons_json, reasons_status, reasons_text

    found = api.why(arguments.what, ledger=ledger_url(arguments))
    if arguments.json:
        import json

        for each in found:
            print(json.dumps(reasons_json(each), separators=(",", ":")))
    else:
        import shutil

        width = min(shutil.get_terminal_size((_PROSE, 24)).columns, _PROSE)
        print("\n".join(reasons_text(each, width) for each in found), end="")
    return reasons_status(found)


COMMAND = Command(
    name="why",
    place=20,
    help="from a verdict down to the messages that it rests on",
    description="Shows what the ledger holds about a server: the verdict by the rules of today, the rule, the\n"
    "observation with its place in the ledger, every connection and part of it, and what was seen before.",
    configure=_configure,
    run=_run,
)
