"""PostgreSQL: `ssl_cert_file` and `ssl_key_file`, which have defaults in the data folder."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from posixpath import dirname
from typing import Final

from hemostat.software.program import Dump, Program
from hemostat.software.reading import (
    Event,
    Files,
    Include,
    KeyUse,
    Lines,
    Numbered,
    grow,
    logical,
    numbered,
    pair_of,
    ports_of,
    resolve,
)

__all__ = ["PROGRAM"]

_SETTING: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)\s*=?\s*('(?:[^'\\]|''|\\.)*'|[^\s#]*)")
_DEFAULT_PORT: Final = (5432,)


def _parsed(lines: Iterable[Numbered]) -> Iterator[Event]:
    """`name = value` or `name value`; quoted by `'`, which is written twice within."""
    for number, text in logical(lines):
        said = _SETTING.match(text)
        if said:
            value = said[2]
            if value.startswith("'"):
                value = value[1:-1].replace("''", "'")
            yield Event(number, "says", said[1].lower(), (value,))


def _includes(event: Event) -> Include | None:
    if event.name == "include_dir":
        return Include("".join(event.values).rstrip("/") + "/*.conf", optional=True)
    if event.name in ("include", "include_if_exists"):
        return Include("".join(event.values), optional=event.name == "include_if_exists")
    return None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, _parsed, _includes)
        said = root.last("data_directory")
        folder = resolve(said.value, dirname(start)) if said and said.value else dirname(start)
        # What ALTER SYSTEM has set is read last.
        for path in files.matching(folder + "/postgresql.auto.conf"):
            root.inside = [*(root.inside or ()), *(grow(files, path, _parsed).inside or ())]
        certificate, key = root.last("ssl_cert_file"), root.last("ssl_key_file")
        ssl, port = root.last("ssl"), root.last("port")
        on = ssl is not None and ssl.value.lower() in ("on", "true", "yes", "1", "t", "y")
        if ssl and on:
            certificate = certificate or replace(ssl, values=("server.crt",))
            key = key or replace(ssl, values=("server.key",))
        if certificate or key:
            ports = ports_of([port.value]) if port else _DEFAULT_PORT
            yield replace(pair_of(certificate, key, folder), ports=ports, enabled=on)


_ASKED: Final = (
    "SELECT name, '=', quote_literal(setting) FROM pg_settings WHERE name ~ '^(ssl|port$|data_directory)'"
)


def _read_dump(text: str) -> Mapping[str, Lines]:
    """The server's own table of settings, a setting a line."""
    return {"/pg_settings": numbered(text)}


PROGRAM = Program(
    name="postgresql",
    title="PostgreSQL",
    source="postgresql.org, server configuration",
    executables=("postgres", "postmaster", "edb-postgres"),
    units=("postgresql", "postgresql@*"),
    configurations=(
        "/etc/postgresql/*/*/postgresql.conf",
        "/var/lib/pgsql/data/postgresql.conf",
        "/var/lib/pgsql/*/data/postgresql.conf",
        "/var/lib/postgres/data/postgresql.conf",
        "/var/lib/postgresql/*/data/postgresql.conf",
        "/var/db/postgres/data*/postgresql.conf",
        "/usr/local/pgsql/data/postgresql.conf",
    ),
    options={"-D": "postgresql.conf", "--config-file": "", "--config_file": ""},
    allow=frozenset(
        {
            "include", "include_dir", "include_if_exists", "data_directory", "port", "ssl", "ssl_cert_file",
            "ssl_key_file",
        }
    ),
    uses=_uses,
    dump=Dump(argv=("psql", "-XAt", "-F", " ", "-c", _ASKED), read=_read_dump, source="postgresql.org, pg_settings"),
)  # fmt: skip
