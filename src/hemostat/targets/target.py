"""One target: from what a user writes to who is asked, and how."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from hemostat.targets.addresses import Address, read_ipv4, read_ipv6, refuse_unusable
from hemostat.targets.errors import TargetError
from hemostat.targets.names import canonical_name
from hemostat.targets.printable import printable, shown
from hemostat.targets.schemes import NO_TLS, Scheme, Schemes, Transport

MAX_TARGET: Final = 2048
"""Characters in a target, path included."""

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")  # RFC 3986 section 3.1
_PORT: Final = re.compile(r"[0-9]{1,5}")
_AFTER_AUTHORITY: Final = re.compile(r"[/?#]")
# Zero-width joiners are invisible, and belong into names of some scripts (RFC 5892 appendix A).
_JOINERS: Final = dict.fromkeys((0x200C, 0x200D))


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked, and how. Two targets are equal when they ask the same, however they were written.

    written    what the user wrote, without space around it, query and fragment
    host       what is looked up or connected to: a name in lower-case ASCII (A-labels; a dot at the end is
               kept), or
               the canonical text of an address, without brackets (RFC 5952), with the zone of a link-local
               one
    address    the same as an address; None where `host` is a name
    port       1 to 65535
    transport  `tcp` or `udp`
    dialect    by whose words TLS is asked for: what the scheme, or the port, says
    name       the server name to send (RFC 6066 section 3): `host` without the dot at its end; None for an
               address
    """

    written: str = field(compare=False)
    host: str
    address: Address | None
    port: int
    transport: Transport
    dialect: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Parts:
    """A target cut up, nothing looked at yet. `scheme` and `port` are None where none is written."""

    written: str
    scheme: Scheme | None
    host: str
    bracketed: bool
    port: str | None


def parse_target(text: str, schemes: Schemes, *, default_port: int | None = None) -> Target:
    """The target that the text names.

    `default_port` is for a target without a scheme that names no port; None: that of how it is spoken to. Raises
    `TargetError` with a code out of `CODES` (not `not-utf-8`, `utf-16`, which are of lists), and nothing else.
    """
    if default_port is not None and not 1 <= default_port <= 65535:
        raise TargetError("bad-port", f"{default_port} is no port; a port is a whole number from 1 to 65535")
    parts = split_target(text, schemes)
    address = _address(parts)
    written = None if parts.port is None else _port(parts.port)
    scheme = parts.scheme
    if scheme is None:
        written = default_port if written is None else written
        scheme = schemes.unnamed(written)
    port = scheme.default_port if written is None else written
    if address is not None:
        refuse_unusable(address)
        host, name = str(address), None
    else:
        host = canonical_name(parts.host)
        name = host.removesuffix(".")
    return Target(parts.written, host, address, port, scheme.transport, scheme.dialect, name)


def split_target(text: str, schemes: Schemes) -> Parts:
    """The text cut into scheme, host and port. Raises `TargetError` where it cannot be cut."""
    written = text.strip()
    if not written:
        raise TargetError(
            "empty", "nothing is written here; write a host, as example.org or example.org:8443"
        )
    if len(written) > MAX_TARGET:
        raise TargetError(
            "too-long", f"{len(written)} characters are no target; one has at most {MAX_TARGET}"
        )
    if not written.isprintable() or " " in written:
        _refuse_characters(written)
    before, separator, rest = written.partition("://")
    if separator and _SCHEME.fullmatch(before):
        return _split_url(written, before, rest, schemes.named)
    return _split_plain(written, schemes.named)


def _split_url(written: str, before: str, rest: str, schemes: Mapping[str, Scheme]) -> Parts:
    scheme = schemes.get(before.lower())
    if scheme is None:
        if before.lower() in NO_TLS:
            raise TargetError("no-tls", f"{before.lower()}://: {NO_TLS[before.lower()]}")
        import difflib

        near = difflib.get_close_matches(before.lower(), schemes, n=3)
        meant = f"; is {' or '.join(f'{each}://' for each in near)} meant?" if near else ","
        raise TargetError(
            "unknown-scheme",
            f"{shown(before)}:// is not known here{meant} docs/targets.md has all that are, or write host:port alone",
        )
    authority = _AFTER_AUTHORITY.split(rest, maxsplit=1)[0]
    if "@" in authority:
        _refuse_user_info()
    kept = re.split(r"[?#]", written, maxsplit=1)[0]
    try:
        if "," in authority:
            _refuse_several(written)
        if authority.count(":") > 1 and not authority.startswith("["):
            raise TargetError(
                "bad-form",
                f"'{shown(written)}' has too many colons; in a URL an IPv6 address stands in brackets,"
                f" as {before.lower()}://[2001:db8::1]:443",
            )
        host, bracketed, port = _split_authority(authority)
        if port is not None:
            _port(port)
    except TargetError:
        # A password with a slash in it ends up as a port or a host, and the message would repeat it.
        if "@" in rest:
            _refuse_user_info()
        raise
    if bracketed:
        # In a URL the percent sign of a zone is itself written as %25 (RFC 6874 section 2).
        host = re.sub("%25(?=.)", "%", host, count=1)
    return Parts(kept, scheme, host, bracketed, port)


def _split_plain(written: str, schemes: Mapping[str, Scheme]) -> Parts:
    if "@" in written:
        _refuse_user_info()
    if "," in written:
        _refuse_several(written)
    if "/" in written:
        _refuse_slash(written, schemes)
    if written.count(":") > 1 and not written.startswith("["):
        if read_ipv6(written) is None:
            _refuse_colons(written)
        return Parts(written, None, written, True, None)
    host, bracketed, port = _split_authority(written)
    if port is not None and not port.isdigit() and (host.lower() in schemes or host.lower() in NO_TLS):
        _refuse_half_scheme(host)
    return Parts(written, None, host, bracketed, port)


def _split_authority(authority: str) -> tuple[str, bool, str | None]:
    """Host, whether it stood in brackets, port."""
    if authority.startswith("["):
        host, closing, after = authority[1:].partition("]")
        if not closing:
            raise TargetError(
                "bad-form", f"'{shown(authority)}' opens a bracket and closes none; write [2001:db8::1]:443"
            )
        if after and not after.startswith(":"):
            raise TargetError(
                "bad-form",
                f"'{shown(after)}' stands after the bracket, where only a port may; write [2001:db8::1]:443",
            )
        return host, True, after[1:] if after else None
    host, colon, port = authority.partition(":")
    if not host:
        raise TargetError("empty", "no host is written; write one, as example.org or example.org:8443")
    return host, False, port if colon else None


def _address(parts: Parts) -> Address | None:
    if not parts.bracketed:
        if "*" in parts.host:
            _refuse_star(parts.host)
        return read_ipv4(parts.host)
    if read_ipv4(parts.host) is not None:
        raise TargetError("bad-form", f"brackets are for IPv6; write {parts.host} without them")
    address = read_ipv6(parts.host)
    if address is None:
        raise TargetError(
            "bad-address", f"'{shown(parts.host)}' is not an IPv6 address; write one as [2001:db8::1]"
        )
    return address


def _port(text: str) -> int:
    if _PORT.fullmatch(text) and 1 <= int(text) <= 65535:
        return int(text)
    if not text:
        raise TargetError(
            "bad-port",
            "after the colon a port is missing; write one, as example.org:443, or leave the colon out",
        )
    raise TargetError("bad-port", f"'{shown(text)}' is no port; a port is a whole number from 1 to 65535")


def _refuse_characters(written: str) -> None:
    """Raise for the first character that no target has. Zero-width joiners are left to the rules of names."""
    for character in written.translate(_JOINERS):
        if character.isspace():
            _refuse_several(written)
        if not character.isprintable():
            raise TargetError(
                "bad-character",
                f"'{shown(written)}' has the invisible character {printable(character)}; write it without",
            )


def _refuse_several(written: str) -> NoReturn:
    raise TargetError(
        "several", f"'{shown(written)}' has a space or a comma in it; write each target on its own"
    )


def _refuse_user_info() -> NoReturn:
    raise TargetError(
        "user-info",
        "what stands before @ is read as a user name and password; no check needs them, write the host alone",
    )


def _refuse_star(host: str) -> NoReturn:
    if re.fullmatch(r"[0-9.*]+", host):
        raise TargetError(
            "network", f"'{shown(host)}' is many addresses, and `check` asks one by one; write one address"
        )
    raise TargetError(
        "wildcard",
        f"'{shown(host)}' is a pattern, not a host; write a host that it covers, as www.example.org",
    )


def _refuse_slash(written: str, schemes: Mapping[str, Scheme]) -> NoReturn:
    before, _, after = written.partition("/")
    if re.fullmatch(r"[0-9.]+", after) and re.fullmatch(
        r"[0-9.]+|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?", before
    ):
        raise TargetError(
            "network",
            f"'{shown(written)}' is a network, and `check` asks one by one; write one of its addresses",
        )
    if before.removesuffix(":").lower() in schemes:
        _refuse_half_scheme(before.removesuffix(":"))
    raise TargetError(
        "bad-form",
        f"'{shown(written)}' has a slash but no scheme; write the host alone, or begin with https://",
    )


def _refuse_half_scheme(word: str) -> NoReturn:
    raise TargetError(
        "bad-form", f"after a scheme stand a colon and two slashes; write {word.lower()}://example.org"
    )


def _refuse_colons(written: str) -> NoReturn:
    if re.fullmatch(r"[0-9A-Fa-f:.%]+", written):
        raise TargetError(
            "bad-address",
            f"'{shown(written)}' is not an IPv6 address; write 2001:db8::1, with a port [2001:db8::1]:443",
        )
    raise TargetError(
        "bad-form", f"'{shown(written)}' has too many colons; write host:port, as example.org:443"
    )
