"""stunnel: `cert` and `key`, of each service or of all that have none of their own."""

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname

from hemostat.software.program import Program
from hemostat.software.reading import (
    Event,
    Files,
    Include,
    KeyUse,
    grow,
    pair_of,
    ports_of,
    sections,
)

__all__ = ["PROGRAM"]


def _includes(event: Event) -> Include | None:
    return (
        Include("".join(event.values).rstrip("/") + "/*", optional=True) if event.name == "include" else None
    )


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, sections, _includes)
        services = root.all("section")
        common = {each.name: each for each in root.inside or () if each.inside is None}
        for service in services or [root]:
            last = ChainMap({each.name: each for each in service.inside or ()}, common).get
            certificate, key = last("cert"), last("key")
            if certificate is None and key is None:
                continue
            client = last("client")
            pattern = service.last("sni")
            name = pattern.value.rpartition(":")[2] if pattern else ""
            use = pair_of(certificate, key, dirname(start), together=True)
            if last("engine") and last("engineid"):
                use = replace(use, key=None, unresolved="engine")
            yield replace(
                use,
                role="client" if client and client.value.lower() == "yes" else "server",
                ports=ports_of(each.value for each in service.all("accept")),
                names=(name,) if name else (),
            )


PROGRAM = Program(
    name="stunnel",
    title="stunnel",
    source="stunnel(8)",
    executables=("stunnel", "stunnel4", "stunnel5"),
    units=("stunnel", "stunnel4"),
    configurations=("/etc/stunnel/*.conf", "/usr/local/etc/stunnel/*.conf", "/etc/stunnel/conf.d/*.conf"),
    options={"": ""},
    allow=frozenset({"accept", "cert", "client", "engine", "engineid", "include", "key", "sni"}),
    comment="[#;]",
    uses=_uses,
)
