"""`hemostat check`: one or a few servers, now."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from datetime import timedelta
from itertools import chain
from typing import IO, TYPE_CHECKING, Final

from hemostat.cli.command import Command, UsageError, add_json_option, add_ledger_option, ledger_url
from hemostat.errors import HemostatError

if TYPE_CHECKING:
    from hemostat import api
    from hemostat.cli.progress import Progress

__all__ = ["COMMAND"]

_STANDARD_INPUT: Final = "-"
_CHUNK: Final = 1 << 16
_RESUMED: Final = timedelta(hours=24)
_EPILOG: Final = """\
targets:
  example.org  example.org:8443  192.0.2.7  [2001:db8::1]:443  https://example.org  dtls://example.org:5349
  All addresses of a name are asked; each is an answer of its own. A bare host is asked on port 443.

examples:
  hemostat check example.org
  hemostat check --json --file servers.txt > answers.jsonl
  hemostat check --looks 20 shop.example.org          several servers may stand behind one address

exit status: 0 nothing found, 1 vulnerable, 2 usage or a fault of this machine, 3 something inconclusive or unreachable
and nothing vulnerable. What is sent, and what the other side sees of it: docs/safety.md
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="a host, host:port or URL; - reads a list"
    )
    asking = parser.add_argument_group("what to ask")
    asking.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="FILE",
        help="a list of targets, one a line, # begins a comment; - is standard input; may be given again",
    )
    asking.add_argument(
        "--port",
        type=int,
        default=443,
        metavar="N",
        help="port of targets that name none (default %(default)s)",
    )
    asking.add_argument(
        "--sni", metavar="NAME", help="server name to send, in place of the target's own; '' sends none"
    )
    asking.add_argument(
        "--looks", type=int, default=1, metavar="N", help="ask each address N times (default %(default)s)"
    )
    addresses = asking.add_mutually_exclusive_group()
    addresses.add_argument(
        "--all-addresses",
        dest="all_addresses",
        action="store_true",
        default=True,
        help="ask every A and AAAA address of a name (the default)",
    )
    addresses.add_argument(
        "--one-address",
        dest="all_addresses",
        action="store_false",
        help="ask the first address of a name alone",
    )
    pace = parser.add_argument_group("pace")
    pace.add_argument(
        "--timeout",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="time for one answer, with all its connections (default %(default)g)",
    )
    pace.add_argument(
        "--retries",
        type=int,
        default=1,
        metavar="N",
        help="try a connection that timed out so often again, within that time (default %(default)s)",
    )
    pace.add_argument(
        "--concurrency",
        type=int,
        default=64,
        metavar="N",
        help="addresses asked side by side (default %(default)s)",
    )
    output = parser.add_argument_group("output")
    add_json_option(output, "an object a line for each answer")
    output.add_argument(
        "--verbose",
        action="store_true",
        help="show the dialogue: each message by type and length, on standard error",
    )
    output.add_argument("--quiet", action="store_true", help="no progress on standard error")
    output.add_argument(
        "--no-color", action="store_true", help="no colour, as NO_COLOR and TERM=dumb say too"
    )
    keeping = parser.add_argument_group("the ledger")
    add_ledger_option(keeping)
    keeping.add_argument("--no-ledger", action="store_true", help="keep nothing")
    keeping.add_argument(
        "--resume",
        action="store_true",
        help="go on with a list: what this vantage decided within the last 24 hours is taken from the ledger",
    )
    keeping.add_argument("--vantage", metavar="LABEL", help="where you look from (default: this host)")
    keeping.add_argument(
        "--network", metavar="LABEL", help="what private addresses belong to, as office (default: this host)"
    )
    keeping.add_argument(
        "--authority", metavar="TEXT", help="on whose authority, as change 4711; goes into the ledger"
    )


def _run(arguments: argparse.Namespace) -> int:
    import asyncio

    from hemostat import api

    if not arguments.targets and not arguments.file:
        raise UsageError("name a target, or a list of them by --file; hemostat check --help tells more")
    if arguments.resume and arguments.no_ledger:
        raise UsageError("--resume goes on from what the ledger holds, so it can't be had with --no-ledger")
    try:
        options = api.CheckOptions(
            port=arguments.port,
            sni=arguments.sni,
            timeout=arguments.timeout,
            retries=arguments.retries,
            concurrency=arguments.concurrency,
            looks=arguments.looks,
            all_addresses=arguments.all_addresses,
            resume=_RESUMED if arguments.resume else None,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    who = api.identify(vantage=arguments.vantage, network=arguments.network, authority=arguments.authority)
    ledger = None if arguments.no_ledger else ledger_url(arguments)
    return asyncio.run(_check(arguments, options, ledger, who))


async def _check(
    arguments: argparse.Namespace, options: "api.CheckOptions", ledger: str | None, who: "api.Identity"
) -> int:
    import asyncio
    import signal

    from hemostat import api
    from hemostat.cli.progress import Progress
    from hemostat.report import Screen, dialogue, exit_status, json_line, named

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    terminal = sys.stdout.isatty()
    screen = Screen(sys.stdout, width=_width() if terminal else None, colour=terminal and _colour(arguments))
    words: set[str | None] = set()
    # A program that reads JSON reads standard error too, perhaps, and nobody looks at it.
    quiet = arguments.quiet or (arguments.json and not sys.stderr.isatty())
    try:
        with Progress(sys.stderr, quiet=quiet) as progress:
            given = _given(arguments, progress)
            async with aclosing(
                api.check_async(given, options, ledger=ledger, who=who, stop=stop)
            ) as answers:
                async for answer in answers:
                    words.add(answer.verdict)
                    progress.clear()
                    if arguments.json:
                        print(json_line(answer), flush=True)
                    else:
                        screen.answer(answer)
                    if arguments.verbose and answer.evidence["facts"]:
                        told = dialogue(answer.evidence["facts"])
                        print(named(answer), *told, sep="\n  ", file=sys.stderr, flush=True)
                    progress.answered()
    except HemostatError:
        # What was answered is told, though it could not be kept.
        if words and not arguments.json:
            screen.close(interrupted=stop.is_set(), failed=True)
        raise
    if not arguments.json:
        screen.close(interrupted=stop.is_set())
    if stop.is_set():
        print("hemostat: interrupted; what was answered is kept.", file=sys.stderr)
    return exit_status(words, interrupted=stop.is_set())


def _given(arguments: argparse.Namespace, progress: "Progress") -> "Iterator[api.Given]":
    """The targets of the command line, then those of the lists, read as they are needed."""
    from hemostat.targets import parse_chunks

    plain = [each for each in arguments.targets if each != _STANDARD_INPUT]
    files = [*arguments.file, *(each for each in arguments.targets if each == _STANDARD_INPUT)]
    opened = [_open(name) for name in files]
    progress.expect(len(plain) if not files else None)
    lists = (parse_chunks(_chunks(file), default_port=arguments.port) for file in opened)
    return progress.counted(chain(plain, chain.from_iterable(lists)))


def _open(name: str) -> IO[bytes]:
    if name == _STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return open(name, "rb")
    except OSError as error:
        raise UsageError(f"{name} can't be read: {error.strerror}") from error


def _chunks(file: IO[bytes]) -> Iterable[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _colour(arguments: argparse.Namespace) -> bool:
    return not arguments.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


COMMAND = Command(
    name="check",
    place=10,
    help="is this server vulnerable? one or a few, now",
    description="Says of TLS and DTLS servers whether they are vulnerable to Heartbleed, patched, not affected,\n"
    "inconclusive or unreachable, with proof, and without reading a byte of their memory.",
    epilog=_EPILOG,
    configure=_configure,
    run=_run,
)
