"""Mosquitto: `certfile` and `keyfile` of each listener, `bridge_certfile` and `bridge_keyfile` of each bridge."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from posixpath import dirname

from hemostat.software.program import Program
from hemostat.software.reading import (
    Directive,
    Event,
    Files,
    Include,
    KeyUse,
    Numbered,
    grow,
    logical,
    pair,
    pair_of,
    ports_of,
)

__all__ = ["PROGRAM"]


def _parsed(lines: Iterable[Numbered]) -> Iterator[Event]:
    """`name value`, the value being the rest of the line. `listener` and `connection` begin what is said of one."""
    within = False
    for number, text in logical(lines):
        name, value = pair(text.replace("\t", " ", 1), " ")
        opens = name in ("listener", "connection")
        if opens and within:
            yield Event(number, "closes")
        within = within or opens
        yield Event(number, "opens" if opens else "says", name, (value,))


def _includes(event: Event) -> Include | None:
    if event.name == "include_dir":
        return Include("".join(event.values).rstrip("/") + "/*.conf", optional=True)
    return None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, _parsed, _includes)
        port = root.last("port")
        yield from _pair(root, ports_of([port.value if port else "1883"]), start)
        for each in root.inside or ():
            if each.name == "listener":
                yield from _pair(each, ports_of(each.value.split()[:1]), start)
            elif each.name == "connection":
                certificate, key = each.last("bridge_certfile"), each.last("bridge_keyfile")
                if certificate or key:
                    yield replace(pair_of(certificate, key, dirname(start)), role="client")


def _pair(block: Directive, ports: tuple[int, ...], start: str) -> Iterator[KeyUse]:
    certificate, key = block.last("certfile"), block.last("keyfile")
    form = block.last("tls_keyform")
    if key and form and form.value.lower() == "engine":
        key = replace(key, values=("engine:",))
    if certificate or key:
        yield replace(pair_of(certificate, key, dirname(start)), ports=ports)


PROGRAM = Program(
    name="mosquitto",
    title="Mosquitto",
    source="mosquitto.conf(5)",
    executables=("mosquitto",),
    units=("mosquitto",),
    configurations=("/etc/mosquitto/mosquitto.conf", "/usr/local/etc/mosquitto/mosquitto.conf"),
    options={"-c": "", "--config-file": ""},
    allow=frozenset(
        {
            "listener", "port", "connection", "include_dir", "certfile", "keyfile", "tls_keyform", "bridge_certfile",
            "bridge_keyfile",
        }
    ),
    uses=_uses,
)  # fmt: skip
