"""Where the bytes of what is looked at come from: this host itself, or a snapshot that was made elsewhere."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from hemostat.binaries import Found, Kind, OpenSslCopy, kind_of, read_openssl
from hemostat.binaries.texts import version_of
from hemostat.detect.hosts.files import Place, SeenCopy, SeenNothing
from hemostat.detect.hosts.owners import Owner, Owners
from hemostat.incidents.openssl_version import OpensslVersion, read_version
from hemostat.snapshots import Content, Copy, Library, Object, Process, Snapshot
from hemostat.snapshots import Owner as OwnerRecord

if TYPE_CHECKING:
    from hemostat.detect.hosts.assembling import Lookup

__all__ = ["Code", "Here", "Source", "Taken"]

_NAMED_LIKE_IT: Final = ("libssl", "libcrypto", "libeay", "ssleay")
_CODE: Final = (Kind.ELF, Kind.PE, Kind.MACHO, Kind.OBJECTS)
_WHY: Final = {"too-large": "limit-size"}
"""Words of a snapshot for those of `binaries.UNSEEN`."""
_TEXT: Final = re.compile(r"OpenSSL [0-9A-Za-z.+_-]+ {1,2}(?:FIPS {1,2})?[0-9A-Za-z ]{10,11}")
_MEMORY: Final = re.compile(r"/SYSV[0-9a-f]{8}|/dev/zero")
"""Memory that processes share, which the kernel shows as files."""
_MERGED: Final = ("bin/", "lib/", "lib32/", "lib64/", "libx32/", "sbin/")


class Code(NamedTuple):
    """Code of OpenSSL that is mapped: `copy` None: it could not be read, and `why`. `data`: its bytes, where these are
    there. `is_own`: they were read out of the very file that lies at that path on the disk of whoever looks.
    """

    copy: OpenSslCopy | None
    sha256: str | None
    size: int
    data: bytes
    why: str | None
    is_own: bool = False


class Source(Protocol):
    """What a look from inside asks."""

    def owners(self, paths: Iterable[str]) -> dict[str, Owner]:
        """Which package owns each of these paths."""
        ...

    def lookup(self, path: str, inside: tuple[str, ...]) -> "Lookup":
        """What a library that lies there needs."""
        ...

    def mapped(self, one: Object, pid: int) -> Code | None:
        """What a process has mapped, that lies at no path that was looked at; None where it is nothing of OpenSSL."""
        ...

    def lookup_mapped(self, pid: int) -> "Lookup":
        """What a library needs is what its process has mapped beside it."""
        ...

    def again(self, path: str) -> bytes:
        """The bytes of the file that lies there, read once more; empty where they can't be."""
        ...

    def mounts(self) -> int | None:
        """The mount namespace in which the paths of the host's own files hold; None where it is not known."""
        ...


class Here:
    """This host."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self._objects = {each.id: each for each in snapshot.of(Object)} if snapshot else {}
        self._processes = {each.pid: each for each in snapshot.of(Process)} if snapshot else {}
        # By their number alone: some file systems show another device in a process' map than elsewhere.
        self._mapped_inodes = {each.inode for each in self._objects.values()}
        self._read: set[tuple[int, int]] = set()
        self._managers: Owners | None = None
        self._owned: dict[str, Owner | None] = {}

    def owners(self, paths: Iterable[str]) -> dict[str, Owner]:
        """Libraries that are mapped are asked for with the first path: each question may start a program."""
        wanted = set(paths)
        asked = wanted - self._owned.keys()
        if self._managers is None:
            self._managers = Owners()
            asked |= {
                each.path for each in self._objects.values() if not each.deleted and _looks_like_it(each.path)
            }
        if asked:
            found = self._managers(asked)
            self._owned |= {path: found.get(path) for path in asked}
        return {path: owner for path in wanted if (owner := self._owned[path]) is not None}

    def lookup(self, path: str, inside: tuple[str, ...]) -> "Lookup":
        from hemostat.detect.hosts.assembling import lookup_beside, lookup_within

        return lookup_within(path, inside) if inside else lookup_beside(path)

    def has_read(self, place: Place) -> None:
        """That file was read to its end: what it holds of OpenSSL is known. Remembered of what is mapped alone."""
        if place.inode in self._mapped_inodes:
            self._read.add((os.makedev(*place.device), place.inode))

    def mapped(self, one: Object, pid: int) -> Code | None:
        from hemostat.detect.hosts import mappings

        if one.deleted and _MEMORY.fullmatch(one.path):
            return None
        known = frozenset[tuple[int, int]]() if one.deleted else self._read
        if one.device is not None and (os.makedev(*one.device), one.inode) in known:
            return None
        read = mappings.read_mapped(pid, one.device, one.inode, one.path, known)
        if read.data is None:
            return None if read.why in ("known", "no-file") else Code(None, None, 0, b"", read.why)
        copy = read_openssl(read.data)
        if copy is None or copy.form == "text-only":
            return None
        is_own = not one.deleted and read.identity is not None and read.identity == _identity(one.path)
        return Code(
            copy, hashlib.sha256(read.data).hexdigest(), len(read.data), read.data, None, is_own=is_own
        )

    def again(self, path: str) -> bytes:
        from hemostat.detect.hosts.assembling import read_plain

        return read_plain(path) or b""

    def mounts(self) -> int | None:
        try:
            return os.stat("/proc/self/ns/mnt").st_ino
        except OSError:
            return None

    def lookup_mapped(self, pid: int) -> "Lookup":
        from hemostat.detect.hosts import mappings

        process = self._processes.get(pid)
        mine = [
            self._objects[number]
            for number in (process.objects if process else ())
            if number in self._objects
        ]

        def lookup(name: str) -> bytes | None:
            # libcrypto.so.1.0.0 may be the name of a link to libcrypto.so.1.0.1e.
            stem = name.partition(".so")[0] + ".so"
            exact = [each for each in mine if PurePosixPath(each.path).name == name]
            alike = [each for each in mine if PurePosixPath(each.path).name.startswith(stem)]
            for each in (*exact, *alike)[:1]:
                return mappings.read_mapped(pid, each.device, each.inode, each.path).data
            return None

        return lookup


class Taken:
    """A snapshot: what its collector saw; the bytes themselves where they were carried along."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._bytes = _whole(snapshot)
        self._libraries = {each.name: each.sha256 for each in snapshot.of(Library)}
        self._by_object = {each.object: each for each in snapshot.of(Copy) if each.object is not None}
        self._owners: dict[str, Owner] = {}
        for each in snapshot.of(OwnerRecord):
            name, _, architecture = each.package.partition(":")
            owner = Owner(each.manager, name, architecture or None)
            for path in _spellings(each.path):
                self._owners.setdefault(path, owner)

    def files(self) -> Iterator[SeenCopy | SeenNothing]:
        """The copies that lie at paths."""
        for each in self._snapshot.of(Copy):
            if each.path is None:
                continue
            if each.sha256 is None:
                yield SeenNothing(each.path, (), _WHY.get(each.why or "", each.why or "unreadable"))
                continue
            data = self._bytes.get(each.sha256, b"")
            copy = self._copy(each, data, each.path)
            if copy is None:
                continue
            place = Place(each.path, each.device or (0, 0), each.inode or 0, each.size or 0)
            found = Found(inside=(), size=each.size or 0, sha256=each.sha256, copy=copy, data=data)
            yield SeenCopy(place, found)

    def owners(self, paths: Iterable[str]) -> dict[str, Owner]:
        return {path: self._owners[path] for path in paths if path in self._owners}

    def lookup(self, path: str, inside: tuple[str, ...]) -> "Lookup":
        return lambda name: self._bytes.get(self._libraries.get(name, ""))

    def mapped(self, one: Object, pid: int) -> Code | None:
        record = self._by_object.get(one.id)
        if record is None:
            return (
                Code(None, None, 0, b"", "unreadable") if one.deleted and _looks_like_it(one.path) else None
            )
        if record.sha256 is None:
            return Code(None, None, 0, b"", record.why or "unreadable")
        data = self._bytes.get(record.sha256, b"")
        copy = self._copy(record, data, one.path)
        return (
            None
            if copy is None or copy.form == "text-only"
            else Code(copy, record.sha256, record.size or 0, data, None)
        )

    def lookup_mapped(self, pid: int) -> "Lookup":
        return self.lookup("", ())

    def again(self, path: str) -> bytes:
        """Bytes of a snapshot are there from the start, or not at all."""
        return b""

    def mounts(self) -> int | None:
        """The init's; of a look that may not ask the init, what most of those have whom it may ask."""
        processes = self._snapshot.of(Process)
        init = [each.mount_namespace for each in processes if each.pid == 1]
        if init and init[0] is not None:
            return init[0]
        seen = Counter(
            each.mount_namespace for each in processes if each.mount_namespace is not None
        ).most_common(1)
        return seen[0][0] if seen else None

    def _copy(self, record: Copy, data: bytes, path: str) -> OpenSslCopy | None:
        """What it says of OpenSSL; None where it only speaks of a version, as callers do, without the text that
        OpenSSL's own code has.
        """
        if data:
            return read_openssl(data)
        if not (_texts(record) or record.heartbeat or _looks_like_it(path)):
            return None
        return _as_seen(record, path)


def _as_seen(record: Copy, path: str) -> OpenSslCopy:
    """What a collector without tools for code can tell: version texts, and whether a name is among its bytes."""
    texts = _texts(record)
    text = texts[0] if texts else None
    version = None if text is None else version_of(text)
    kind = kind_of(bytes.fromhex(record.magic)) if record.magic else Kind.OTHER
    is_code = kind in _CODE
    crypto_alone = PurePosixPath(path).name.startswith("libcrypto") and not record.heartbeat
    known = [read_version(version_of(each)) for each in texts]
    if not is_code:
        heartbeats, why = "absent", "no-code"
    elif record.heartbeat:
        heartbeats, why = "present", "symbol"
    elif crypto_alone:
        heartbeats, why = "absent", "no-libssl"
    elif known and all(map(_has_none, known)):
        heartbeats, why = "absent", "version"
    else:
        heartbeats, why = "unknown", "unreadable"
    return OpenSslCopy(
        family="openssl",
        format=kind if is_code else Kind.OTHER,
        machine="",
        form="unreadable" if is_code else "text-only",
        parts=("libcrypto",) if is_code and crypto_alone else (),
        version_text=text,
        version=version,
        other_texts=texts[1:],
        soname=None,
        needed=(),
        build_id=None,
        symbol_version=None,
        heartbeats=heartbeats,  # type: ignore[arg-type]
        why=why,
    )


def _texts(record: Copy) -> tuple[str, ...]:
    """Version texts as OpenSSL's code has them, with their date."""
    return tuple(text for text in record.texts if _TEXT.fullmatch(text))


def _has_none(version: OpensslVersion | None) -> bool:
    """Heartbeats came with 1.0.1 and went with 1.1.1."""
    return version is not None and not (1, 0, 1) <= (version.major, version.minor, version.patch) < (1, 1, 1)


def _whole(snapshot: Snapshot) -> Mapping[str, bytes]:
    """The files that were carried along whole, by their digest, which holds."""
    pieces: dict[str, list[Content]] = {}
    for each in snapshot.of(Content):
        pieces.setdefault(each.sha256, []).append(each)
    found = {}
    for digest, parts in pieces.items():
        data = b"".join(part.data for part in sorted(parts, key=lambda part: part.offset))
        if hashlib.sha256(data).hexdigest() == digest:
            found[digest] = data
    return found


def _spellings(path: str) -> tuple[str, ...]:
    """/lib is /usr/lib on newer systems, and a manager may know either."""
    inner = path.removeprefix("/usr/")
    if path.startswith("/usr/") and inner.startswith(_MERGED):
        return path, f"/{inner}"
    return (path, f"/usr{path}") if path[1:].startswith(_MERGED) else (path,)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _looks_like_it(path: str) -> bool:
    return PurePosixPath(path).name.startswith(_NAMED_LIKE_IT)
