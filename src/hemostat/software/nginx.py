"""nginx: `ssl_certificate` and its kin, inherited from block to block."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from posixpath import dirname
from typing import Final

from hemostat.software.program import Dump, Program
from hemostat.software.reading import (
    Directive,
    Event,
    Files,
    Include,
    KeyUse,
    Lines,
    Numbered,
    braces,
    grow,
    pair_of,
    ports_of,
    resolve,
)

__all__ = ["PROGRAM"]

_CLIENTS: Final = ("proxy", "grpc", "uwsgi")
_DUMPED: Final = re.compile(r"# configuration file (/.+):")


@dataclass(frozen=True, slots=True)
class _Inherited:
    certificates: tuple[Directive, ...] = ()
    keys: tuple[Directive, ...] = ()
    tickets: tuple[Directive, ...] = ()

    def in_block(self, block: Directive, prefix: str = "") -> "_Inherited":
        """What holds in a block: a directive that stands in it takes the place of all of its name outside."""
        return _Inherited(
            tuple(block.all(prefix + "ssl_certificate")) or self.certificates,
            tuple(block.all(prefix + "ssl_certificate_key")) or self.keys,
            tuple(block.all("ssl_session_ticket_key")) or self.tickets,
        )


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        folder = dirname(start)

        def includes(event: Event, folder: str = folder) -> Include | None:
            return Include("".join(event.values[:1]), folder) if event.name == "include" else None

        root = grow(files, start, braces, includes)
        yield from _served(root, _Inherited(), folder)
        for prefix in _CLIENTS:
            yield from _connecting(root, f"{prefix}_", _Inherited(), folder)


def _served(block: Directive, outside: _Inherited, folder: str) -> Iterator[KeyUse]:
    inherited = outside.in_block(block)
    for each in block.inside or ():
        if each.inside is None:
            continue
        own = inherited.in_block(each)
        if each.name != "server":
            yield from _served(each, inherited, folder)
        else:
            names = tuple(name for said in each.all("server_name") for name in said.values if name)
            ports = ports_of(said.value for said in each.all("listen"))
            # nginx listens on port 80 where a server says nothing of it.
            without = not each.all("listen") or any(
                said.value and not ports_of([said.value]) and not said.value.startswith("unix:")
                for said in each.all("listen")
            )
            ports = tuple(sorted({*ports, 80})) if without else ports
            for use in _pairs(own, folder):
                yield replace(use, names=names, ports=ports)


def _connecting(block: Directive, prefix: str, outside: _Inherited, folder: str) -> Iterator[KeyUse]:
    inherited = outside.in_block(block, prefix)
    if inherited.certificates != outside.certificates or inherited.keys != outside.keys:
        for use in _pairs(replace(inherited, tickets=()), folder):
            yield replace(use, role="client")
    for each in block.inside or ():
        if each.inside is not None:
            yield from _connecting(each, prefix, inherited, folder)


def _pairs(own: _Inherited, folder: str) -> Iterator[KeyUse]:
    tickets = tuple(resolve(each.value, folder) for each in own.tickets if each.value)
    for certificate, key in zip_longest(own.certificates, own.keys):
        yield replace(pair_of(certificate, key, folder), tickets=tickets)


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`nginx -T`: each file once, behind a line that names it, and an empty line of nginx's own after it."""
    files: dict[str, list[Numbered]] = {}
    lines: list[Numbered] = []
    for line in text.split("\n"):
        named = _DUMPED.fullmatch(line)
        if named:
            lines = files[named[1]] = []
        else:
            lines.append((len(lines) + 1, line))
    return files


PROGRAM = Program(
    name="nginx",
    title="nginx",
    source="nginx.org, ngx_http_ssl_module",
    executables=("nginx", "openresty", "tengine"),
    units=("nginx", "openresty"),
    configurations=(
        "/etc/nginx/nginx.conf",
        "/usr/local/etc/nginx/nginx.conf",
        "/usr/local/nginx/conf/nginx.conf",
        "/usr/local/openresty/nginx/conf/nginx.conf",
        "/opt/nginx/conf/nginx.conf",
    ),
    options={"-c": ""},
    folder_option="-p",
    allow=frozenset(
        {
            "http", "mail", "stream", "server", "location", "include", "listen", "server_name", "ssl",
            "ssl_certificate", "ssl_certificate_key", "ssl_session_ticket_key",
            *(f"{prefix}_ssl_certificate{kind}" for prefix in _CLIENTS for kind in ("", "_key")),
        }
    ),
    several="[;{}]",
    uses=_uses,
    dump=Dump(argv=("nginx", "-T", "-q"), read=_read_dump, source="nginx.org, command-line parameters"),
)  # fmt: skip
