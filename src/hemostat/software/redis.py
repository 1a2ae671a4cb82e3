"""Redis and its kin: `tls-cert-file` and `tls-key-file`, and those that it shows to its masters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from posixpath import dirname

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
    keywords,
    pair_of,
    ports_of,
    resolve,
)

__all__ = ["PROGRAM"]


def _parsed(lines: Iterable[Numbered]) -> Iterator[Event]:
    return keywords(lines, inner_comments="")


def _includes(event: Event) -> Include | None:
    return Include(event.values[0]) if event.name == "include" and event.values else None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, _parsed, _includes)
        moved = root.last("dir")
        # It goes to its `dir` before it opens them.
        folder = resolve(moved.value, dirname(start)) if moved and moved.value else dirname(start)
        listens = root.last("tls-port")
        ports = ports_of([listens.value]) if listens else ()
        others = any(each.value.lower() == "yes" for each in root.all("tls-replication", "tls-cluster"))
        certificate, key = _given(root, "tls-cert-file"), _given(root, "tls-key-file")
        if certificate or key:
            yield replace(pair_of(certificate, key, folder), ports=ports, enabled=bool(ports) or others)
        certificate, key = _given(root, "tls-client-cert-file"), _given(root, "tls-client-key-file")
        if certificate or key:
            yield replace(pair_of(certificate, key, folder), role="client", enabled=others)


def _given(root: Directive, name: str) -> Directive | None:
    said = root.last(name)
    return said if said and said.value else None


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`CONFIG GET`: a line with the name, a line with the value."""
    lines = text.split("\n")
    pairs = zip(lines[::2], lines[1::2], strict=False)
    return {
        "/CONFIG": [
            (number, f'{name.strip()} "{value.strip()}"') for number, (name, value) in enumerate(pairs, 1)
        ]
    }


PROGRAM = Program(
    name="redis",
    title="Redis, Valkey, KeyDB",
    source="redis.io, redis.conf",
    executables=(# Debian's redis-server is a link to redis-check-rdb, which tells by its name what it is to do.
    "redis-server", "redis-check-rdb", "redis-sentinel", "valkey-server", "keydb-server"),
    units=("redis", "redis-server", "redis-server@*", "redis-sentinel", "valkey", "keydb-server"),
    configurations=(
        "/etc/redis/*.conf",
        "/etc/redis.conf",
        "/etc/valkey/*.conf",
        "/etc/keydb/*.conf",
        "/usr/local/etc/redis.conf",
    ),
    options={"": ""},
    allow=frozenset(
        {
            "dir", "include", "tls-port", "tls-replication", "tls-cluster", "tls-cert-file", "tls-key-file",
            "tls-client-cert-file", "tls-client-key-file",
        }
    ),
    uses=_uses,
    dump=Dump(argv=("redis-cli", "CONFIG", "GET", "tls-*"), read=_read_dump, source="redis.io, CONFIG GET"),
)  # fmt: skip
