"""The records of a snapshot, one class a type. docs/collect-format.md is held equal to them by a test.

Whatever a snapshot says was said by a host that may have been taken over: nothing here is proved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar, Final, Self

from hemostat.snapshots import shape

__all__ = [
    "RECORDS",
    "Certificate",
    "Collector",
    "ConfigurationFile",
    "ConfigurationLine",
    "Content",
    "Copy",
    "KeyFile",
    "Library",
    "Object",
    "OsRelease",
    "Owner",
    "Package",
    "PackageEvent",
    "PackageLog",
    "Process",
    "Record",
    "ReleaseFile",
    "Skipped",
    "Socket",
    "System",
    "Unknown",
    "Unread",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line. `others`: fields that this version does not know, by their keys, still percent-encoded."""

    TYPE: ClassVar[str]
    others: Mapping[str, bytes] = field(default_factory=dict, hash=False)

    @classmethod
    def read(cls, given: dict[str, bytes]) -> Self:
        """From the fields of a line. ValueError or LookupError where one cannot be what it is, or is missing."""
        values, rest = {}, dict(given)
        for each in fields(cls):
            if each.name == "others":
                continue
            key = each.name.rstrip("_").replace("_", "-")
            if key in rest:
                values[each.name] = each.metadata["read"](rest.pop(key))
            elif each.metadata["required"]:
                raise LookupError("missing")
        return cls(**values, others=rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A record of a type that this version does not know: kept, counted, not judged."""

    type: str
    fields: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector(Record):
    """Who looked, and how: always the first record."""

    TYPE = "collector"
    at: int = shape.moment("when it began, by that host's clock")
    uid: int = shape.number("the user whose rights it had", required=True)
    user: str | None = shape.text("its login")
    root: str | None = shape.path(
        "the tree that was looked at in place of the host: paths below are relative to it"
    )
    sections: tuple[str, ...] = shape.texts("what was asked for")
    limit_seconds: int | None = shape.number("after how many seconds the search for copies was to end")
    limit_size: int | None = shape.number("larger files, in bytes, were not read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Record):
    """Something that is there and could not be read. In any section."""

    TYPE = "unread"
    what: str = shape.word(
        "process, file, folder, packages, package-log, sockets or configuration", required=True
    )
    where: str = shape.path("its path, or process id", required=True)
    why: str = shape.word("permission, too-large, hidepid, no-tool, no-proc, outside, failed", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(Record):
    """Something that was left out on purpose, or more of it than is listed. In any section."""

    TYPE = "skipped"
    what: str = shape.word("what: file-system, file, search, process, socket, …", required=True)
    why: str = shape.word(
        "other-file-system, too-many, too-large, time-limit, text, vanished, tree, …", required=True
    )
    where: str | None = shape.path("its path, where it is one")
    count: int | None = shape.number("how many, where it is more than one")


@dataclass(frozen=True, slots=True, kw_only=True)
class System(Record):
    """The host."""

    TYPE = "system"
    name: str | None = shape.text("its host name")
    kernel: str | None = shape.text("uname -s")
    kernel_release: str | None = shape.text("uname -r")
    machine: str | None = shape.text("uname -m")
    host_id: str | None = shape.host_id(
        "the identity of hemostat's name of the host: made from its machine-id by a hash"
    )
    boot_id: str | None = shape.host_id("the kernel's id of this boot")
    boot_at: int | None = shape.moment("when it booted")
    ticks: int | None = shape.number("clock ticks in a second")
    utc_offset: str | None = shape.text("of its local time now, as +0200")
    zone: str | None = shape.text("its time zone, as Europe/Berlin")
    tools: tuple[str, ...] = shape.texts("tools that are there, of those that the collector can use")


@dataclass(frozen=True, slots=True, kw_only=True)
class OsRelease(Record):
    """What os-release(5) says."""

    TYPE = "os-release"
    id: str | None = shape.text("ID")
    version_id: str | None = shape.text("VERSION_ID")
    id_like: str | None = shape.text("ID_LIKE")
    codename: str | None = shape.text("VERSION_CODENAME")
    title: str | None = shape.text("PRETTY_NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile(Record):
    """A file by which a system before os-release(5), or its point release, is told."""

    TYPE = "release-file"
    path: str = shape.path("as /etc/redhat-release", required=True)
    text: str | None = shape.text("its first lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy(Record):
    """A file that is or contains OpenSSL, or that is named as one, or is mapped as one.

    In the section `copies` it has a path; in `processes` an object, whose bytes were read through a process that maps
    it.
    """

    TYPE = "copy"
    path: str | None = shape.path("where it lies")
    object: int | None = shape.number("id of the mapped object that it is the bytes of")
    device: tuple[int, int] | None = shape.device("its file system")
    inode: int | None = shape.number("in it")
    size: int | None = shape.number("in bytes")
    modified: int | None = shape.moment("time of its last change")
    mode: str | None = shape.text("its permissions in octal")
    uid: int | None = shape.number("its owner")
    gid: int | None = shape.number("its group")
    magic: str | None = shape.text("its first 16 bytes, in hex")
    sha256: str | None = shape.digest("of its bytes; none where they were not read")
    heartbeat: bool | None = shape.boolean("whether the name tls1_process_heartbeat is in it")
    texts: tuple[str, ...] = shape.texts("version texts of OpenSSL in it, at most 64")
    why: str | None = shape.word("permission, too-large, vanished, changed (while it was read), no-hash-tool")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content(Record):
    """A piece of a copy's or library's bytes; only with --with-files."""

    TYPE = "content"
    sha256: str = shape.digest("of the whole file", required=True)
    offset: int = shape.number("where in it the piece begins", required=True)
    data: bytes = shape.data("the bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Library(Record):
    """A library that a libssl needs to be loaded, or one of these; only with --with-files. Its bytes are `content`."""

    TYPE = "library"
    name: str = shape.text("as it is named there", required=True)
    path: str = shape.path("where it lies", required=True)
    size: int | None = shape.number("in bytes")
    sha256: str = shape.digest("of its bytes", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Record):
    """An installed package of OpenSSL, or one that owns a copy."""

    TYPE = "package"
    manager: str = shape.word("dpkg, rpm, apk, pacman, pkg, portage, slackware, base", required=True)
    name: str = shape.text("its name", required=True)
    version: str = shape.text("whole, with epoch and revision", required=True)
    architecture: str | None = shape.text("as the manager writes it")
    source: str | None = shape.text("name of the package that it was built from")
    installed: int | None = shape.moment("when this version came")
    flags: tuple[str, ...] = shape.texts("what it was built with (+) and without (-): Gentoo's USE")
    changelog: str | None = shape.word("`read` where one was")
    changelog_first: str | None = shape.text("day of its oldest entry")
    changelog_last: str | None = shape.text("day of its newest entry")
    cves: tuple[str, ...] = shape.texts("those that it names, at most 4096")
    heartbleed_line: str | None = shape.text("its newest line that names CVE-2014-0160")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Record):
    """A package owns a copy."""

    TYPE = "owner"
    manager: str = shape.word("as in package", required=True)
    package: str = shape.text("its name; dpkg may add `:ARCHITECTURE`", required=True)
    path: str = shape.path(
        "of the copy, as the manager knows it: /lib for /usr/lib, and the other way", required=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageEvent(Record):
    """A line of a package log that tells of an OpenSSL."""

    TYPE = "package-event"
    manager: str = shape.word("dpkg, rpm, zypper, pacman, portage, pkg", required=True)
    log: str = shape.path("the log", required=True)
    line: int = shape.number("in it, from 1", required=True)
    at: str = shape.text("the time as it is written there", required=True)
    action: str = shape.text("the log's word, as upgrade", required=True)
    name: str = shape.text("the package", required=True)
    architecture: str | None = shape.text("of it")
    # `from` is no name in Python.
    from_: str | None = shape.text("its version before")
    to: str | None = shape.text("its version after")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLog(Record):
    """A package log that was read: of what was before its first line it tells nothing."""

    TYPE = "package-log"
    manager: str = shape.word("as in package-event", required=True)
    path: str = shape.path("of the log", required=True)
    first: str | None = shape.text("time of its first line, as it is written there")
    last: str | None = shape.text("time of its last line")
    modified: int | None = shape.moment(
        "when the file was last written: it tells the year where lines have none"
    )
    lines: int | None = shape.number("how many it has")


@dataclass(frozen=True, slots=True, kw_only=True)
class Object(Record):
    """A file that a process has mapped as code. Processes name it by its id."""

    TYPE = "object"
    id: int = shape.number("in this snapshot", required=True)
    path: str = shape.path("as the first process that has it sees it", required=True)
    device: tuple[int, int] | None = shape.device(
        "its file system; another than stat's on btrfs and some overlays"
    )
    inode: int | None = shape.number("in it")
    deleted: bool | None = shape.boolean("whether the kernel says so")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Record):
    """A process with memory of its own; not the kernel's threads, not the collector."""

    TYPE = "process"
    pid: int = shape.number("its id", required=True)
    parent: int | None = shape.number("its parent's")
    name: str | None = shape.text("comm: the first 15 bytes of its name, which it may change")
    exe: str | None = shape.path("its program, none where it may not be read")
    exe_deleted: bool | None = shape.boolean("whether that file is gone, or another stands there")
    start_ticks: int = shape.number(
        "when it started, in ticks since boot: with pid and boot its identity", required=True
    )
    started: int | None = shape.moment("when it started")
    uid: int | None = shape.number("its real user")
    effective_uid: int | None = shape.number("its effective user")
    user: str | None = shape.text("login of the real user")
    cgroup: str | None = shape.path("the control group that tells most: its unit or container")
    root: str | None = shape.path("its root folder, where that is not /")
    mount_namespace: int | None = shape.number("paths are the same to those that share it")
    objects: tuple[int, ...] = shape.numbers("ids of what it has mapped")
    unread: tuple[str, ...] = shape.texts("`exe`, `maps`: what of it could not be read, or not all of it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket(Record):
    """A TCP or UDP socket that listens, is bound, or is connected out.

    Connections to a port that this host listens on are counted with the listening socket.
    """

    TYPE = "socket"
    protocol: str = shape.word("tcp or udp", required=True)
    state: str = shape.word("listening, bound (udp), connecting, connected", required=True)
    local: str = shape.text("ADDRESS:PORT, [ADDRESS]:PORT for IPv6", required=True)
    remote: str | None = shape.text("the other side's, where there is one")
    inode: int | None = shape.number("of the socket")
    uid: int | None = shape.number("who made it")
    user: str | None = shape.text("login of that user")
    network_namespace: int | None = shape.number("addresses and ports are those of this namespace")
    accepted: int | None = shape.number("connections that came in on it and are open")
    pids: tuple[int, ...] = shape.numbers("processes that hold it, as far as they may be read")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFile(Record):
    """A file of a server program's configuration that was read."""

    TYPE = "configuration-file"
    program: str = shape.text("as in hemostat.software", required=True)
    path: str = shape.path("the file", required=True)
    start: str | None = shape.path("the file from which includes led here; itself where it is the first")
    device: tuple[int, int] | None = shape.device("its file system")
    inode: int | None = shape.number("in it")
    size: int | None = shape.number("in bytes")
    modified: int | None = shape.moment("time of its last change")
    mode: str | None = shape.text("its permissions in octal")
    uid: int | None = shape.number("its owner")
    gid: int | None = shape.number("its group")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationLine(Record):
    """A line of it that may be printed: its directive is one of those that the program's table allows."""

    TYPE = "configuration-line"
    program: str = shape.text("as in hemostat.software", required=True)
    path: str = shape.path("the file", required=True)
    line: int = shape.number("in it, from 1", required=True)
    text: str = shape.text("the line without its comment", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile(Record):
    """A file with a private key that a configuration names. Nothing of the key is in here."""

    TYPE = "key-file"
    path: str = shape.path("the file", required=True)
    device: tuple[int, int] | None = shape.device("its file system")
    inode: int | None = shape.number("in it")
    size: int | None = shape.number("in bytes")
    modified: int | None = shape.moment("time of its last change")
    mode: str | None = shape.text("its permissions in octal")
    uid: int | None = shape.number("its owner")
    gid: int | None = shape.number("its group")
    user: str | None = shape.text("login of its owner")
    format: str | None = shape.word("pem, der, pkcs12, jks, jceks, static (OpenVPN), ticket (by its size)")
    spki: str | None = shape.digest("SHA-256 of its public half, a SubjectPublicKeyInfo in DER")
    why: str | None = shape.word(
        "why the public half is not known: permission, encrypted, keystore, no-openssl, no-hash-tool, not-understood, "
        "no-public-half"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Record):
    """A certificate in a file that a configuration names."""

    TYPE = "certificate"
    path: str = shape.path("the file", required=True)
    number: int = shape.number("which of the file's, from 1; at most 16 of a file are carried", required=True)
    der: bytes = shape.data("the certificate")


RECORDS: Final[Mapping[str, type[Record]]] = {
    each.TYPE: each
    for each in (
        Collector, Unread, Skipped, System, OsRelease, ReleaseFile, Copy, Content, Library, Package, Owner,
        PackageEvent, PackageLog, Object, Process, Socket, ConfigurationFile, ConfigurationLine, KeyFile, Certificate,
    )
}  # fmt: skip
"""Every type of record that this version knows, by its word in a snapshot."""
