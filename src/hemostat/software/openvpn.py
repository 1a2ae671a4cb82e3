"""OpenVPN: `cert` and `key` or `pkcs12` of each configuration, which may hold them itself (`<key>` … `</key>`)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from posixpath import dirname
from typing import Final

from hemostat.software.program import Program
from hemostat.software.reading import (
    Event,
    Files,
    Include,
    KeyUse,
    Numbered,
    grow,
    logical,
    pair_of,
    ports_of,
    resolve,
    unlocated,
    words,
)

__all__ = ["PROGRAM"]

_ELSEWHERE: Final = ("pkcs11-id", "pkcs11-id-management", "cryptoapicert", "management-external-key")
_DEFAULT_PORT: Final = "1194"


def _parsed(lines: Iterable[Numbered]) -> Iterator[Event]:
    """An option a line, perhaps with `--` before it. Of what stands between `<name>` and `</name>` nothing is kept."""
    inside = ""
    for number, text in logical(lines, comments="#;"):
        if inside:
            inside = "" if text == inside else inside
        elif text.startswith("<") and text.endswith(">"):
            name = text[1:-1].lower()
            if name != "connection" and not name.startswith("/"):
                inside = f"</{text[1:-1]}>"
                yield Event(number, "says", name, ("[inline]",))
        else:
            name, *values = words(text, comments="#;") or [""]
            yield Event(number, "says", name.removeprefix("--").lower(), tuple(values))


def _includes(event: Event) -> Include | None:
    return Include(event.values[0]) if event.name == "config" and event.values else None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, _parsed, _includes)
        moved = root.last("cd")
        folder = resolve(moved.value, dirname(start)) if moved and moved.value else dirname(start)
        bundle = root.last("pkcs12")
        certificate, key = bundle or root.last("cert"), bundle or root.last("key")
        elsewhere = root.last(*_ELSEWHERE)
        if elsewhere:
            certificate = certificate or replace(elsewhere, values=("engine:",))
            key = replace(elsewhere, values=("engine:",))
        if certificate is None and key is None:
            continue
        client = root.last("client", "tls-client") is not None
        use = pair_of(certificate, key, folder)
        port = root.last("lport", "port")
        chain = tuple(
            resolve(each.value, folder) for each in root.all("extra-certs") if unlocated(each.value) is None
        )
        yield replace(
            use,
            role="client" if client else "server",
            form="pkcs12" if bundle else use.form,
            ports=() if client else ports_of([port.value if port else _DEFAULT_PORT]),
            chain=chain,
        )


PROGRAM = Program(
    name="openvpn",
    title="OpenVPN",
    source="openvpn(8)",
    executables=("openvpn",),
    units=("openvpn", "openvpn@*", "openvpn-server@*", "openvpn-client@*"),
    configurations=(
        "/etc/openvpn/*.conf",
        "/etc/openvpn/server/*.conf",
        "/etc/openvpn/client/*.conf",
        "/etc/openvpn/*.ovpn",
        "/usr/local/etc/openvpn/*.conf",
    ),
    options={"--config": "", "": ""},
    folder_option="--cd",
    allow=frozenset(
        {
            "cd", "cert", "client", "config", "extra-certs", "key", "lport", "pkcs12", "port", "tls-client",
            "tls-server", *_ELSEWHERE,
        }
    ),
    comment="[#;]",
    uses=_uses,
)  # fmt: skip
