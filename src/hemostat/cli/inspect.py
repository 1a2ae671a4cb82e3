"""`hemostat inspect`: what this host, or some files, hold of OpenSSL."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from hemostat.cli.command import (
    STANDARD,
    Command,
    UsageError,
    add_json_option,
    add_ledger_option,
    complain,
    ledger_url,
    number_from,
    standard_input,
)
from hemostat.errors import HemostatError

if TYPE_CHECKING:
    from hemostat.api import Finding, ProcessFinding
    from hemostat.cli.progress import FilesProgress

__all__ = ["COMMAND"]

_EPILOG: Final = """\
examples:
  hemostat inspect                                        this host: its files, then its processes
  hemostat inspect root@web1 root@web2                    other hosts, over ssh; nothing is left behind there
  hemostat inspect --print-collector > collect.sh         and there: sh collect.sh > web1.snapshot
  hemostat inspect --snapshot web1.snapshot
  hemostat inspect --restart-list | while read -r unit; do systemctl restart -- "$unit"; done
  hemostat inspect --file /usr /opt
  hemostat inspect --file app.whl --prove all             load the libraries that are found, in a sandbox, and ask them
  hemostat inspect --json --file / > copies.jsonl

A copy is judged by its proof (--prove all), else by its code and symbols, else by its version. What could not be looked
into is inconclusive, and said. docs/inspect.md tells more.

exit status: 0 nothing found, 1 vulnerable, 2 usage or a fault of this machine, 3 something inconclusive, or not looked
into, and nothing vulnerable, 130 interrupted (143 by SIGTERM).
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "hosts", nargs="*", metavar="HOST", help="look at these over ssh, as user@host, in place of this one"
    )
    looking = parser.add_argument_group("what to look into")
    looking.add_argument(
        "--file",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="these files, folders and archives alone (wheel, jar, zip, tar, deb, rpm, msi, …), each with all that is "
        "in it, in place of this host",
    )
    looking.add_argument(
        "--snapshot",
        metavar="FILE",
        help="what collect.sh printed on another host, in place of this one; - is standard input",
    )
    looking.add_argument(
        "--print-collector",
        action="store_true",
        help="print collect.sh, to be run on other hosts (sh collect.sh > FILE), and nothing else",
    )
    looking.add_argument(
        "--ssh",
        default="ssh",
        metavar="COMMAND",
        help="how to get to other hosts, as 'ssh -p 2222 -i KEY' (default %(default)s); no password is asked for",
    )
    looking.add_argument(
        "--search",
        nargs="+",
        action="extend",
        metavar="FOLDER",
        help="look for copies of this host below these folders alone (default: /)",
    )
    looking.add_argument(
        "--restart-list",
        action="store_true",
        help="print the services to restart now and nothing else, one a line, for a shell loop; what else should "
        "restart now is told on standard error, and why it is not in the list",
    )
    looking.add_argument(
        "--other-file-systems", action="store_true", help="go on where another file system is mounted"
    )
    looking.add_argument(
        "--prove",
        choices=("all", "packaged", "none"),
        default="packaged",
        help="which shared libssl of this machine's kind are loaded in a sandbox and asked; their constructors run "
        "there: all, those that a package owns, or none (default %(default)s)",
    )
    looking.add_argument(
        "--seconds",
        type=number_from("--seconds", 0.1, 86400, whole=False),
        default=120.0,
        metavar="N",
        help="time for one file with all that is in it (default 120)",
    )
    looking.add_argument(
        "--search-seconds",
        type=number_from("--search-seconds", 1, 86400),
        default=300,
        metavar="N",
        help="end the search for copies on another host after so long (default %(default)s)",
    )
    output = parser.add_argument_group("output")
    add_json_option(output, "an object a line for each finding")
    output.add_argument(
        "--texts", action="store_true", help="list texts that name a version of OpenSSL, too, as headers do"
    )
    output.add_argument("--quiet", action="store_true", help="no progress on standard error")
    output.add_argument(
        "--no-color", action="store_true", help="no colour, as NO_COLOR and TERM=dumb say too"
    )
    keeping = parser.add_argument_group("the ledger")
    add_ledger_option(keeping)
    keeping.add_argument("--no-ledger", action="store_true", help="keep nothing")
    keeping.add_argument(
        "--authority", metavar="TEXT", help="on whose authority, as change 4711; goes into the ledger"
    )


def _run(arguments: argparse.Namespace) -> int:
    from hemostat import api
    from hemostat.api.notes import NotKeptError
    from hemostat.cli.progress import FilesProgress
    from hemostat.report import exit_status
    from hemostat.report.finding import Finding, finding_line
    from hemostat.report.findings_screen import FindingsScreen
    from hemostat.report.process_finding import ProcessFinding, process_line
    from hemostat.targets import printable

    if arguments.print_collector:
        print(api.collector(), end="")
        return 0
    if arguments.snapshot and arguments.hosts:
        raise UsageError("--snapshot and other hosts exclude one another")
    if (arguments.snapshot or arguments.hosts) and (arguments.file or arguments.search):
        raise UsageError("--file and --search are about this host")
    if arguments.file and (arguments.restart_list or arguments.search):
        raise UsageError("--search and --restart-list are about this host, so they can't be had with --file")
    if arguments.restart_list and len(arguments.hosts) > 1:
        raise UsageError("--restart-list is about one host: the list would not say of which a unit is")
    options = api.InspectOptions(
        prove=arguments.prove,
        other_file_systems=arguments.other_file_systems,
        seconds=arguments.seconds,
        search_seconds=arguments.search_seconds,
    )
    who = api.identify(authority=arguments.authority)
    ledger = None if arguments.no_ledger else ledger_url(arguments)
    received = _stopped_by_signals()
    terminal = sys.stdout.isatty()
    screen = FindingsScreen(
        sys.stdout,
        width=_width() if terminal else None,
        colour=terminal and _colour(arguments),
        texts=arguments.texts,
    )
    words: set[str | None] = set()
    units: dict[str, None] = {}
    by_hand: dict[str, str] = {}
    quiet = arguments.quiet or (arguments.json and not sys.stderr.isatty())
    with FilesProgress(sys.stderr, quiet=quiet) as progress:

        def is_over() -> bool:
            progress.tick()
            return bool(received)

        def show(finding: Finding) -> None:
            if finding.host is not None or arguments.snapshot:
                # Its files were counted where they lie.
                progress.files += 1
            if arguments.json:
                print(finding_line(finding), flush=True)
            else:
                screen.finding(finding)

        def show_process(finding: ProcessFinding) -> None:
            if arguments.json:
                print(process_line(finding), flush=True)
            else:
                screen.process(finding)

        try:
            for look in _looks(arguments, progress):
                try:
                    for finding in look(options=options, ledger=ledger, who=who, is_over=is_over):
                        if isinstance(finding, ProcessFinding) or finding.counts:
                            words.add(finding.verdict)
                        if arguments.restart_list:
                            if isinstance(finding, ProcessFinding) and finding.restart == "now":
                                why = finding.not_listed
                                if why is None and finding.unit is not None:
                                    units.setdefault(finding.unit)
                                else:
                                    by_hand[finding.place] = why or "it belongs to no service"
                            continue
                        progress.clear()
                        if isinstance(finding, ProcessFinding):
                            show_process(finding)
                        else:
                            show(finding)
                except NotKeptError as error:
                    # What was found stands, and so does its status.
                    progress.clear()
                    complain(str(error))
        except HemostatError as error:
            if not words:
                raise
            # What was found is told, and counts.
            if not arguments.json and not arguments.restart_list:
                screen.close(progress.files, None)
            if "vulnerable" not in words:
                raise
            complain(str(error))
            return exit_status(words)
    # Files that hold no copy are an answer, too.
    if progress.files and not words:
        words.add("not-affected")
    status = exit_status(words, interrupted=bool(received))
    if received and "vulnerable" not in words:
        status = 128 + received[0]
    for unit in units:
        print(unit)
    for place, why in by_hand.items():
        complain(f"not in the list, to be restarted by hand: {place}: {printable(why)}")
    if not arguments.json and not arguments.restart_list:
        screen.close(progress.files, None if received else status, interrupted=bool(received))
    if received:
        complain(
            "interrupted; what was found is told."
            if ledger is None
            else "interrupted; what was found is kept."
        )
    return status


def _looks(
    arguments: argparse.Namespace, progress: "FilesProgress"
) -> "Iterator[Callable[..., Iterator[Finding | ProcessFinding]]]":
    """What is to be looked at, one after the other."""
    import shlex

    from hemostat import api

    if arguments.snapshot:
        with _opened(arguments.snapshot) as file:
            yield partial(api.inspect_snapshot, iter(partial(file.read, 1 << 16), b""))
    elif arguments.hosts:
        for host in arguments.hosts:
            yield partial(api.inspect_over_ssh, host, ssh=shlex.split(arguments.ssh))
    elif arguments.file:
        yield partial(api.inspect_files, arguments.file, progress=progress)
    else:
        yield partial(api.inspect_host, arguments.search or ["/"], progress=progress)


def _opened(name: str) -> BinaryIO:
    if name == STANDARD:
        return standard_input()
    try:
        return open(name, "rb")
    except OSError as error:
        raise UsageError(f"{name} can't be read: {error.strerror or error}") from error


def _stopped_by_signals() -> list[int]:
    """SIGINT and SIGTERM are put into the list; a second one ends the process at once."""
    received: list[int] = []

    def receive(number: int, frame: object) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, receive)
    return received


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _colour(arguments: argparse.Namespace) -> bool:
    return not arguments.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


COMMAND = Command(
    name="inspect",
    place=15,
    help="which copies of OpenSSL are on this host, who runs them, and are they vulnerable?",
    description="Looks into the files of this host, archives too, for copies of OpenSSL, and at its processes for\n"
    "what they have in memory; says of each whether it is vulnerable to Heartbleed, patched, not affected or\n"
    "inconclusive, why, and which process is to be restarted.",
    epilog=_EPILOG,
    configure=_configure,
    run=_run,
)
