"""Exim: `tls_certificate` and `tls_privatekey`, with macros and conditions on them; those of its transports too."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    logical,
    numbered,
    pair,
    pair_of,
    ports_of,
    unquoted,
)

__all__ = ["PROGRAM"]

_MACRO: Final = re.compile(r"([A-Z][A-Za-z0-9_]*)\s*==?\s*(.*)")
_SAID: Final = (
    "driver", "tls_certificate", "tls_privatekey", "tls_advertise_hosts", "tls_on_connect_ports", "daemon_smtp_ports",
)  # fmt: skip
_MAX_EXPANDED: Final = 1024
_MAX_MACROS: Final = 200
_MAX_EXPANSIONS: Final = 4000


@dataclass(slots=True)
class _Reader:
    """One configuration while it is read: its macros so far, and the conditions that it is within."""

    macros: dict[str, str] = field(default_factory=dict)
    conditions: list[tuple[bool, bool]] = field(default_factory=list)
    """Of each: whether what follows holds, and whether a branch of it held before."""
    left: int = _MAX_EXPANSIONS

    def parse(self, lines: Iterable[Numbered]) -> Iterator[Event]:
        """`name = value`, `begin section`, `.include`; what stands in a branch that does not hold is passed over."""
        for number, text in logical(lines, continued="backslash"):
            if text.startswith(".if") and not text.startswith(".include"):
                word, _, macro = text.partition(" ")
                held = (macro.strip() in self.macros) is (word == ".ifdef")
                self.conditions.append((held, held))
            elif text.startswith((".elif", ".else")) and self.conditions:
                word, _, macro = text.partition(" ")
                _, before = self.conditions[-1]
                held = word == ".else" or (macro.strip() in self.macros) is (word == ".elifdef")
                self.conditions[-1] = (held and not before, held or before)
            elif text == ".endif" and self.conditions:
                self.conditions.pop()
            elif all(held for held, _ in self.conditions):
                yield from self._said(number, text)

    def _said(self, number: int, text: str) -> Iterator[Event]:
        macro = _MACRO.fullmatch(text)
        if macro:
            if len(self.macros) < _MAX_MACROS:
                self.macros[macro[1]] = self.expanded(macro[2])
        elif text.startswith((".include", "begin ")):
            word, _, value = text.partition(" ")
            yield Event(number, "says", word, (self.expanded(value.strip()),))
        elif "=" in text:
            name, value = pair(text)
            name = name.lower()
            if name in _SAID:
                yield Event(number, "says", name, (self.expanded(unquoted(value)),))

    def expanded(self, text: str) -> str:
        """A text with its macros, which are looked for anywhere in it, the longest name first."""
        self.left -= 1
        if self.left < 0 or len(text) > _MAX_EXPANDED:
            return text
        for name in sorted((name for name in self.macros if name in text), key=len, reverse=True):
            text = text.replace(name, self.macros[name])[:_MAX_EXPANDED]
        return text


def _includes(event: Event) -> Include | None:
    if event.name in (".include", ".include_if_exists"):
        return Include("".join(event.values), "/", optional=event.name == ".include_if_exists")
    return None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        said = grow(files, start, _Reader().parse, _includes).inside or []
        begun = [at for at, each in enumerate(said) if each.name == "begin"] or [len(said)]
        main = Directive(start, 0, "", (), said[: begun[0]])
        ports = tuple(
            port
            for name in ("daemon_smtp_ports", "tls_on_connect_ports")
            for each in main.all(name)[-1:]
            for port in ports_of(re.split(r"[\s:,<]+", each.value))
        )
        offered = main.last("tls_advertise_hosts")
        for certificate, key in _pairs(main):
            use = _known(certificate, key, start)
            # From 4.88 on it offers TLS to all where nothing is said.
            enabled = offered is None or offered.value != ""
            yield replace(use, ports=tuple(sorted(set(ports))) or (25,), enabled=enabled)
        certificate, key = None, None
        for each in said[begun[0] :]:
            if each.name == "tls_certificate":
                certificate = each
            elif each.name == "tls_privatekey":
                key = each
            elif each.name in ("driver", "begin"):
                yield from _client(certificate, key, start)
                certificate, key = None, None
        yield from _client(certificate, key, start)


def _pairs(main: Directive) -> list[tuple[Directive | None, Directive | None]]:
    """The last of both; lists of them by colons, as later versions have them, side by side."""
    certificate, key = main.last("tls_certificate"), main.last("tls_privatekey")
    if not certificate or "$" in certificate.value or ":" not in certificate.value:
        return [(certificate, key)] if certificate or key else []
    keys = key.value.split(":") if key else []
    return [
        (
            replace(certificate, values=(path.strip(),)),
            replace(key, values=(keys[at].strip(),)) if key and at < len(keys) else None,
        )
        for at, path in enumerate(certificate.value.split(":"))
    ]


def _client(certificate: Directive | None, key: Directive | None, start: str) -> Iterator[KeyUse]:
    if certificate or key:
        yield replace(_known(certificate, key, start), role="client")


def _known(certificate: Directive | None, key: Directive | None, start: str) -> KeyUse:
    use = pair_of(certificate, key, dirname(start), together=True)
    # What it expands for each connection is computed rather than set once.
    return replace(use, unresolved="computed") if use.unresolved == "variable" else use


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`exim -bP NAME…`: `name = value`, expanded by macros."""
    return {"/bP": numbered(text)}


PROGRAM = Program(
    name="exim",
    title="Exim",
    source="exim.org, specification, chapter 43",
    executables=("exim", "exim4"),
    units=("exim", "exim4"),
    configurations=(
        "/var/lib/exim4/config.autogenerated",
        "/etc/exim4/exim4.conf",
        "/etc/exim/exim.conf",
        "/etc/exim.conf",
        "/usr/exim/configure",
        "/usr/local/etc/exim/configure",
    ),
    options={"-C": ""},
    allow=frozenset(
        {
            "begin", "include", "include_if_exists", "ifdef", "ifndef", "elifdef", "elifndef", "else", "endif", *_SAID,
            # Debian's own macros for these.
            "confdir", "main_tls_enable", "main_tls_certkey", "main_tls_certificate", "main_tls_privatekey",
            "main_tls_advertise_hosts",
        }
    ),
    continued="backslash",
    uses=_uses,
    dump=Dump(
        argv=("exim", "-bP", "tls_certificate", "tls_privatekey", "tls_on_connect_ports", "daemon_smtp_ports"),
        read=_read_dump,
        source="exim(8)",
    ),
)  # fmt: skip
