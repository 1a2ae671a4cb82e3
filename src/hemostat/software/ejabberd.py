"""ejabberd: `certfiles` and `certfile` in YAML (from 13.10 on) or in Erlang's terms before; a file holds certificate
and key, or one of both, and the program sorts them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname
from typing import Final

from hemostat.software.program import Program
from hemostat.software.reading import (
    Directive,
    Event,
    Files,
    Include,
    KeyUse,
    Token,
    grow,
    indented,
    pair_of,
    port_of,
    terms,
)

__all__ = ["PROGRAM"]

_NAMES: Final = ("certfiles", "certfile", "domain_certfile", "s2s_certfile", "c2s_certfile")
_TERMS: Final = re.compile(r"\.cfg$")


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        if _TERMS.search(start):
            yield from _terms(files, start)
        else:
            root = grow(files, start, indented, _includes)
            macros = {
                each.name: each
                for block in root.all("define_macro")
                for each in block.inside or ()
                if each.values
            }
            yield from _block(root, macros, dirname(start), (), ())


def _includes(event: Event) -> Include | None:
    return Include(event.values[0]) if event.name == "include_config_file" and event.values else None


def _block(
    block: Directive,
    macros: dict[str, Directive],
    folder: str,
    names: tuple[str, ...],
    ports: tuple[int, ...],
) -> Iterator[KeyUse]:
    port = block.last("port")
    ports = (found,) if port and (found := port_of(port.value)) else ports
    for each in block.inside or ():
        if each.name in _NAMES:
            values = (
                each.values
                if each.inside is None
                else tuple(value for item in each.all("-") for value in item.values)
            )
            lines = {value: item.line for item in each.all("-") for value in item.values}
            for value in values:
                known = macros[value].value if value in macros else value
                said = replace(each, line=lines.get(value, each.line), values=(known,))
                yield replace(pair_of(said, None, folder, together=True), names=names, ports=ports)
        elif each.name in ("host_config", "append_host_config"):
            hosts = [host for host in each.inside or () if host.name not in _NAMES]
            for host in hosts:
                yield from _block(host, macros, folder, (host.name,), ports)
            # Of a host whose line was not given, what it says is there without its name.
            nameless = [said for said in each.inside or () if said.name in _NAMES]
            yield from _block(replace(each, inside=nameless), macros, folder, (), ports)
        elif each.inside is not None and each.name in ("listen", "-"):
            yield from _block(each, macros, folder, names, ports)


def _terms(files: Files, start: str) -> Iterator[KeyUse]:
    """`{certfile, "/path"}` anywhere; `{domain_certfile, "host", "/path"}`; a listener's begins with its port."""
    ports: tuple[int, ...] = ()
    for group in terms(files.lines(start), comment="%").walk():
        words = [
            each for each in group.inside if isinstance(each, Token) and (each.quoted or each.text != ",")
        ]
        if group.bracket != "{" or not words or words[0].quoted:
            continue
        if words[0].text.isdecimal():
            ports = (port,) if (port := port_of(words[0].text)) else ()
        elif words[0].text in _NAMES and len(words) > 1 and words[-1].quoted:
            said = Directive(start, group.line, words[0].text, (words[-1].text,))
            listener = words[0].text == "certfile"
            yield replace(
                pair_of(said, None, dirname(start), together=True),
                names=(words[1].text,) if len(words) == 3 else (),
                ports=ports if listener else (),
            )


PROGRAM = Program(
    name="ejabberd",
    title="ejabberd",
    source="docs.ejabberd.im, top-level options",
    executables=("ejabberd", "ejabberdctl"),
    units=("ejabberd",),
    configurations=(
        "/etc/ejabberd/ejabberd.yml",
        "/etc/ejabberd/ejabberd.cfg",
        "/opt/ejabberd/conf/ejabberd.yml",
        "/usr/local/etc/ejabberd/ejabberd.yml",
    ),
    options={},
    allow=frozenset({*_NAMES, "listen", "port", "module", "host_config", "include_config_file", "/"}),
    several="[{},]",
    comment="[#%]",
    uses=_uses,
)
