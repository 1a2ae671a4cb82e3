"""ProFTPD (mod_tls): pairs by kind of key, of the main server, of all virtual hosts, of one."""

from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Final

from hemostat.software.program import Program
from hemostat.software.reading import (
    Directive,
    Event,
    Files,
    Include,
    KeyUse,
    angles,
    grow,
    pair_of,
    ports_of,
    resolve,
    unlocated,
)

__all__ = ["PROGRAM"]

_KINDS: Final = ("rsa", "dsa", "ec")
_TRANSPARENT: Final = ("ifmodule", "ifdefine", "ifversion", "ifauthenticated", "class", "ifclass")


def _includes(event: Event) -> Include | None:
    # Its paths are absolute, and a folder means all that is in it.
    return Include(event.values[0], "/", below=True) if event.name == "include" and event.values else None


def _opened(block: Directive) -> Directive:
    """A block with what stands in blocks whose condition is not to be known here."""
    inside: list[Directive] = []
    for each in block.inside or ():
        inside += (_opened(each).inside or ()) if each.name in _TRANSPARENT else (each,)
    return replace(block, inside=inside)


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        main = _opened(grow(files, start, angles, _includes))
        shared: dict[str, Directive] = {}
        for block in main.all("global"):
            shared.update(_said(block))
        yield from _server(main, ChainMap(_said(main), shared))
        for block in main.all("virtualhost"):
            yield from _server(block, ChainMap(_said(block), shared))


def _said(block: Directive) -> dict[str, Directive]:
    """What a block says, the last of each name."""
    return {each.name: each for each in _opened(block).inside or ()}


def _server(server: Directive, said: MutableMapping[str, Directive]) -> Iterator[KeyUse]:
    """What holds for a server: its own words, else those for all."""
    last = said.get
    engine, port = last("tlsengine"), last("port")
    enabled = engine is not None and engine.value.lower() in ("on", "true", "yes", "1")
    ports = ports_of([port.value if port else "21"])
    chain = last("tlscertificatechainfile")
    names = tuple(server.values) if server.name == "virtualhost" else ()
    pairs = [(last(f"tls{kind}certificatefile"), last(f"tls{kind}certificatekeyfile")) for kind in _KINDS]
    pairs.append((last("tlspkcs12file"), None))
    for certificate, key in pairs:
        if certificate is None and key is None:
            continue
        use = pair_of(certificate, key, "/", together=True)
        bundled = certificate is not None and certificate.name == "tlspkcs12file"
        yield replace(
            use,
            form="pkcs12" if bundled else use.form,
            names=names,
            ports=ports if port is None or port.value != "0" else (),
            chain=(resolve(chain.value, "/"),) if chain and unlocated(chain.value) is None else (),
            enabled=enabled,
        )


PROGRAM = Program(
    name="proftpd",
    title="ProFTPD",
    source="proftpd.org, mod_tls",
    executables=("proftpd", "in.proftpd"),
    units=("proftpd",),
    configurations=(
        "/etc/proftpd/proftpd.conf",
        "/etc/proftpd.conf",
        "/usr/local/etc/proftpd.conf",
        "/opt/lampp/etc/proftpd.conf",
    ),
    options={"-c": "", "--config": ""},
    allow=frozenset(
        {
            "virtualhost", "global", *_TRANSPARENT, "include", "port", "tlsengine", "tlscertificatechainfile",
            "tlspkcs12file",
            *(f"tls{kind}certificate{half}" for kind in _KINDS for half in ("file", "keyfile")),
        }
    ),
    continued="backslash",
    uses=_uses,
)  # fmt: skip
