"""`hemostat incidents`: what is known of an incident, and of OpenSSL's CVEs."""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from hemostat.cli.command import STANDARD, Command, UsageError, add_json_option, standard_input

__all__ = ["COMMAND"]

_UPDATE: Final = "update"


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="its CVE id or its name; without one: all there are; or update",
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="after update: records of OpenSSL's CVEs, as CVE JSON 5 or OSV, to be taken in; - reads standard input",
    )
    parser.add_argument(
        "--openssl",
        metavar="VERSION",
        help="the CVEs that OpenSSL of this version has, as upstream released it; a distribution may have fixed some "
        "of them in the same version",
    )
    add_json_option(parser, "the same as JSON, an object a line")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.openssl is not None:
        if arguments.name is not None:
            raise UsageError("--openssl stands alone: it asks of a version, not of an incident")
        return _cves(arguments)
    if arguments.name == _UPDATE:
        return _update(arguments)
    if arguments.files:
        raise UsageError("a FILE is taken in by: hemostat incidents update FILE")
    return _incidents(arguments)


def _incidents(arguments: argparse.Namespace) -> int:
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


def _cves(arguments: argparse.Namespace) -> int:
    from hemostat import api
    from hemostat.report.cves import cves_json, cves_text

    found = api.cves_of_openssl(arguments.openssl)
    if arguments.json:
        import json

        for each in cves_json(found.version, found.cves):
            print(json.dumps(each))
    else:
        print(cves_text(found.version, found.cves), end="")
    return 0


def _update(arguments: argparse.Namespace) -> int:
    from hemostat import api

    if not arguments.files:
        raise UsageError("update takes in records: name their FILE, or - for standard input")
    done = api.update_cves([(name, _read(name)) for name in arguments.files])
    if arguments.json:
        import json

        print(json.dumps({**done._asdict(), "left_out": dict(done.left_out), "path": str(done.path)}))
        return 0
    print(f"{done.new} new, {done.changed} changed, {done.same} as they were known; kept in {done.path}")
    for code, count in sorted(done.left_out.items()):
        print(f"left out: {count} {code}")
    return 0


def _read(name: str) -> bytes:
    """At most as many bytes as are taken in, and one, which is too many."""
    from hemostat.incidents.cve_records import MAX_BYTES

    if name == STANDARD:
        return standard_input().read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


COMMAND = Command(
    name="incidents",
    place=50,
    help="what is known of Heartbleed: versions, dates, what leaks, what to do; and OpenSSL's CVEs by version",
    description="What is known of an incident: versions and packages, dates, what leaks and what does not,\n"
    "which logins elsewhere were at risk, what to do in which order, and where that is known from.\n"
    "And which CVEs an OpenSSL of some version has; newer ones are taken in from files.",
    configure=_configure,
    run=_run,
)
