"""Dovecot: `ssl_cert = </path`, for all, for a name, an address or a protocol."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
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
    words,
)

__all__ = ["PROGRAM"]

_PAIRS: Final = (
    ("server", ("ssl_cert", "ssl_server_cert_file"), ("ssl_key", "ssl_server_key_file")),
    ("server", ("ssl_alt_cert", "ssl_server_alt_cert_file"), ("ssl_alt_key", "ssl_server_alt_key_file")),
    ("client", ("ssl_client_cert", "ssl_client_cert_file"), ("ssl_client_key", "ssl_client_key_file")),
)  # fmt: skip
_INCLUDES: Final = ("!include", "!include_try")


def _parsed(lines: Iterable[Numbered]) -> Iterator[Event]:
    """`name = value`, `block argument {`, `}`, `!include path`; ` #` begins a comment."""
    for number, text in logical(lines, continued="backslash"):
        if text.startswith("}"):
            yield Event(number, "closes")
            continue
        name, value = pair(text)
        if "=" in text and " " not in name and "{" not in name:
            value = value if value[:1] in ("'", '"') else value.partition(" #")[0]
            yield Event(number, "says", name.lower(), (unquoted(value),))
        elif text.endswith("{"):
            first, *arguments = words(text[:-1]) or [""]
            yield Event(number, "opens", first.lower(), tuple(arguments))
        else:
            first, *arguments = words(text) or [""]
            yield Event(number, "says", first.lower(), tuple(arguments))


def _includes(event: Event) -> Include | None:
    if event.name in _INCLUDES and event.values:
        return Include(event.values[0], optional=event.name == "!include_try")
    return None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, _parsed, _includes)
        listeners = [each for each in root.walk() if each.name == "inet_listener"]
        ports = ports_of(port.value for each in listeners for port in each.all("port"))
        on = _value(root, "ssl") or "yes"
        yield from _block(root, dirname(start), on, ports)


def _value(block: Directive, name: str) -> str:
    said = block.last(name)
    return said.value.lower() if said else ""


def _block(block: Directive, folder: str, on: str, ports: tuple[int, ...]) -> Iterator[KeyUse]:
    on = _value(block, "ssl") or on
    for role, certificates, keys in _PAIRS:
        certificate, key = (_file(block.last(*names)) for names in (certificates, keys))
        if certificate or key:
            use = pair_of(certificate, key, folder)
            yield replace(
                use,
                role="client" if role == "client" else "server",
                names=block.values if block.name == "local_name" else (),
                ports=ports if role == "server" else (),
                enabled=on != "no",
            )
    for each in block.inside or ():
        if each.inside is not None and each.name in ("local_name", "local", "protocol", "remote"):
            yield from _block(each, folder, on, ports)


def _file(said: Directive | None) -> Directive | None:
    """The file that a value is read from. A value that is the key itself is not repeated."""
    if said is None or not said.value:
        return None
    if said.name.endswith("_file"):
        return said
    value = said.value[1:].strip() if said.value.startswith("<") else said.value
    inline = not said.value.startswith(("<", "$"))
    return replace(said, values=("data:" if inline else value,))


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`doveconf -n`: one file without includes."""
    return {"/doveconf": numbered(text)}


PROGRAM = Program(
    name="dovecot",
    title="Dovecot",
    source="doc.dovecot.org, SSL configuration",
    executables=(
        "dovecot", "dovecot/imap-login", "dovecot/pop3-login", "dovecot/lmtp", "dovecot/managesieve-login",
        "dovecot/submission-login", "dovecot/ssl-params",
    ),
    units=("dovecot",),
    configurations=("/etc/dovecot/dovecot.conf", "/usr/local/etc/dovecot/dovecot.conf"),
    options={"-c": ""},
    allow=frozenset(
        {
            "include", "include_try", "inet_listener", "local", "local_name", "port", "protocol", "remote", "service",
            "ssl", *(name for _, *halves in _PAIRS for half in halves for name in half),
        }
    ),
    continued="backslash",
    uses=_uses,
    dump=Dump(argv=("doveconf", "-n", "-P"), read=_read_dump, source="doveconf(1)"),
)  # fmt: skip
