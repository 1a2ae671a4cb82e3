"""`hemostat lab`: safe endpoints on loopback, to try the tool on."""

import argparse
import sys

from hemostat.cli.command import Command, UsageError, add_json_option, number_from

__all__ = ["COMMAND"]

_LAST_PORT = 65535


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "only",
        nargs="*",
        metavar="NAME",
        help="open these endpoints only, by their names in the list; default: all of TLS and DTLS. vulnerable-NAME and "
        "patched-NAME for a dialect, as vulnerable-smtp; dialects for all of these",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="a loopback address to listen on (default %(default)s)",
    )
    parser.add_argument(
        "--port-base",
        type=number_from("--port-base", 0, _LAST_PORT),
        default=0,
        metavar="PORT",
        help="count ports up from this one; default: any free ones",
    )
    add_json_option(parser, "announce the endpoints as JSON, an object a line, then an empty line")


def _run(arguments: argparse.Namespace) -> int:
    from hemostat import lab
    from hemostat.report.prose import counted

    only = tuple(dict.fromkeys(arguments.only))
    many = len(lab.select_endpoints(only) if only else lab.default_endpoints())
    if arguments.port_base and arguments.port_base + many - 1 > _LAST_PORT:
        raise UsageError(
            f"--port-base {arguments.port_base}: {counted(many, 'endpoint')} would go past port {_LAST_PORT}"
        )

    def announce(opened: tuple[lab.OpenEndpoint, ...]) -> None:
        print(lab.announcement(opened, as_json=arguments.json))
        if arguments.json:
            print()
        else:
            are = "endpoint is" if len(opened) == 1 else "endpoints are"
            print(f"\n{len(opened)} {are} open on loopback; Ctrl-C ends.", file=sys.stderr)
        sys.stdout.flush()

    lab.run(announce, only=only, host=arguments.host, port_base=arguments.port_base)
    return 0


COMMAND = Command(
    name="lab",
    place=60,
    help="safe targets on loopback to try it on: vulnerable, patched, without heartbeats",
    description="Opens loopback endpoints that answer as real OpenSSL builds were recorded to: vulnerable, patched,\n"
    "and without heartbeats, over TLS and DTLS. None has memory to leak: to a tool that over-reads it gives a\n"
    "labelled text.",
    configure=_configure,
    run=_run,
)
