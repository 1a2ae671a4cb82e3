"""`hemostat ledger`: is it sound, what stands for it, what goes out of it and comes into it."""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from hemostat.cli.command import (
    STANDARD,
    Command,
    UsageError,
    add_json_option,
    add_ledger_option,
    ledger_url,
    standard_input,
)

if TYPE_CHECKING:
    from hemostat.ledger import Merged

__all__ = ["COMMAND"]

_NOT_WHOLE: Final = 1


def _configure(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        own = below.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False
        )
        own.set_defaults(run_action=run)
        add_ledger_option(own)
        return own

    own = action(
        "verify", _verify, "check every chain, count and certificate, and against a seal if one is given"
    )
    own.add_argument(
        "--seal", metavar="SEAL", help="a seal that was kept elsewhere; - reads it from standard input"
    )
    add_json_option(own, "the findings as one JSON object")
    action("seal", _seal, "print one line that stands for all runs as they are now; keep it elsewhere")
    own = action("export", _export, "write all runs and certificates as JSON Lines")
    own.add_argument(
        "file", nargs="?", default=STANDARD, metavar="FILE", help="where to; default: standard output"
    )
    own = action("import", _import, "take in what export wrote, all of it checked before any is kept")
    own.add_argument(
        "file", nargs="?", default=STANDARD, metavar="FILE", help="from where; default: standard input"
    )
    own = action("merge", _merge, "take another ledger's runs in, each once")
    own.add_argument(
        "other", metavar="OTHER", help="the other ledger: a file, sqlite:///FILE or postgresql://…"
    )


def _run(arguments: argparse.Namespace) -> int:
    with _second_interruption_ends():
        status: int = arguments.run_action(arguments)
    return status


@contextmanager
def _second_interruption_ends() -> Iterator[None]:
    """A second SIGINT ends the process at once, whatever is waited for: Python itself would come to hear of one only
    when the database has answered. Of a transaction that is under way nothing is kept.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)

    def listen() -> None:
        received = 0
        while number := heard.recv(1):
            received += number[0] == signal.SIGINT
            if received > 1:
                os._exit(128 + signal.SIGINT)

    with heard, told:
        thread = threading.Thread(target=listen, name="signals", daemon=True)
        thread.start()
        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            told.close()
            thread.join()


def _verify(arguments: argparse.Namespace) -> int:
    from hemostat import api
    from hemostat.report import verification_text

    seal = arguments.seal
    if seal == STANDARD:
        seal = standard_input().readline(4096).decode(errors="replace")
    found = api.verify_ledger(ledger_url(arguments), seal=seal)
    if arguments.json:
        import json

        print(json.dumps(found.as_json()))
    else:
        print(verification_text(found), end="")
    return 0 if found.holds else _NOT_WHOLE


def _seal(arguments: argparse.Namespace) -> int:
    from hemostat import api

    print(api.seal_ledger(ledger_url(arguments)))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from hemostat import api

    if arguments.file == STANDARD:
        api.export_ledger(ledger_url(arguments), sys.stdout.buffer)
        return 0
    try:
        api.export_ledger(ledger_url(arguments), Path(arguments.file))
    except FileExistsError as error:
        raise UsageError(f"{error.filename} is there already; write to another file") from error
    except OSError as error:
        raise UsageError(f"{arguments.file} can't be written: {error.strerror}") from error
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from hemostat import api

    if arguments.file == STANDARD:
        return _tell(api.import_ledger(ledger_url(arguments), standard_input()))
    with _opened(arguments.file) as file:
        return _tell(api.import_ledger(ledger_url(arguments), file))


def _merge(arguments: argparse.Namespace) -> int:
    from hemostat import api

    return _tell(api.merge_ledgers(ledger_url(arguments), arguments.other))


def _tell(merged: "Merged") -> int:
    from hemostat.report import merged_text

    print(merged_text(merged))
    return 0


def _opened(name: str) -> BinaryIO:
    try:
        return open(name, "rb")
    except OSError as error:
        raise UsageError(f"{name} can't be opened: {error.strerror}") from error


COMMAND = Command(
    name="ledger",
    place=40,
    help="verify, seal, export, import, merge what was seen",
    description="What was seen is kept in a ledger, appended to and never changed: docs/ledger.md tells how.",
    configure=_configure,
    run=_run,
)
