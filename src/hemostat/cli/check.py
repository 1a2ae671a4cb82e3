"""`hemostat check`: one or a few servers, now."""

import argparse
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hemostat.cli.command import (
    STANDARD,
    Command,
    UsageError,
    add_json_option,
    add_ledger_option,
    complain,
    ledger_url,
    number_from,
)
from hemostat.errors import HemostatError

if TYPE_CHECKING:
    import asyncio

    from hemostat import api
    from hemostat.cli.progress import Progress

__all__ = ["COMMAND"]

_PATIENCE: Final = 1.0
"""Seconds after an interruption until it is said that another one ends at once."""
_NOW_AND_THEN: Final = 0.25
_RESUMED: Final = timedelta(hours=24)
_EPILOG: Final = """\
targets:
  example.org  example.org:8443  192.0.2.7  [2001:db8::1]:443  https://example.org  dtls://example.org:5349
  smtp://mx.example.org  imap://example.org  mysql://db.example.org:3307  example.org:5432  openvpn://example.org
  All addresses of a name are asked; each is an answer of its own. A bare host is asked on port 443. A scheme, or else
  the port, says in which protocol TLS is asked for (docs/dialects.md has them all); where another one greets, it is
  asked in that.

examples:
  hemostat check example.org
  hemostat check --json --file servers.txt > answers.jsonl
  hemostat check --looks 20 shop.example.org          several servers may stand behind one address

exit status: 0 nothing found, 1 vulnerable, 2 usage or a fault of this machine, 3 something inconclusive or unreachable
and nothing vulnerable, 130 interrupted (143 by SIGTERM). What is sent, and what the other side sees: docs/safety.md
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
        type=number_from("--port", 1, 65535),
        metavar="N",
        help="port of targets that name none (default: 443, or that of --dialect)",
    )
    asking.add_argument(
        "--dialect",
        metavar="NAME",
        help="protocol of targets without a scheme, as smtp, mysql, tls (default: the port decides)",
    )
    asking.add_argument(
        "--sni", metavar="NAME", help="server name to send, in place of the target's own; '' sends none"
    )
    asking.add_argument(
        "--looks",
        type=number_from("--looks", 1),
        default=1,
        metavar="N",
        help="ask each address N times (default %(default)s)",
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
    way = parser.add_argument_group("the way there")
    way.add_argument(
        "--proxy",
        metavar="URL",
        help="ask through it: socks5://, socks4a:// or http://[USER:PASSWORD@]HOST:PORT; it looks names up. "
        "HEMOSTAT_PROXY says the same, and shows the password to nobody",
    )
    way.add_argument(
        "--tls-auth", metavar="FILE", help="OpenVPN's key of that name, for servers that want it"
    )
    way.add_argument(
        "--tls-crypt", metavar="FILE", help="OpenVPN's key of that name, for servers that want it"
    )
    way.add_argument(
        "--key-direction",
        type=number_from("--key-direction", 0, 1),
        metavar="N",
        help="the client's direction of the tls-auth key, 0 or 1 (default: none)",
    )
    way.add_argument(
        "--auth", default="SHA1", metavar="DIGEST", help="digest of tls-auth (default %(default)s)"
    )
    pace = parser.add_argument_group("pace")
    pace.add_argument(
        "--timeout",
        type=number_from("--timeout", 0.1, 3600, whole=False),
        metavar="SECONDS",
        help="time for one answer, with all its connections (default 20; 45 for SMTP, LMTP and FTP, which may "
        "be slow to greet)",
    )
    pace.add_argument(
        "--retries",
        type=number_from("--retries", 0),
        default=1,
        metavar="N",
        help="try a connection that timed out so often again, within that time (default %(default)s)",
    )
    pace.add_argument(
        "--concurrency",
        type=number_from("--concurrency", 1),
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
            dialect=arguments.dialect,
            sni=arguments.sni,
            timeout=arguments.timeout,
            retries=arguments.retries,
            concurrency=arguments.concurrency,
            looks=arguments.looks,
            all_addresses=arguments.all_addresses,
            proxy=_proxy(arguments.proxy),
            key=_control_key(arguments),
            resume=_RESUMED if arguments.resume else None,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    who = api.identify(vantage=arguments.vantage, network=arguments.network, authority=arguments.authority)
    _make_room(arguments)
    ledger = None if arguments.no_ledger else ledger_url(arguments)
    return asyncio.run(_check(arguments, options, ledger, who))


def _make_room(arguments: argparse.Namespace) -> None:
    """Let this process open as many sockets as it wants to, or say how many it may."""
    from hemostat.detect.network.descriptors import make_room

    possible = make_room(arguments.concurrency)
    if possible < arguments.concurrency and not arguments.quiet:
        complain(
            f"{possible} addresses are asked side by side, not {arguments.concurrency}: the limit of open files "
            "(ulimit -Hn) allows no more."
        )


def _proxy(written: str | None) -> "api.Proxy | None":
    from hemostat import api

    written = written or os.environ.get("HEMOSTAT_PROXY") or None
    try:
        return None if written is None else api.read_proxy(written)
    except api.ProxyError as error:
        raise UsageError(f"--proxy: {error}") from error


def _control_key(arguments: argparse.Namespace) -> "api.ControlKey | None":
    from hemostat import api

    if arguments.tls_auth and arguments.tls_crypt:
        raise UsageError("--tls-auth and --tls-crypt exclude one another")
    file = arguments.tls_auth or arguments.tls_crypt
    if arguments.key_direction is not None and not arguments.tls_auth:
        raise UsageError("--key-direction is that of a key for --tls-auth")
    if not file:
        return None
    try:
        with open(file, encoding="ascii", errors="replace") as opened:
            text = opened.read(1 << 16)
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror or error}") from error
    try:
        mode: Final = "tls-auth" if arguments.tls_auth else "tls-crypt"
        return api.control_key(text, mode, direction=arguments.key_direction, digest=arguments.auth)
    except HemostatError as error:
        raise UsageError(f"{file}: {error}") from error


async def _check(
    arguments: argparse.Namespace, options: "api.CheckOptions", ledger: str | None, who: "api.Identity"
) -> int:
    import asyncio

    from hemostat import api
    from hemostat.cli.lists import GivenTargets
    from hemostat.cli.progress import Progress
    from hemostat.report import Screen, dialogue, exit_status, json_line, named

    stop = asyncio.Event()
    received = _stopped_by_signals(stop)
    terminal = sys.stdout.isatty()
    screen = Screen(
        sys.stdout,
        width=_width() if terminal else None,
        colour=terminal and _colour(arguments),
        began=_now() if arguments.resume else None,
    )
    words: set[str | None] = set()
    # A program that reads JSON reads standard error too, perhaps, and nobody looks at it.
    quiet = arguments.quiet or (arguments.json and not sys.stderr.isatty())
    plain = [each for each in arguments.targets if each != STANDARD]
    files = [*arguments.file, *(each for each in arguments.targets if each == STANDARD)]
    try:
        with (
            Progress(sys.stderr, quiet=quiet) as progress,
            GivenTargets(
                plain, files, port=arguments.port, dialect=arguments.dialect, taken=progress.begun
            ) as given,
        ):
            progress.expect(len(plain) if not files else None)
            async with (
                _said_now_and_then(progress),
                aclosing(api.check_async(given, options, ledger=ledger, who=who, stop=stop)) as answers,
            ):
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
    except (HemostatError, UsageError) as error:
        # What was answered is told, and counts, though it could not be kept, or a list not be read on.
        if not words:
            raise _with_way_out(error) from error
        if not arguments.json:
            screen.close(interrupted=stop.is_set(), failed=True)
        if "vulnerable" not in words:
            raise
        complain(str(error))
        return exit_status(words)
    if not words and not received:
        raise UsageError("the list names no target")
    status = exit_status(words, interrupted=bool(received))
    if received and "vulnerable" not in words:
        status = 128 + received[0]  # as a shell says it
    if not arguments.json:
        screen.close(interrupted=bool(received), failed=bool(received and received[0] != signal.SIGINT))
    if given.repeated and not arguments.quiet:
        times = "once" if given.repeated == 1 else f"{given.repeated} times"
        complain(f"what was named before was named again {times}, and not asked again.")
    if received:
        complain(
            "interrupted; nothing was kept (--no-ledger)."
            if ledger is None
            else "interrupted; what was answered is kept, and the same command with --resume goes on from there."
        )
    return status


@asynccontextmanager
async def _said_now_and_then(progress: "Progress") -> AsyncIterator[None]:
    """While servers are silent, and nothing is printed, the progress of it all stands there."""
    import asyncio

    async def say() -> None:
        while True:
            await asyncio.sleep(_NOW_AND_THEN)
            progress.show()

    saying = asyncio.create_task(say())
    try:
        yield
    finally:
        saying.cancel()


def _stopped_by_signals(stop: "asyncio.Event") -> list[int]:
    """SIGINT and SIGTERM set `stop`, and are put into the list; a second one ends the process at once."""
    import asyncio

    loop = asyncio.get_running_loop()
    received: list[int] = []

    def receive(number: int) -> None:
        received.append(number)
        if len(received) > 1:
            # Nothing is waited for, threads neither: the ledger may be what hangs. Its transactions are whole or not.
            os._exit(128 + number)
        stop.set()
        loop.call_later(_PATIENCE, complain, "interrupted; the ledger is waited for. Once more ends at once.")

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, receive, each)
    return received


def _with_way_out(error: HemostatError | UsageError) -> HemostatError | UsageError:
    """The same, and what to do where a ledger can't be written to."""
    from hemostat.ledger import LedgerError

    if not isinstance(error, LedgerError) or error.code not in ("read-only", "newer-schema", "no-permission"):
        return error
    way_out = "--ledger FILE keeps the answers elsewhere, --no-ledger nowhere"
    return LedgerError(error.code, f"{error.message}; {way_out}")


def _now() -> str:
    from datetime import UTC, datetime

    from hemostat.evidence import write_time

    return write_time(datetime.now(UTC))


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
