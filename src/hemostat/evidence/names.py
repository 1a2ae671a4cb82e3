"""Names of assets: what an observation is about, and what it links to.

A name is ASCII text, so that it sorts, prints and compares alike everywhere. Two looks at the same thing give it the
same name, and two things never share one: that is what joins rest on.

    endpoint     tcp:8.8.8.8:443   udp:[2606:4700::1]:4433            global: the same from everywhere
                 tcp:10.0.0.1:443@office                              not global: with its network: a label, or a host
                 tcp:127.0.0.1:443@host:ID                            loopback: with its host or container
                 tcp:[fe80::1]:443@host:ID%eth0                       link-local, with its zone: that of its host
                 tcp:intranet.example:443@via:PROXY                   resolved by a proxy, itself an endpoint
    host         host:32HEX                                           hash of machine-id
                 host:name=web1                                       a stated name
                 host:unstable=web1                                   the host name alone
    container    container:64HEX   container:32HEX                    its engine's id, its own machine-id
    image        image:HEX                                            host, container, image: the roots of paths
    build        build:SHA-256                                        a file's bytes
    copy         copy:ROOT:/usr/lib/libssl.so.1.0.0
                 copy:ROOT:MAJOR,MINOR:INODE                          deleted from its folder, still mapped
    process      process:HOST:BOOT:PID:START
    key          spki:SHA-256                                         of the SubjectPublicKeyInfo, as DER
    certificate  cert:SHA-256                                         of the certificate, as DER
    client       client:ROOT:EXE
                 client:10.0.0.7:JA4@office                           seen from outside alone
    store        store:ROOT:KIND:NAME
    service      service:ROOT:UNIT   service:ROOT:EXE:USER            what is stopped and started as one
                 service:ENDPOINT                                     implied, until somebody knows its process
    run          run:32HEX

Free text within a name (paths, units, users, store names) is percent-encoded UTF-8 where it is not of
`A-Z a-z 0-9 - . _ ~ / + = , @`; bytes that are no UTF-8 are kept so too, as file names may hold any.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, final, get_args
from urllib.parse import quote_from_bytes, unquote_to_bytes

from hemostat.evidence.addresses import canonical_address, reach
from hemostat.evidence.errors import EvidenceError

__all__ = [
    "MAX_NAME", "TYPES", "AssetName", "NameType", "build", "certificate", "check", "check_form", "client",
    "client_at", "container", "copy", "deleted_copy", "endpoint", "host_by_machine_id", "host_by_name",
    "host_unstable", "image", "implied_service", "is_label", "key", "parse", "process", "run", "service",
    "service_by_exe", "store",
]  # fmt: skip

NameType = Literal[
    "endpoint", "host", "container", "image", "build", "copy", "process", "key", "certificate", "client",
    "store", "service", "run",
]  # fmt: skip
TYPES: frozenset[str] = frozenset(get_args(NameType))
MAX_NAME = 2048
"""Characters of a name, at most. A path too long for its name is named by device and inode (`deleted_copy`)."""

_SAFE = "/+=,@"
_FORM = re.compile(r"[a-z][a-z0-9-]{0,31}:[!#-\[\]-~]+")
_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_HOST_ID = re.compile(r"[0-9a-f]{32}|(?:name|unstable)=[a-z0-9][a-z0-9._-]{0,252}")
_CONTAINER_ID = re.compile(r"[0-9a-f]{64}|[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_IMAGE_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{128}")
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_BOOT_ID = re.compile(r"[0-9a-f]{32}")
_JA4 = re.compile(r"[a-z0-9]{10}_[0-9a-f]{12}_[0-9a-f]{12}")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
_ROOT = re.compile(r"(?:host|container|image):[^:]+")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")


@final
class AssetName(str):
    """A valid name, in its one form: text that knows its `type` and `parts`.

    `parts` are plain values (str with bytes that are no UTF-8 as surrogate escapes, int), keyed as the
    arguments of the constructor of that form; a part that the form doesn't have is absent. `AssetName(text)`
    is `parse(text)`.
    """

    __slots__ = ("parts", "type")

    type: NameType
    parts: Mapping[str, str | int]

    def __new__(cls, text: str) -> "AssetName":
        return parse(text)

    def __reduce__(self) -> tuple[Callable[[str], "AssetName"], tuple[str]]:
        return parse, (str(self),)


def _name(of: NameType, text: str, /, **parts: str | int | None) -> AssetName:
    if len(text) > MAX_NAME:
        raise EvidenceError(f"a name longer than {MAX_NAME} characters")
    name = str.__new__(AssetName, text)
    name.type = of
    name.parts = MappingProxyType({part: value for part, value in parts.items() if value is not None})
    return name


def check_form(text: str) -> None:
    """Refuse what can't be a name of any type, known or not: `type:rest` in printable ASCII, no quotes or blanks."""
    if len(text) > MAX_NAME or not _FORM.fullmatch(text):
        raise EvidenceError("not a name")


def is_label(text: str) -> bool:
    """Whether the text can name a network, or a vantage that isn't a host: `office`, `lab-2.example`."""
    return _LABEL.fullmatch(text) is not None


# --- endpoints ------------------------------------------------------------------------------------


def endpoint(
    transport: str,
    address: str,
    port: int,
    *,
    network: str | None = None,
    host: str | None = None,
    via: str | None = None,
) -> AssetName:
    """The name of an address and port.

    `address`: numeric, in any spelling, with its zone if it is link-local; or a domain name that the proxy
    `via` resolves. `network` (a label, or a host's or container's name) is used if the address is not global,
    `host` (a host's or container's name) if it is loopback, unspecified or has a zone, which means one link on that
    host alone (RFC 4007 section 6), `via` (an endpoint's name) if it is a domain name or not global. What the address
    doesn't need is left out, so a caller may always give all that it knows. Raises EvidenceError for a malformed part,
    or where the one that is needed is None.
    """
    if transport not in ("tcp", "udp"):
        raise EvidenceError("a transport that is not tcp or udp")
    if not 1 <= port <= 65535:
        raise EvidenceError("a port outside 1 to 65535")
    place, plain, scope, parts = _place(address, network, host, via)
    return _name(
        "endpoint",
        f"{transport}:{place}:{port}{scope}",
        transport=transport,
        address=plain,
        port=port,
        **parts,
    )


def _place(
    address: str, network: str | None, host: str | None, via: str | None
) -> tuple[str, str, str, dict[str, str]]:
    """How the address stands in the name, the plain address, what follows the port, and the parts of that."""
    domain = address.lower()
    if via is not None and _DOMAIN.fullmatch(domain):
        scope, parts = _via(via)
        return domain, domain, scope, parts
    ip, zone = canonical_address(address)
    plain = str(ip)
    place = plain if ip.version == 4 else f"[{plain}]"
    within = reach(ip)
    if within == "global":
        return place, plain, "", {}
    if via is not None:
        if zone is not None:
            raise EvidenceError("a zone of another machine's link")
        scope, parts = _via(via)
        return place, plain, scope, parts
    if within == "host" or zone is not None:
        if host is None or not _is_machine(host):
            raise EvidenceError(
                "a loopback address, or one with a zone, needs its host's or container's name"
            )
        if zone is None:
            return place, plain, f"@{host}", {"host": host}
        return place, plain, f"@{host}%{_quote(zone)}", {"host": host, "zone": zone}
    if network is None or not (is_label(network) or _is_machine(network)):
        raise EvidenceError(
            "an address that is not global needs its network: a label, a host's or container's name"
        )
    return place, plain, f"@{network}", {"network": network}


def _via(via: str) -> tuple[str, dict[str, str]]:
    proxy = parse(via)
    if proxy.type != "endpoint" or "via" in proxy.parts:
        raise EvidenceError("a proxy that is not an endpoint reached without a proxy")
    return f"@via:{proxy}", {"via": str(proxy)}


def _read_place(place: str, scope: str | None) -> dict[str, str | None]:
    """Arguments of `endpoint` for the address and what stands after the `@`."""
    address = place[1:-1] if place[:1] == "[" else place
    if scope is None:
        return {"address": address}
    if scope.startswith("via:"):
        return {"address": address, "via": scope[4:]}
    network, percent, zone = scope.partition("%")
    if percent:
        address = f"{address}%{_unquote(zone)}"
    return {"address": address, "network": network, "host": network if _is_machine(network) else None}


def _read_endpoint(text: str) -> AssetName:
    transport, _, rest = text.partition(":")
    rest, at, scope = rest.partition("@")
    place, _, port = rest.rpartition(":")
    given = _read_place(place, scope if at else None)
    return endpoint(transport, given.pop("address") or "", _number(port), **given)


# --- machines and what runs on them ---------------------------------------------------------------


def host_by_machine_id(machine_id: str) -> AssetName:
    """The host of a systemd or D-Bus machine-id (32 hex digits), which is hashed: it is not meant to be shown."""
    plain = machine_id.strip().replace("-", "").lower()
    if not _RUN_ID.fullmatch(plain):
        raise EvidenceError("a machine-id that is not 32 hex digits")
    return _host(hashlib.sha256(b"hemostat host " + plain.encode()).hexdigest()[:32])


def host_by_name(name: str) -> AssetName:
    """A host whose name somebody stated, and so answers for."""
    return _host(f"name={name.lower()}")


def host_unstable(host_name: str) -> AssetName:
    """A host of which only its host name is known; marked, since two hosts may share it and one may change it."""
    return _host(f"unstable={host_name.lower()}")


def _host(identity: str) -> AssetName:
    return _name("host", f"host:{_matched(_HOST_ID, identity, 'a host')}", id=identity)


def container(identity: str) -> AssetName:
    """A container, by what no other has: the 64 hex digits that its engine drew, or the 32 of its own machine-id."""
    return _name("container", f"container:{_matched(_CONTAINER_ID, identity, 'a container')}", id=identity)


def image(digest: str) -> AssetName:
    """An image, by the digest of its manifest or snapshot: hex of SHA-256 or SHA-512, with or without `sha256:` or
    `sha512:` before it.
    """
    algorithm, _, plain = digest.rpartition(":")
    if algorithm not in ("", f"sha{4 * len(plain)}"):
        raise EvidenceError("not an image digest")
    return _name("image", f"image:{_matched(_IMAGE_DIGEST, plain, 'an image digest')}", id=plain)


def copy(root: str, path: str) -> AssetName:
    """A file at an absolute path within a root, which `.` and `..` and double slashes have been taken out of."""
    return _name("copy", f"copy:{_root(root)}:{_path(path)}", root=root, path=path)


def deleted_copy(root: str, major: int, minor: int, inode: int) -> AssetName:
    """A file without a usable path: deleted but still mapped, or too deep for a name."""
    text = f"copy:{_root(root)}:{_whole(major)},{_whole(minor)}:{_whole(inode)}"
    return _name("copy", text, root=root, major=major, minor=minor, inode=inode)


def process(host: str, boot: str, pid: int, start: int) -> AssetName:
    """A process: its host, the boot id (32 hex digits, dashes allowed), pid, and start in clock ticks since boot."""
    plain = boot.replace("-", "").lower()
    if not host.startswith("host:"):
        raise EvidenceError("a process belongs to a host")
    text = f"process:{_root(host)}:{_matched(_BOOT_ID, plain, 'a boot id')}:{_whole(pid)}:{_whole(start)}"
    return _name("process", text, host=host, boot=plain, pid=pid, start=start)


def client(root: str, exe: str) -> AssetName:
    """A client whose program is known: the path of its executable within a root, as in `copy`."""
    return _name("client", f"client:{_root(root)}:{_path(exe)}", root=root, exe=exe)


def client_at(address: str, ja4: str, *, network: str | None = None, host: str | None = None) -> AssetName:
    """A client seen from outside: its address (as in `endpoint`) and the JA4 fingerprint of its ClientHello."""
    place, plain, scope, parts = _place(address, network, host, None)
    return _name(
        "client", f"client:{place}:{_matched(_JA4, ja4, 'a JA4')}{scope}", address=plain, ja4=ja4, **parts
    )


def store(root: str, kind: str, name: str) -> AssetName:
    """Where credentials are kept: `store("host:…", "postgresql", "main")`."""
    text = f"store:{_root(root)}:{_matched(_WORD, kind, 'a kind of store')}:{_quote(name)}"
    return _name("store", text, root=root, kind=kind, name=name)


def service(root: str, unit: str) -> AssetName:
    """What is stopped and started as one: a systemd unit, an init script, a container."""
    return _name("service", f"service:{_root(root)}:{_quote(unit)}", root=root, unit=unit)


def service_by_exe(root: str, exe: str, user: str) -> AssetName:
    """A service that nothing manages: the processes of one executable (as in `copy`) and user."""
    return _name(
        "service", f"service:{_root(root)}:{_path(exe)}:{_quote(user)}", root=root, exe=exe, user=user
    )


def implied_service(endpoint: str) -> AssetName:
    """The service behind an endpoint whose process nobody knows."""
    name = parse(endpoint)
    if name.type != "endpoint":
        raise EvidenceError("an implied service belongs to an endpoint")
    return _name("service", f"service:{name}", endpoint=str(name))


# --- named by a digest ----------------------------------------------------------------------------


def build(sha256: str) -> AssetName:
    """A file's bytes, wherever copies of it lie."""
    return _name("build", f"build:{_matched(_DIGEST, sha256, 'a SHA-256')}", sha256=sha256)


def key(sha256: str) -> AssetName:
    """A key pair, by the SHA-256 of its SubjectPublicKeyInfo as DER (as in RFC 7469 section 2.4)."""
    return _name("key", f"spki:{_matched(_DIGEST, sha256, 'a SHA-256')}", sha256=sha256)


def certificate(sha256: str) -> AssetName:
    """A certificate, by the SHA-256 of its DER."""
    return _name("certificate", f"cert:{_matched(_DIGEST, sha256, 'a SHA-256')}", sha256=sha256)


def run(identity: str) -> AssetName:
    """One invocation of one writer: 32 hex digits that nobody else draws."""
    return _name("run", f"run:{_matched(_RUN_ID, identity, 'a run id')}", id=identity)


# --- reading --------------------------------------------------------------------------------------


def parse(text: str) -> AssetName:
    """The name of a text. Raises EvidenceError unless the text is exactly what a constructor above makes."""
    if isinstance(text, AssetName):
        return text
    check_form(text)
    read = _READERS.get(text.partition(":")[0])
    if read is None:
        raise EvidenceError("a name of an unknown type")
    name = read(text)
    if name != text:
        raise EvidenceError("a name that is not in its one form")
    return name


def check(text: str) -> None:
    """Refuse what is not a name: of a type known here, in its one form; of another, which a later version knows,
    `type:rest` as in `check_form`. Raises EvidenceError.
    """
    if text.partition(":")[0] in _READERS:
        parse(text)
    else:
        check_form(text)


def _read_host(text: str) -> AssetName:
    return _host(text.partition(":")[2])


def _read_copy(text: str) -> AssetName:
    root, rest = _split_root(text)
    device, colon, inode = rest.partition(":")
    if not colon:
        return copy(root, _unquote(rest))
    major, _, minor = device.partition(",")
    return deleted_copy(root, _number(major), _number(minor), _number(inode))


def _read_process(text: str) -> AssetName:
    root, rest = _split_root(text)
    parts = rest.split(":")
    if len(parts) != 3:
        raise EvidenceError("a process is named by boot, pid and start")
    return process(root, parts[0], _number(parts[1]), _number(parts[2]))


def _read_client(text: str) -> AssetName:
    rest = text.partition(":")[2]
    if _ROOT.match(rest):
        root, exe = _split_root(text)
        return client(root, _unquote(exe))
    rest, at, scope = rest.partition("@")
    place, _, ja4 = rest.rpartition(":")
    given = _read_place(place, scope if at else None)
    if "via" in given:
        raise EvidenceError("a client is not seen through a proxy")
    return client_at(given.pop("address") or "", ja4, **given)


def _read_store(text: str) -> AssetName:
    root, rest = _split_root(text)
    kind, _, name = rest.partition(":")
    return store(root, kind, _unquote(name))


def _read_service(text: str) -> AssetName:
    rest = text.partition(":")[2]
    if rest.startswith(("tcp:", "udp:")):
        return implied_service(rest)
    root, rest = _split_root(text)
    first, colon, user = rest.partition(":")
    if colon:
        return service_by_exe(root, _unquote(first), _unquote(user))
    return service(root, _unquote(first))


def _after(constructor: Callable[[str], AssetName]) -> Callable[[str], AssetName]:
    return lambda text: constructor(text.partition(":")[2])


_READERS: Mapping[str, Callable[[str], AssetName]] = {
    "tcp": _read_endpoint,
    "udp": _read_endpoint,
    "host": _read_host,
    "container": _after(container),
    "image": _after(image),
    "build": _after(build),
    "copy": _read_copy,
    "process": _read_process,
    "spki": _after(key),
    "cert": _after(certificate),
    "client": _read_client,
    "store": _read_store,
    "service": _read_service,
    "run": _after(run),
}


def _matched(form: re.Pattern[str], text: str, what: str) -> str:
    if not form.fullmatch(text):
        raise EvidenceError(f"not {what}")
    return text


def _is_machine(text: str) -> bool:
    kind, _, identity = text.partition(":")
    form = {"host": _HOST_ID, "container": _CONTAINER_ID}.get(kind)
    return form is not None and form.fullmatch(identity) is not None


def _root(text: str) -> str:
    if not _is_machine(text) and not (text.startswith("image:") and _IMAGE_DIGEST.fullmatch(text[6:])):
        raise EvidenceError("not a root: the name of a host, a container or an image")
    return text


def _split_root(text: str) -> tuple[str, str]:
    """Root and rest of `type:host:id:rest`."""
    parts = text.split(":", 3)
    if len(parts) != 4:
        raise EvidenceError("a name without its root")
    return f"{parts[1]}:{parts[2]}", parts[3]


def _whole(number: int) -> int:
    if number < 0:
        raise EvidenceError("a negative number")
    return number


def _number(text: str) -> int:
    return int(_matched(_NUMBER, text, "a number"))


def _path(path: str) -> str:
    if path[:1] != "/" or "\0" in path or not {"", ".", ".."}.isdisjoint(path[1:].split("/")):
        raise EvidenceError("a path that is not absolute, or holds //, . or ..")
    return _quote(path)


def _quote(text: str) -> str:
    if not text:
        raise EvidenceError("an empty part of a name")
    try:
        return quote_from_bytes(text.encode("utf-8", "surrogateescape"), safe=_SAFE)
    except UnicodeEncodeError as error:
        raise EvidenceError("a lone surrogate in a name") from error


def _unquote(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")
