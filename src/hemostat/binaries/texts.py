"""The texts that TLS libraries carry of themselves, and how OpenSSL's code is told from a text of its headers.

`OPENSSL_VERSION_TEXT` is a macro: whoever compiles a file that uses it has "OpenSSL 1.0.1e 11 Feb 2013" in the
object, and calls whatever library is there later. OpenSSL's own code has more:

- up to 1.0.2, each part names itself, "TLSv1 part of OpenSSL 1.0.1e 11 Feb 2013" (`OPENSSL_VERSION_PTEXT`, in
  ssl/t1_lib.c, crypto/bn/bn_lib.c, …);
- `OPENSSLDIR: "/usr/lib/ssl"` of crypto/cversion.c, in all versions;
- the texts of its errors (ssl/ssl_err.c), two of which came with heartbeats and went with them, whether heartbeats
  were compiled in or not;
- from 1.1.0 on, the names of its source files in each error that it can raise, `ssl/statem/statem_srvr.c`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["LONGEST", "Texts", "is_worth_reading", "read_texts", "version_of"]

LONGEST: Final = 32
"""Bytes of the longest text that decides whether a file is read: what two pieces of a search must share."""
_MOST: Final = 64
"""Different texts of one kind that are kept."""
_MOST_LOOKED_AT: Final = 1 << 20
"""Places looked at for one text: a real library has it in a few dozen."""

_SIGNS: Final = (
    b"SSL",
    b"statem_srvr.c",
    b"heartbeat request",
    b"gnutls_global_init",
    b"Enabled GnuTLS ",
    b"Version: NSS ",
)
"""One of these stands in whatever holds one of the telltales: few searches clear nearly every file."""
_TELLTALES: Final = (
    b"OpenSSL ",
    b"SSL_CTX_new",
    b"OPENSSLDIR: ",
    b"LibreSSL ",
    b"BoringSSL",
    b"wolfSSL",
    b"CyaSSL",
    b"yaSSL",
    *_SIGNS[1:],
)

_VERSION: Final = (
    rb"OpenSSL (\d{1,2}\.\d{1,2}\.\d{1,3}[a-z]{0,2}(?:[-+][A-Za-z0-9.+_-]{1,40})?)"
    rb" {1,2}(?:FIPS {1,2})?(?:\d{1,2} [A-Z][a-z]{2} \d{4}|xx XXX xxxx)"
)
"""As opensslv.h has it: the version, what was built with it (`-fips`), and the date; `xx XXX xxxx` before a release."""
_WHOLE: Final = re.compile(_VERSION)
_PART_OF: Final = b" part of OpenSSL "
_PART: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9/ ._-]{0,40}\Z")
_PROTOCOLS: Final = (b"SSLv2", b"SSLv3", b"TLSv1", b"DTLSv1")

_SSL_ERRORS: Final = b"sslv3 alert handshake failure\0"
_HEARTBEAT_ERRORS: Final = (b"peer does not accept heartbeats\0", b"heartbeat request already pending\0")
"""SSL_R_TLSV1_…, SSL_R_TLS_HEARTBEAT_PEER_DOESNT_ACCEPT, SSL_R_TLS_HEARTBEAT_PENDING of 1.0.1 to 1.1.0."""

_FAMILIES: Final = (
    ("libressl", b"LibreSSL ", re.compile(rb"LibreSSL (\d{1,2}\.\d{1,2}\.\d{1,3})")),
    ("boringssl", b"BoringSSL", re.compile(rb"BoringSSL()")),
    ("wolfssl", b"wolfSSL error occurred", re.compile(rb"wolfSSL error occurred()")),
    ("wolfssl", b"CyaSSL error occurred", re.compile(rb"CyaSSL error occurred()")),
    # The names of its C++ classes, in symbols and in the types that exceptions need.
    ("yassl", b"N5yaSSL", re.compile(rb"N5yaSSL()")),
    ("gnutls", b"Enabled GnuTLS ", re.compile(rb"Enabled GnuTLS (\d{1,2}\.\d{1,2}\.\d{1,3})")),
    ("nss", b"Version: NSS ", re.compile(rb"Version: NSS (\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What was found in a file's bytes, whatever its format."""

    versions: tuple[str, ...]
    """OPENSSL_VERSION_TEXTs, in the order in which they first come."""
    code_versions: tuple[str, ...]
    """Those of them that follow a " part of ", as OpenSSL's code alone has them."""
    has_libssl: bool
    """A text that only the code of OpenSSL's libssl holds is there."""
    has_libcrypto: bool
    """A text that only the code of a libcrypto holds, OpenSSL's or that of a library that came from it."""
    has_source_names: bool
    """The name of a source file of libssl is there, as its errors hold it from 1.1.0 on, and lists of files too."""
    has_ssl_errors: bool
    """The texts of libssl's errors are there: OpenSSL's, or those of a library that came from it."""
    has_heartbeat_errors: bool
    """Those of heartbeats are there: a libssl of 1.0.1 to 1.1.0, with heartbeats or built without."""
    families: tuple[tuple[str, str | None], ...]
    """Other libraries whose texts are there, each with its version where it says so."""


def is_worth_reading(piece: bytes) -> bool:
    """Whether anything stands there that OpenSSL, a caller of it or another TLS library would hold.

    At the speed of memory. What stands across two pieces is found where they share `LONGEST` bytes.
    """
    return any(sign in piece for sign in _SIGNS) and any(telltale in piece for telltale in _TELLTALES)


def read_texts(data: bytes) -> Texts:
    """Look for all texts. Time in proportion to the size, memory for `_MOST` of each."""
    versions = dict.fromkeys(
        match[0] for at in _places(data, b"OpenSSL ") if (match := _WHOLE.match(data, at))
    )
    parts = dict[tuple[bytes, bytes], None]()
    for at in _places(data, _PART_OF):
        part = _PART.search(data[max(at - 41, 0) : at])
        version = _WHOLE.match(data, at + len(_PART_OF) - len(b"OpenSSL "))
        # A text of the code ends with a zero byte; a page that tells of it goes on with words.
        if part and version and len(parts) < _MOST and data[version.end() : version.end() + 1] == b"\0":
            parts[part[0], version[0]] = None
    families = dict[str, str | None]()
    for name, hint, pattern in _FAMILIES:
        found = next((match for at in _places(data, hint) if (match := pattern.match(data, at))), None)
        if found is not None:
            families.setdefault(name, found[1].decode("ascii") or None)
    protocols = [part for part, _ in parts if part.startswith(_PROTOCOLS)]
    return Texts(
        versions=tuple(version.decode("ascii") for version in list(versions)[:_MOST]),
        code_versions=tuple(dict.fromkeys(version.decode("ascii") for _, version in parts)),
        has_libssl=bool(protocols),
        has_libcrypto=len(protocols) < len(parts) or b'\0OPENSSLDIR: "' in data,
        has_source_names=b"statem_srvr.c\0" in data,
        has_ssl_errors=_SSL_ERRORS in data,
        has_heartbeat_errors=any(text in data for text in _HEARTBEAT_ERRORS),
        families=tuple(families.items()),
    )


def _places(data: bytes, text: bytes) -> Iterator[int]:
    at = data.find(text)
    for _ in range(_MOST_LOOKED_AT):
        if at < 0:
            return
        yield at
        at = data.find(text, at + len(text))


def version_of(text: str) -> str:
    """`1.0.1e` of "OpenSSL 1.0.1e-fips 11 Feb 2013"; a pre-release keeps its mark, `1.0.2-beta1`, also where `fips`
    stands before it: "OpenSSL 1.0.2-fips-beta1".
    """
    version = text.removeprefix("OpenSSL ").split(" ", 1)[0]
    base, _, suffix = version.replace("+", "-").partition("-")
    suffix = suffix.removeprefix("fips-")
    return f"{base}-{suffix}" if suffix.startswith(("beta", "pre", "alpha", "dev")) else base
