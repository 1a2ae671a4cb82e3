"""MySQL, MariaDB and Percona Server: option files, their groups, and the servers' and clients' pairs in them."""

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
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
    grow,
    numbered,
    pair_of,
    ports_of,
    sections,
)

__all__ = ["PROGRAM"]

_SERVERS: Final = re.compile(r"(?:mysqld|mariadb|mariadbd)(?:-[0-9.]+)?|server|galera|embedded")
_MULTI: Final = re.compile(r"(?:mysqld|mariadbd)[0-9]+")
"""Groups of mysqld_multi: each a server of its own, over what all have."""
_CLIENTS: Final = re.compile(
    r"client(?:-server|-mariadb)?|mysql|mysqldump|mariadb-client|mariadb-dump|xtrabackup|mariabackup"
)
_SYNC: Final = "sst"
"""The group of Galera's state transfers, which go by socat with a pair of their own."""
_PAIRS: Final = ("", "admin_", "mysqlx_")
_PORTS: Final = {"": "port", "admin_": "admin_port", "mysqlx_": "mysqlx_port"}
_DEFAULTS: Final = {"": (3306,), "admin_": (33062,), "mysqlx_": (33060,)}


def _parsed(lines: Iterable[Numbered]) -> Iterator[Event]:
    """Option files: `-` and `_` are one in names, and `loose_` is a mere permission to fail."""
    for event in sections(lines, inner_comments=True):
        yield event._replace(name=event.name.lstrip("-").replace("-", "_").removeprefix("loose_"))


def _includes(event: Event) -> Include | None:
    if event.name == "!includedir":
        return Include("".join(event.values).rstrip("/") + "/*.cnf", optional=True)
    return Include("".join(event.values)) if event.name == "!include" else None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        groups = [each for each in grow(files, start, _parsed, _includes).walk() if each.name == "section"]
        by_name: dict[str, list[Directive]] = {}
        for group in groups:
            by_name.setdefault(group.value, []).append(group)
        common = _said(group for group in groups if _SERVERS.fullmatch(group.value))
        folder = common["datadir"].value if "datadir" in common else dirname(start)
        yield from _server(common, folder)
        for own in (_said(each) for name, each in by_name.items() if _MULTI.fullmatch(name)):
            datadir = own["datadir"].value if "datadir" in own else folder
            if not _pair_names().isdisjoint(own):
                yield from _server(ChainMap(own, common), datadir)
        for own in (_said(each) for name, each in by_name.items() if _CLIENTS.fullmatch(name)):
            if "ssl_cert" in own or "ssl_key" in own:
                yield replace(pair_of(own.get("ssl_cert"), own.get("ssl_key"), "/"), role="client")
        transfer = _said(by_name.get(_SYNC, ()))
        certificate, key = transfer.get("tcert"), transfer.get("tkey")
        if certificate or key:
            yield replace(pair_of(certificate, key, folder, together=True), ports=(4444,))


def _pair_names() -> set[str]:
    return {f"{kind}ssl_{half}" for kind in _PAIRS for half in ("cert", "key")}


def _spelt(name: str) -> Iterator[str]:
    """The ways to write an option: `-` or `_` at each place, with `loose` before it or not."""
    for text in (name, f"loose_{name}"):
        first, *words = text.split("_")
        for signs in product("-_", repeat=len(words)):
            yield first + "".join(sign + word for sign, word in zip(signs, words, strict=True))


def _said(groups: Iterable[Directive]) -> dict[str, Directive]:
    """What groups say, the last of each name."""
    return {each.name: each for group in groups for each in group.inside or ()}


def _server(said: Mapping[str, Directive], folder: str) -> Iterator[KeyUse]:
    off = said.get("skip_ssl") or said.get("ssl")
    enabled = off is None or (off.name == "ssl" and off.value.lower() not in ("0", "off", "false"))
    for kind in _PAIRS:
        certificate, key = said.get(f"{kind}ssl_cert"), said.get(f"{kind}ssl_key")
        if certificate and not certificate.value and key and not key.value:
            continue
        if certificate or key:
            port = said.get(_PORTS[kind])
            ports = ports_of([port.value]) if port else _DEFAULTS[kind]
            yield replace(pair_of(certificate, key, folder), ports=ports, enabled=enabled)


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`my_print_defaults`: the options of the groups asked for, in their order, as a command line has them."""
    return {"/my_print_defaults": [(0, "[mysqld]"), *numbered(text)]}


PROGRAM = Program(
    name="mysql",
    title="MySQL, MariaDB, Percona Server",
    source="dev.mysql.com, option files; mariadb.com/kb, configuring with option files",
    executables=("mysqld", "mariadbd", "mysqld-debug"),
    units=("mysql", "mysqld", "mariadb"),
    configurations=(
        "/etc/my.cnf",
        "/etc/mysql/my.cnf",
        "/usr/local/etc/my.cnf",
        "/usr/local/etc/mysql/my.cnf",
        "/usr/local/mysql/my.cnf",
        "/usr/local/mysql/etc/my.cnf",
        "/opt/lampp/etc/my.cnf",
        "/root/.my.cnf",
    ),
    options={"--defaults-file": "", "--defaults-extra-file": ""},
    allow=frozenset(
        {
            "include", "includedir", "datadir", "ssl", "skip-ssl", "skip_ssl", "tcert", "tkey",
            *_PORTS.values(), *(name.replace("_", "-") for name in _PORTS.values()),
            *(spelt for name in _pair_names() for spelt in _spelt(name)),
        }
    ),
    comment="[#;]",
    uses=_uses,
    dump=Dump(
        argv=("my_print_defaults", "mysqld", "server", "mariadb", "mariadbd", "galera"),
        read=_read_dump,
        source="dev.mysql.com, my_print_defaults",
    ),
)  # fmt: skip
