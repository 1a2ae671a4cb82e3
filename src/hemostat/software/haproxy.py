"""HAProxy: `crt` on `bind`, `server` and `default-server` lines, lists of certificates, and crt-stores."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from hemostat.software.program import Program
from hemostat.software.reading import (
    Directive,
    Files,
    KeyUse,
    keywords,
    pair_of,
    ports_of,
    resolve,
    unlocated,
    words,
)

__all__ = ["PROGRAM"]

_SECTIONS: Final = (
    "global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "mailers", "userlist", "cache",
    "program", "ring", "http-errors", "crt-store", "log-forward", "fcgi-app", "traces", "acme",
)  # fmt: skip
_LIST_OPTIONS: Final = re.compile(r"\[[^\]\[]*\]")


def _uses(files: Files) -> Iterator[KeyUse]:
    bases = {"crt-base": "", "key-base": ""}
    section = ""
    for start in files.starts:
        for line, _, name, values in keywords(files.lines(start)):
            said = Directive(start, line, name, values)
            if name in _SECTIONS:
                section = name
                if name == "crt-store":
                    bases = dict.fromkeys(bases, "")
            elif name in bases and said.value:
                bases[name] = said.value
            elif name == "load" and section == "crt-store":
                yield from _loaded(said, bases)
            elif name == "bind" and said.value:
                yield from _bound(files, said, bases["crt-base"])
            elif name in ("server", "default-server", "server-template"):
                for certificate in _after(values, "crt"):
                    use = pair_of(
                        replace(said, values=(certificate,)), None, bases["crt-base"], together=True
                    )
                    yield replace(use, role="client")


def _after(values: tuple[str, ...], *options: str) -> list[str]:
    return [value for option, value in pairwise(values) if option in options]


def _bound(files: Files, said: Directive, base: str) -> Iterator[KeyUse]:
    ports = ports_of(said.value.split(","))
    tickets = tuple(resolve(path, "/") for path in _after(said.values, "tls-ticket-keys"))
    for certificate in _after(said.values, "crt", "default-crt"):
        use = pair_of(replace(said, values=(certificate,)), None, base, together=True)
        yield replace(use, ports=ports, tickets=tickets, enabled="ssl" in said.values)
    for listed in _after(said.values, "crt-list"):
        if unlocated(listed) is not None:
            files.lose(said.path, said.line, "variable", listed)
            continue
        path = resolve(listed, "/")
        if not files.matching(path):
            files.lose(said.path, said.line, "missing", path)
        for line, text in files.lines(path):
            certificate, *names = words(_LIST_OPTIONS.sub(" ", text)) or [""]
            if certificate:
                use = pair_of(Directive(path, line, "crt", (certificate,)), None, base, together=True)
                found = tuple(name for name in names if not name.startswith("!"))
                yield replace(use, ports=ports, names=found, tickets=tickets, enabled="ssl" in said.values)


def _loaded(said: Directive, bases: dict[str, str]) -> Iterator[KeyUse]:
    certificates, keys = _after(said.values, "crt"), _after(said.values, "key")
    for certificate in certificates[-1:]:
        use = pair_of(replace(said, values=(certificate,)), None, bases["crt-base"], together=True)
        if keys and use.unresolved is None:
            other = pair_of(replace(said, values=(keys[-1],)), None, bases["key-base"], together=True)
            use = replace(use, key=other.key, unresolved=other.unresolved, written=other.written)
        yield use


PROGRAM = Program(
    name="haproxy",
    title="HAProxy",
    source="docs.haproxy.org, configuration manual",
    executables=("haproxy", "hapee-lb"),
    units=("haproxy",),
    configurations=(
        "/etc/haproxy/haproxy.cfg",
        "/etc/haproxy/conf.d/*.cfg",
        "/usr/local/etc/haproxy.conf",
        "/usr/local/etc/haproxy/haproxy.cfg",
    ),
    options={"-f": ""},
    allow=frozenset({*_SECTIONS, "bind", "server", "default-server", "crt-base", "key-base", "load", "/"})
    - {"userlist"},
    uses=_uses,
)
