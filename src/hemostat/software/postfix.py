"""Postfix: parameters of main.cf, and what master.cf says otherwise for a service."""

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import replace
from itertools import pairwise
from posixpath import dirname
from typing import Final, NamedTuple, TypeAlias

from hemostat.software.program import Dump, Program
from hemostat.software.reading import (
    Directive,
    Files,
    KeyUse,
    Lines,
    logical,
    numbered,
    pair,
    pair_of,
    pairs,
    ports_of,
    words,
)

__all__ = ["PROGRAM"]

_KINDS: Final = ("", "ec", "d")
_COMMANDS: Final = {"smtpd": "smtpd", "postscreen": "smtpd", "smtp": "smtp", "lmtp": "lmtp"}
_SIDES: Final = tuple(dict.fromkeys(_COMMANDS.values()))
_NAMES: Final = frozenset(
    {f"{side}_tls_{kind}{half}_file" for side in _SIDES for kind in _KINDS for half in ("cert", "key")}
    | {f"{side}_tls_chain_files" for side in _SIDES}
)
_LEVELS: Final = ("tls_security_level", "use_tls", "tls_wrappermode", "enforce_tls")
_REFERENCE: Final = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")
_MAX_EXPANDED: Final = 4096

_Parameters: TypeAlias = MutableMapping[str, Directive]


class _Service(NamedTuple):
    address: str
    side: str
    parameters: dict[str, Directive]


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        folder = dirname(start)
        main = {
            name: Directive(start, line, name, values)
            for line, _, name, values in pairs(files.lines(start), continued="indent", fold=False)
        }
        main.setdefault("config_directory", Directive(start, 0, "config_directory", (folder,)))
        services = [each for path in files.matching(folder + "/master.cf") for each in _services(files, path)]
        for side in _SIDES:
            usual, told = list[_Service](), list[_Service]()
            for each in services:
                if each.side == side:
                    (usual if _NAMES.isdisjoint(each.parameters) else told).append(each)
            yield from _side(main, folder, side, usual if services else None)
            for each in told:
                yield from _side(ChainMap(each.parameters, main), folder, side, [each])


def _services(files: Files, path: str) -> Iterator[_Service]:
    """The services of master(5): eight columns, and `-o name=value` behind the command."""
    for line, text in logical(files.lines(path), continued="indent"):
        columns = words(text.replace("{", " ").replace("}", " "), comments="", escapes=False)
        if len(columns) < 8 or columns[7] not in _COMMANDS:
            continue
        given = {}
        for option, value in pairwise(columns[8:]):
            if option == "-o":
                name, value = pair(value)
                given[name] = Directive(path, line, name, (value,))
        yield _Service(columns[0] if columns[1] == "inet" else "", _COMMANDS[columns[7]], given)


def _side(
    parameters: _Parameters, folder: str, side: str, services: list[_Service] | None
) -> Iterator[KeyUse]:
    def known(name: str) -> Directive | None:
        said = parameters.get(name)
        value = _expanded(said.value, parameters) if said else ""
        return replace(said, values=(value,)) if said and value and value != "none" else None

    on = [each for each in services or () if _has_tls(ChainMap(each.parameters, parameters), side)]
    ports = ports_of(each.address for each in on) if side == "smtpd" else ()
    enabled = bool(on) if services is not None else _has_tls(parameters, side)
    uses = []
    files = known(f"{side}_tls_chain_files")
    if files:
        uses = [
            pair_of(replace(files, values=(path,)), None, folder, together=True)
            for path in re.split(r"[\s,]+", files.value)
            if path
        ]
    else:
        for kind in _KINDS:
            certificate, key = known(f"{side}_tls_{kind}cert_file"), known(f"{side}_tls_{kind}key_file")
            if certificate or key:
                uses.append(pair_of(certificate, key, folder, together=True))
    for use in uses:
        yield replace(use, role="server" if side == "smtpd" else "client", ports=ports, enabled=enabled)


def _has_tls(parameters: _Parameters, side: str) -> bool:
    said = {
        name: _expanded(parameters[f"{side}_{name}"].value, parameters)
        for name in _LEVELS
        if f"{side}_{name}" in parameters
    }
    if said.get("tls_wrappermode") == "yes":
        return True
    level = said.get("tls_security_level")
    return level != "none" if level else "yes" in (said.get("use_tls"), said.get("enforce_tls"))


def _expanded(value: str, parameters: _Parameters) -> str:
    """A value with its parameters; of one that is not set in the files, the reference stays."""

    def known(found: re.Match[str]) -> str:
        said = parameters.get(found[1] or found[2] or found[3])
        return said.value[:_MAX_EXPANDED] if said else found[0]

    for _ in range(16):
        expanded = _REFERENCE.sub(known, value) if len(value) <= _MAX_EXPANDED else value
        if expanded == value or len(expanded) > _MAX_EXPANDED:
            break
        value = expanded
    return value


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`postconf -n`: what main.cf says, a parameter a line."""
    return {"/postconf/main.cf": numbered(text)}


PROGRAM = Program(
    name="postfix",
    title="Postfix",
    source="postconf(5), master(5)",
    executables=("postfix/sbin/master", "postfix/master", "postfix/sbin/smtpd", "postfix/smtpd", "postfix/sbin/tlsmgr"),
    units=("postfix", "postfix@-"),
    configurations=("/etc/postfix/main.cf", "/usr/local/etc/postfix/main.cf", "/etc/postfix-*/main.cf"),
    options={"-c": "main.cf"},
    allow=frozenset(
        {
            *_NAMES, "config_directory", *(f"{side}_{name}" for side in _SIDES for name in _LEVELS),
            # The services of master.cf that take mail: their columns, and the options behind them.
            "smtp", "smtps", "submission", "submissions", "25", "465", "587", "smtpd", "/",
        }
    ),
    several="-o[^a-z]",
    continued="indent",
    uses=_uses,
    dump=Dump(argv=("postconf", "-n"), read=_read_dump, source="postconf(1)"),
)  # fmt: skip
