"""A tree of files, the same on every machine, and the copies of OpenSSL that are known to be in it.

Most of it is what folders are full of: texts, data, small programs, archives of these. The copies are real libraries
out of wheels and such as `tests/binaries/elves.py` makes; they lie there as files, within programs, and in archives of
kinds that each program that is compared can open.
"""

import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from random import Random
from typing import Final, NamedTuple

from tests.binaries.elves import elf

__all__ = ["COPIES", "FILES", "REAL", "Place", "files", "place_of", "small_files", "write"]

FILES: Final = 5_000
REAL: Final = {
    "psycopg2-binary 2.7.7": (
        "psycopg2/.libs/libssl-c0c2ede4.so.1.0.2q",
        "psycopg2/.libs/libcrypto-c1fa9491.so.1.0.2q",
    ),
    "psycopg2 2.7": (
        "psycopg2/.libs/libssl-a65b360f.so.0.9.8e",
        "psycopg2/.libs/libcrypto-de69073a.so.0.9.8e",
    ),
}
"""Wheels, as the live tests name them, and what in them is OpenSSL."""

_SEED: Final = 20140407
_EPOCH: Final = (2014, 4, 7, 0, 0, 0)
_WORDS: Final = (
    *(
        "the",
        "of",
        "server",
        "client",
        "key",
        "certificate",
        "session",
        "connection",
        "request",
        "answer",
        "buffer",
    ),
    *(
        "length",
        "return",
        "import",
        "while",
        "for",
        "if",
        "else",
        "value",
        "path",
        "file",
        "open",
        "read",
        "write",
    ),
    *("close", "error", "default", "true", "false", "none", "listen", "port", "address"),
)
_PUBLIC: Final = ("SSL_CTX_new", "SSL_new", "SSL_do_handshake", "SSL_read", "SSL_write")
_INNER: Final = ("ssl3_read_bytes", "ssl3_write_bytes", "tls1_enc")
_HEARTBEATS: Final = ("tls1_process_heartbeat", "tls1_heartbeat")
_CRYPTO: Final = ("EVP_EncryptInit_ex", "BN_mod_exp", "RSA_new", "SSLeay_version")
_DATES: Final = {
    "1.0.0t": "3 Dec 2015",
    "1.0.1c": "10 May 2012",
    "1.0.1e": "11 Feb 2013",
    "1.0.1f": "6 Jan 2014",
    "1.0.1g": "7 Apr 2014",
    "1.0.2k": "26 Jan 2017",
}


class Place(NamedTuple):
    """Where a copy is: the file, relative to the tree, and the name within the innermost archive ("": the file)."""

    path: str
    member: str


def place_of(path: str, inside: Iterable[str]) -> Place:
    """From a path and the way to a member within it, outermost first, however its names are written."""
    names = [*inside]
    return Place(normpath(path), normpath(names[-1].lstrip("/")) if names else "")


COPIES: Final = frozenset(
    Place(*place)
    for place in (
        ("opt/app/lib/libssl-c0c2ede4.so.1.0.2q", ""),
        ("opt/app/lib/libcrypto-c1fa9491.so.1.0.2q", ""),
        *(
            (f"srv/wheels/{name.split()[0]}.whl", member)
            for name, members in REAL.items()
            for member in members
        ),
        ("opt/old/lib/libssl.so.1.0.0", ""),
        ("opt/old/lib/libcrypto.so.1.0.0", ""),
        ("opt/vendor/lib/renamed.bin", ""),
        ("opt/vendor/lib/libssl.so.10", ""),
        ("opt/vendor/sbin/daemon", ""),
        ("home/user/bin/client", ""),
        ("srv/backups/libraries.tar.gz", "usr/lib/libssl.so.1.0.0"),
        ("srv/backups/libraries.tar.gz", "usr/lib/libcrypto.so.1.0.0"),
        ("srv/backups/libraries.tar.xz", "lib/libssl.so.1.0.0"),
        ("srv/backups/plain.tar", "bin/server"),
        ("srv/downloads/agent.zip", "agent/lib/libssl.so.1.0.0"),
        ("srv/downloads/native.jar", "native/libcrypto.so.1.0.0"),
        ("srv/packages/libssl1.0.0.deb", "usr/lib/libssl.so.1.0.0"),
        ("srv/downloads/bundle.zip", "usr/lib/libssl.so.1.0.0"),
    )
)
"""All that there are; `bundle.zip` holds a tar, which holds one."""


def files(real: Mapping[str, bytes], count: int = FILES) -> Iterator[tuple[str, bytes]]:
    """Each file's path and bytes, the copies first, `count` in all. `real`: the bytes of the wheels of `REAL`."""
    random = Random(_SEED)
    made = 0
    for path, data in _copies(random, real):
        made += 1
        yield path, data
    for number in range(count - made):
        yield _filler(random, number)


def small_files(folder: int, count: int) -> Iterator[tuple[str, bytes]]:
    """`count` small files of one folder of many, no copy among them."""
    random = Random(_SEED + folder)
    for number in range(count):
        kind = random.choice(("py", "conf", "dat"))
        data = (
            random.randbytes(random.randrange(64, 512))
            if kind == "dat"
            else _text(random, random.randrange(8, 80))
        )
        yield f"{folder:04}/{number:05}.{kind}", data


def write(folder: Path, made: Iterable[tuple[str, bytes]]) -> int:
    """Writes files below a folder; how many."""
    count = 0
    known = set[Path]()
    for path, data in made:
        file = folder / path
        if file.parent not in known:
            file.parent.mkdir(parents=True, exist_ok=True)
            known.add(file.parent)
        file.write_bytes(data)
        count += 1
    return count


def _copies(random: Random, real: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, data in real.items():
        yield f"srv/wheels/{name.split()[0]}.whl", data
    wheel = next(iter(REAL))
    with zipfile.ZipFile(io.BytesIO(real[wheel])) as archive:
        for member in REAL[wheel]:
            yield f"opt/app/lib/{member.rpartition('/')[2]}", archive.read(member)
    yield "opt/old/lib/libssl.so.1.0.0", _libssl(random, "1.0.1e")
    yield "opt/old/lib/libcrypto.so.1.0.0", _libcrypto(random, "1.0.1e")
    yield "opt/vendor/lib/renamed.bin", _libssl(random, "1.0.1f")
    yield "opt/vendor/lib/libssl.so.10", _libssl(random, "1.0.0t", heartbeats=False)
    yield "opt/vendor/sbin/daemon", _static(random, "1.0.1c")
    yield "home/user/bin/client", _static(random, "1.0.1g")
    libraries = {
        "usr/lib/libssl.so.1.0.0": _libssl(random, "1.0.1g"),
        "usr/lib/libcrypto.so.1.0.0": _libcrypto(random, "1.0.1g"),
        "usr/share/doc/copyright": _text(random, 400),
    }
    yield "srv/backups/libraries.tar.gz", _tar(libraries, "gz")
    yield "srv/backups/libraries.tar.xz", _tar({"lib/libssl.so.1.0.0": _libssl(random, "1.0.1f")}, "xz")
    yield "srv/backups/plain.tar", _tar({"bin/server": _static(random, "1.0.1f")}, "")
    yield "srv/downloads/agent.zip", _zip({"agent/lib/libssl.so.1.0.0": _libssl(random, "1.0.1c")})
    yield "srv/downloads/native.jar", _zip({"native/libcrypto.so.1.0.0": _libcrypto(random, "1.0.2k")})
    yield "srv/packages/libssl1.0.0.deb", _deb({"usr/lib/libssl.so.1.0.0": _libssl(random, "1.0.1e")})
    inner = _tar({"usr/lib/libssl.so.1.0.0": _libssl(random, "1.0.1e")}, "")
    yield "srv/downloads/bundle.zip", _zip({"README": _text(random, 90), "libraries.tar": inner})


def _filler(random: Random, number: int) -> tuple[str, bytes]:
    where = f"usr/share/part{number % 97:02}/{number:05}"
    share = random.random()
    if share < 0.70:
        return f"{where}.{random.choice(('py', 'txt', 'conf', 'h', 'html'))}", _text(
            random, _size(random) // 6
        )
    if share < 0.90:
        return f"{where}.dat", random.randbytes(_size(random))
    if share < 0.96:
        program = elf(
            imported=("printf", "SSL_new"), exported=("main",), texts=_text(random, 200), program=True
        )
        return f"{where}.so", program + random.randbytes(_size(random))
    members = {f"{name}.txt": _text(random, 300) for name in range(random.randrange(1, 6))}
    return (f"{where}.zip", _zip(members)) if share < 0.98 else (f"{where}.tar.gz", _tar(members, "gz"))


def _size(random: Random) -> int:
    """Of most files a few kilobytes, of some a hundred."""
    return min(128 << 10, int(random.lognormvariate(8.3, 1.0)))


def _text(random: Random, words: int) -> bytes:
    text = " ".join(random.choices(_WORDS, k=words))
    return text.replace(" error ", "\n").encode() + b"\n"


def _named(version: str) -> str:
    return f"OpenSSL {version} {_DATES[version]}"


def _libssl(random: Random, version: str, *, heartbeats: bool = True) -> bytes:
    named = _named(version)
    texts = f"SSLv3 part of {named}\0TLSv1 part of {named}\0{named}\0ssl3_read_bytes\0sslv3 alert handshake failure\0"
    if heartbeats:
        texts += "peer does not accept heartbeats\0heartbeat request already pending\0"
    return elf(
        exported=(*_PUBLIC, *_INNER, *(_HEARTBEATS if heartbeats else ())),
        texts=texts.encode() + random.randbytes(350 << 10),
        soname="libssl.so.1.0.0",
        needed=("libcrypto.so.1.0.0", "libc.so.6"),
    )


def _libcrypto(random: Random, version: str) -> bytes:
    named = _named(version)
    texts = f'MD5 part of {named}\0{named}\0OPENSSLDIR: "/usr/lib/ssl"\0'
    return elf(
        exported=_CRYPTO,
        texts=texts.encode() + random.randbytes(1500 << 10),
        soname="libcrypto.so.1.0.0",
        needed=("libc.so.6",),
    )


def _static(random: Random, version: str) -> bytes:
    named = _named(version)
    texts = (
        f'SSLv3 part of {named}\0TLSv1 part of {named}\0{named}\0OPENSSLDIR: "/usr/lib/ssl"\0sslv3 alert\0'
    )
    return elf(
        kept=("main", *_PUBLIC, *_INNER, *_HEARTBEATS, *_CRYPTO),
        source="main.c",
        texts=texts.encode() + random.randbytes(2000 << 10),
        needed=("libc.so.6",),
        program=True,
    )


def _zip(members: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _tar(members: Mapping[str, bytes], compression: str) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    if compression == "gz":
        return gzip.compress(plain.getvalue(), mtime=0)
    return lzma.compress(plain.getvalue(), preset=1) if compression == "xz" else plain.getvalue()


def _deb(members: Mapping[str, bytes]) -> bytes:
    """deb(5): an ar archive of three members."""
    control = b"Package: libssl1.0.0\nVersion: 1.0.1e-2\nArchitecture: amd64\nMaintainer: nobody\nDescription: none\n"
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": _tar({"./control": control}, "gz"),
        "data.tar.xz": _tar({f"./{name}": data for name, data in members.items()}, "xz"),
    }
    whole = b"!<arch>\n"
    for name, data in parts.items():
        whole += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data
        whole += b"\n" * (len(data) % 2)
    return whole
