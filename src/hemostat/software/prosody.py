"""Prosody: `ssl` and `certificate` settings in Lua, for all, for a virtual host, for a component; and the folder in
which it finds by itself those of hosts that have none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from posixpath import dirname
from typing import Final, TypeAlias

from hemostat.software.program import Program
from hemostat.software.reading import (
    Directive,
    Files,
    Group,
    KeyUse,
    Token,
    pair_of,
    port_of,
    resolve,
    terms,
)

__all__ = ["PROGRAM"]

_HOSTS: Final = ("VirtualHost", "Host", "Component")
_TABLES: Final = (
    "ssl",
    "c2s_ssl",
    "s2s_ssl",
    "https_ssl",
    "legacy_ssl_ssl",
    "c2s_direct_tls_ssl",
    "s2s_direct_tls_ssl",
)
_FILES: Final = ("https_certificate", "https_key", "certificate", "key")
_PORTS: Final = (
    "c2s_ports", "s2s_ports", "https_ports", "legacy_ssl_ports", "c2s_direct_tls_ports", "s2s_direct_tls_ports",
)  # fmt: skip
_MAX_INCLUDED: Final = 256

_Value: TypeAlias = Token | Group


@dataclass(slots=True)
class _Host:
    """The settings of one host; of all, where it has no name."""

    name: str
    path: str
    line: int
    settings: dict[str, tuple[str, _Value]] = field(default_factory=dict)
    """By name: the file that says it, and the value."""


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        hosts = [_Host("", start, 0)]
        _read(files, start, dirname(start), hosts, [start])
        common = hosts[0]
        ports = tuple(sorted({port for name in _PORTS for port in _ports(common.settings.get(name))}))
        told = list(_pairs(common, dirname(start)))
        yield from (replace(use, ports=ports) for use in told)
        for host in hosts[1:]:
            own = list(_pairs(host, dirname(start)))
            yield from (replace(use, names=(host.name,), ports=ports) for use in own)
            if not own and not told:
                folder = common.settings.get("certificates")
                yield KeyUse(
                    file=host.path,
                    line=host.line,
                    names=(host.name,),
                    ports=ports,
                    unresolved="computed",
                    written=resolve(_text(folder[1]) if folder else "certs", dirname(start)),
                )


def _read(files: Files, path: str, folder: str, hosts: list[_Host], opened: list[str]) -> None:
    """Reads a file into the hosts; settings belong to the host that was named last, in whatever file."""
    inside = terms(files.lines(path), comment="--").inside
    at = 0
    while at < len(inside):
        each, following = inside[at], inside[at + 1 : at + 3]
        at += 1
        if not isinstance(each, Token) or each.quoted or not following:
            continue
        first = _argument(following[0])
        if each.text in _HOSTS and first:
            hosts.append(_Host(first.text, path, each.line))
        elif each.text == "Include" and first:
            pattern = resolve(first.text, folder)
            found = files.matching(pattern)
            if not found and not set("*?[") & set(pattern):
                files.lose(path, each.line, "missing", pattern)
            for included in found:
                if included in opened or len(opened) >= _MAX_INCLUDED:
                    files.lose(path, each.line, "too-deep", included)
                else:
                    opened.append(included)
                    _read(files, included, folder, hosts, opened)
        elif len(following) == 2 and following[0] == Token(following[0].line, "="):
            hosts[-1].settings[each.text] = (path, following[1])


def _argument(value: _Value) -> Token | None:
    """The string behind a name: `VirtualHost "a"`, `VirtualHost("a")`."""
    if isinstance(value, Group):
        return _argument(value.inside[0]) if value.bracket == "(" and value.inside else None
    return value if value.quoted else None


def _text(value: _Value) -> str:
    return value.text if isinstance(value, Token) and value.quoted else ""


def _fields(table: Group) -> dict[str, _Value]:
    """`name = value` and `["name"] = value` of a table."""
    found: dict[str, _Value] = {}
    for name, sign, value in zip(table.inside, table.inside[1:], table.inside[2:], strict=False):
        if isinstance(name, Group) and name.bracket == "[" and len(name.inside) == 1:
            name = name.inside[0]
        if isinstance(name, Token) and isinstance(sign, Token) and sign.text == "=" and not sign.quoted:
            found[name.text] = value
    return found


def _pairs(host: _Host, folder: str) -> Iterator[KeyUse]:
    for name in _TABLES:
        path, value = host.settings.get(name, ("", None))
        if isinstance(value, Group):
            yield from _table(path, value, folder)
    for names in (_FILES[:2], _FILES[2:]):
        given = [_said(*host.settings[name]) if name in host.settings else None for name in names]
        if any(given):
            yield pair_of(given[0], given[1], folder, together=True)


def _table(path: str, table: Group, folder: str) -> Iterator[KeyUse]:
    """A pair, or pairs by port (`{ [5223] = { … } }`)."""
    fields = _fields(table)
    certificate, key = fields.get("certificate"), fields.get("key")
    if certificate or key:
        said, known = (_said(path, value) if value else None for value in (certificate, key))
        yield pair_of(said, known, folder)
    for value in fields.values():
        if isinstance(value, Group) and not (certificate or key):
            yield from _table(path, value, folder)


def _said(path: str, value: _Value) -> Directive:
    """A setting as a directive; a value that is no string is computed by Lua."""
    return Directive(path, value.line, "", (_text(value) or "$",))


def _ports(setting: tuple[str, _Value] | None) -> Iterable[int]:
    value = setting[1] if setting else None
    tokens = value.inside if isinstance(value, Group) else [value]
    return [port for each in tokens if isinstance(each, Token) and (port := port_of(each.text))]


PROGRAM = Program(
    name="prosody",
    title="Prosody",
    source="prosody.im, certificates",
    executables=("prosody",),
    units=("prosody",),
    configurations=("/etc/prosody/prosody.cfg.lua", "/usr/local/etc/prosody/prosody.cfg.lua"),
    options={"--config": ""},
    allow=frozenset(
        {
            "include", "certificates", "certificate", "key", *(name.lower() for name in (*_HOSTS, *_TABLES, *_FILES)),
            *_PORTS,
        }
    ),
    # Lua needs nothing between two assignments: what follows a string or a number may be the next.
    several='[;{},]|["-(0-9][^!-~]+',
    comment="--",
    uses=_uses,
)  # fmt: skip
