"""Archives made by hand or by Python's writers: what the readers are held to."""

import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from struct import pack

from hemostat.binaries.archives import Budget, Forward, Limits, Member
from hemostat.binaries.archives.streams import Memory

__all__ = ["a_cpio", "a_deb", "a_tar", "a_zip", "an_rpm", "budget", "forward", "in_bits", "read_all"]

Files = Mapping[str, bytes]


def a_zip(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return made.getvalue()


def a_tar(files: Files, format: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(
        fileobj=made, mode="w", format=format, encoding="utf-8", errors="surrogateescape"
    ) as archive:
        for name, contents in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(contents)
            archive.addfile(info, io.BytesIO(contents))
    return made.getvalue()


def a_deb(files: Files) -> bytes:
    """`ar`, with what Debian's packages begin with."""
    made = b"!<arch>\n"
    for name, contents in {"debian-binary": b"2.0\n", **files}.items():
        made += name.encode().ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644".ljust(8)
        made += b"%-10d`\n" % len(contents) + contents + b"\n" * (len(contents) % 2)
    return made


def a_cpio(files: Files, mode: int = 0o100644, magic: bytes = b"070701") -> bytes:
    made = b""
    for name, contents in {**files, "TRAILER!!!": b""}.items():
        raw = name.encode("utf-8", "surrogateescape") + b"\0"
        fields = [1, mode, 0, 0, 1, 0, len(contents), 0, 0, 0, 0, len(raw), 0]
        made += magic + b"".join(b"%08X" % field for field in fields) + raw
        made += b"\0" * (-len(made) % 4) + contents
        made += b"\0" * (-len(made) % 4)
    return made


def an_rpm(payload: bytes) -> bytes:
    def header(entries: int, size: int) -> bytes:
        return b"\x8e\xad\xe8\x01\0\0\0\0" + pack(">II", entries, size) + bytes(entries * 16 + size)

    signature = header(2, 13)
    lead = b"\xed\xab\xee\xdb\x03\x00".ljust(96, b"\0")
    return lead + signature + b"\0" * (-len(signature) % 8) + header(3, 101) + payload


def budget(size: int = 1 << 20, limits: Limits | None = None) -> Budget:
    return Budget(limits or Limits(), size)


def forward(data: bytes) -> Forward:
    return Forward(Memory(data).read)


def in_bits(data: bytes) -> Forward:
    """As from a source that gives at most three bytes at a time."""
    file = Memory(data)
    return Forward(lambda count: file.read(min(count, 3)))


def read_all(members: Iterable[Member]) -> list[tuple[str | bytes, bytes | str | None]]:
    """Names, and contents or why there are none."""
    return [(one.name, b"".join(one.stream.chunks()) if one.stream else one.unseen) for one in members]
