"""OpenLDAP's slapd: `TLSCertificateFile` in slapd.conf, `olcTLSCertificateFile` in cn=config."""

from collections.abc import Iterable, Iterator, Mapping
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
    keywords,
    numbered,
    pair,
    pair_of,
)

__all__ = ["PROGRAM"]

_WIDTH: Final = 76
_LDIF: Final = ".ldif"
_CERTIFICATE: Final = ("tlscertificatefile", "olctlscertificatefile")
_KEY: Final = ("tlscertificatekeyfile", "olctlscertificatekeyfile")


def _conf(lines: Iterable[Numbered]) -> Iterator[Event]:
    return keywords(lines, inner_comments="", continued="indent", quotes='"')


def _ldif(lines: Iterable[Numbered]) -> Iterator[Event]:
    """RFC 2849: `name: value`; a line that begins with a blank goes on without it. Values in base64 hold what no path
    does, and stay as they are.
    """
    first, joined, before = 0, "", 0
    for number, text in (*lines, (0, "")):
        if text.startswith(" ") and joined:
            joined, before = joined + text[1:], number
            continue
        name, value = pair(joined, ":")
        if name and not name.startswith("#"):
            # It is wrapped at this width: where the next line was not given, the rest of the value is not known.
            cut = before - first == 0 and len(joined) >= _WIDTH and number not in (0, before + 1)
            yield Event(first, "says", name.lower(), ("\0" if cut else value,))
        first, joined, before = number, text, number


def _includes(event: Event) -> Include | None:
    return Include(event.values[0]) if event.name == "include" and event.values else None


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        root = grow(files, start, _ldif if start.endswith(_LDIF) else _conf, _includes)
        certificate, key = (_path(root.last(*names)) for names in (_CERTIFICATE, _KEY))
        if certificate or key:
            yield pair_of(certificate, key, dirname(start))


def _path(said: Directive | None) -> Directive | None:
    return said if said and said.value else None


def _read_dump(text: str) -> Mapping[str, Lines]:
    """`slapcat` of the global entry, as LDIF."""
    return {"/slapcat/cn=config.ldif": numbered(text)}


PROGRAM = Program(
    name="openldap",
    title="OpenLDAP (slapd)",
    source="slapd.conf(5), slapd-config(5)",
    executables=("slapd",),
    units=("slapd", "ldap", "symas-openldap-server"),
    configurations=(
        "/etc/ldap/slapd.d/cn=config.ldif",
        "/etc/ldap/slapd.conf",
        "/etc/openldap/slapd.d/cn=config.ldif",
        "/etc/openldap/slapd.conf",
        "/usr/local/etc/openldap/slapd.d/cn=config.ldif",
        "/usr/local/etc/openldap/slapd.conf",
    ),
    options={"-f": "", "-F": "cn=config.ldif"},
    allow=frozenset({"include", *_CERTIFICATE, *_KEY}),
    continued="indent",
    uses=_uses,
    dump=Dump(
        argv=("slapcat", "-n", "0", "-a", "(objectClass=olcGlobal)"), read=_read_dump, source="slapcat(8)"
    ),
)
