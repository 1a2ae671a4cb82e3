"""Apache httpd (mod_ssl): certificates of the main server and of each virtual host."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from posixpath import basename, dirname
from typing import Final

from hemostat.software.program import Dump, Program
from hemostat.software.reading import (
    Directive,
    Event,
    Files,
    Include,
    KeyUse,
    Lines,
    angles,
    grow,
    numbered,
    pair_of,
    ports_of,
    resolve,
    unlocated,
)

__all__ = ["PROGRAM"]

_VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")
_EXPORT: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(\S*)\s*")
_SHELL: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_MAX_EXPANDED: Final = 4096
_TRANSPARENT: Final = (
    "ifmodule",
    "ifdefine",
    "ifversion",
    "iffile",
    "ifdirective",
    "ifsection",
    "if",
    "else",
    "elseif",
)


@dataclass(slots=True)
class _Reader:
    """One configuration while it is read: what Define has defined so far, and the folder of relative paths."""

    files: Files
    root: str
    variables: dict[str, str] = field(default_factory=dict)

    def resolved(self, text: str) -> str:
        """A text with its variables; one that is not known stays."""
        if len(text) > _MAX_EXPANDED:
            return text
        return _VARIABLE.sub(lambda found: self.variables.get(found[1], found[0]), text)

    def define(self, name: str, value: str) -> None:
        # A chain of them that doubles each time ends where no path goes.
        self.variables[name] = value if len(value) <= _MAX_EXPANDED else ""

    def export(self, line: str) -> None:
        """A line of Debian's envvars: `export NAME=value`, with variables that were set before it."""
        exported = _EXPORT.fullmatch(line)
        if exported:
            value = _SHELL.sub(
                lambda found: self.variables.get(found[1], ""), re.sub("[\"']", "", exported[2])
            )
            self.define(exported[1], value)

    def includes(self, event: Event) -> Include | None:
        values = event.values
        if event.name == "define" and values:
            self.define(values[0], self.resolved(values[1]) if len(values) > 1 else "")
        elif event.name == "undefine" and values:
            self.variables.pop(values[0], None)
        elif event.name == "serverroot" and values:
            self.root = resolve(self.resolved(values[0]), "/")
        elif event.name in ("include", "includeoptional") and values:
            return Include(self.resolved(values[0]), self.root, event.name == "includeoptional", below=True)
        return None


@dataclass(slots=True)
class _Server:
    """The main server, or a virtual host."""

    said: dict[str, list[Directive]] = field(default_factory=dict)
    hosts: list[Directive] = field(default_factory=list)
    macros: list[Directive] = field(default_factory=list)

    def take(self, block: Directive) -> None:
        """What stands in a block, and in blocks whose condition is not to be known here."""
        for each in block.inside or ():
            if each.inside is None:
                self.said.setdefault(each.name, []).append(each)
            elif each.name == "virtualhost":
                self.hosts.append(each)
            elif each.name in _TRANSPARENT:
                self.take(each)
            elif each.name == "macro":
                self.macros += [said for said in each.walk() if said.name == "sslcertificatefile"]
            else:
                # Proxies and paths have their own pairs for servers behind them, and none for those who connect.
                for said in each.walk():
                    if said.name.startswith("sslproxymachine"):
                        self.said.setdefault(said.name, []).append(said)

    def all(self, name: str) -> list[Directive]:
        return self.said.get(name, [])

    def values(self, *names: str) -> list[str]:
        return [value for name in names for each in self.all(name) for value in each.values]


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        folder = dirname(start)
        reader = _Reader(files, dirname(folder) if basename(folder) in ("conf", "conf.d") else folder)
        for path in files.matching(folder + "/envvars"):
            for _, text in files.lines(path):
                reader.export(text)
        main = _Server()
        main.take(grow(files, start, angles, reader.includes))
        yield from _server(reader, main, None)
        for block in main.hosts:
            host = _Server()
            host.take(block)
            yield from _server(reader, host, main, block.values)


def _server(
    reader: _Reader, server: _Server, main: _Server | None, addresses: tuple[str, ...] = ()
) -> Iterator[KeyUse]:
    def inherited(name: str) -> list[Directive]:
        own, outer = server.all(name), main.all(name) if main else []
        return own + outer[len(own) :]

    engine = (server.values("sslengine") or (main.values("sslengine") if main else []) or ["off"])[-1].lower()
    own = bool(server.all("sslcertificatefile") or server.all("sslcertificatekeyfile"))
    ports = ports_of(addresses if main else server.values("listen"))
    names = tuple(dict.fromkeys(reader.resolved(name) for name in server.values("servername", "serveralias")))
    if own or (main and engine != "off"):
        chain = _paths(reader, inherited("sslcertificatechainfile"))
        tickets = _paths(reader, inherited("sslsessionticketkeyfile"))
        pairs = zip_longest(inherited("sslcertificatefile"), inherited("sslcertificatekeyfile"))
        for certificate, key in pairs:
            use = pair_of(_known(reader, certificate), _known(reader, key), reader.root, together=True)
            yield replace(
                use,
                names=names,
                ports=ports,
                chain=chain,
                tickets=tickets,
                # A server that has none of its own may be there for others to inherit from.
                enabled=engine != "off",
            )
    for said in server.all("sslproxymachinecertificatefile"):
        use = pair_of(_known(reader, said), None, reader.root, together=True)
        chain = _paths(reader, server.all("sslproxymachinecertificatechainfile"))
        yield replace(use, role="client", chain=chain)
    for said in server.all("sslproxymachinecertificatepath"):
        yield replace(pair_of(_known(reader, said), None, reader.root, together=True), role="client")
    for said in server.macros:
        # What `Use` puts in place of its parameters is not followed.
        yield KeyUse(file=said.path, line=said.line, unresolved="computed", written=said.value)
    for said in (each for name in ("mdomain", "mdomainset") for each in server.all(name)):
        # mod_md keeps them in a store of its own, and chooses them while it runs.
        yield KeyUse(file=said.path, line=said.line, names=said.values, unresolved="computed")


def _known(reader: _Reader, said: Directive | None) -> Directive | None:
    return said and replace(said, values=tuple(map(reader.resolved, said.values)))


def _paths(reader: _Reader, said: list[Directive]) -> tuple[str, ...]:
    values = (reader.resolved(each.value) for each in said)
    return tuple(resolve(value, reader.root) for value in values if unlocated(value) is None)


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`-D DUMP_CONFIG`: all that is said, includes in their place."""
    return {"/DUMP_CONFIG": numbered(text)}


PROGRAM = Program(
    name="apache",
    title="Apache httpd",
    source="httpd.apache.org, mod_ssl",
    executables=("apache2", "httpd", "httpd2", "httpd-prefork", "httpd-worker", "httpd.worker"),
    units=("apache2", "httpd", "apache24", "apache22"),
    configurations=(
        "/etc/apache2/apache2.conf",
        "/etc/apache2/httpd.conf",
        "/etc/httpd/conf/httpd.conf",
        "/usr/local/apache2/conf/httpd.conf",
        "/usr/local/etc/apache2[24]/httpd.conf",
        "/opt/lampp/etc/httpd.conf",
    ),
    options={"-f": ""},
    folder_option="-d",
    allow=frozenset(
        {
            "virtualhost", "macro", "proxy", "proxymatch", *_TRANSPARENT,
            "include", "includeoptional", "serverroot", "servername", "serveralias",
            "listen", "sslengine", "sslcertificatefile", "sslcertificatekeyfile", "sslcertificatechainfile",
            "sslsessionticketkeyfile", "sslproxymachinecertificatefile", "sslproxymachinecertificatepath",
            "sslproxymachinecertificatechainfile", "mdomain", "mdomainset",
        }
    ),
    continued="backslash",
    uses=_uses,
    dump=Dump(
        argv=("apachectl", "-t", "-D", "DUMP_CONFIG"), read=_read_dump, source="httpd.apache.org, mod_info"
    ),
)  # fmt: skip
