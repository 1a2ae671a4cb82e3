"""What one file says of OpenSSL: whether its code is in there, which, and whether it knows heartbeats."""

import re
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from hemostat.binaries.errors import BinaryError
from hemostat.binaries.image import Image
from hemostat.binaries.kinds import CODE, HEAD, OPENED, SEALED, Kind, kind_of
from hemostat.binaries.reading import read_image
from hemostat.binaries.texts import is_worth_reading, read_texts, version_of

__all__ = ["FAMILIES", "WHY", "OpenSslCopy", "read_openssl"]

FAMILIES: Final = ("openssl", "libressl", "boringssl", "wolfssl", "yassl", "gnutls", "nss")

WHY: Final = {
    "symbol": "a function of heartbeats is among its symbols",
    "no-symbol": "its inner functions are among its symbols, and none of heartbeats is",
    "no-text": "the texts of libssl's errors are there, and none of those that came with heartbeats is",
    "no-libssl": "it holds libcrypto alone; heartbeats are processed in libssl",
    "version": "OpenSSL of this version has no code for heartbeats",
    "no-code": "only the version text of OpenSSL's headers is there, none of its code",
    "other-family": "the code is another TLS library's",
    "stripped": "the names of its inner functions have been taken out, are others, or were never there",
    "unreadable": "its headers or its symbols cannot be read",
}
"""Why `heartbeats` is what it is."""

_HEARTBEATS: Final = (
    "tls1_process_heartbeat",
    "dtls1_process_heartbeat",
    # What sends them: left out by the same switch.
    "tls1_heartbeat",
    "dtls1_heartbeat",
)
"""ssl/t1_lib.c and ssl/d1_both.c of OpenSSL 1.0.1 to 1.1.0, left out with OPENSSL_NO_HEARTBEATS."""
_INNER: Final = ("ssl3_read_bytes", "ssl3_write_bytes", "dtls1_read_bytes", "tls1_enc", "ssl3_setup_buffers")
"""Not public. A file that exports one of these hides none; OpenSSL before 1.1.0 exports them all."""
_SIBLINGS: Final = ("ssl_parse_clienthello_tlsext", "ssl_parse_serverhello_tlsext")
"""Of ssl/t1_lib.c too, and each called from one place in another file, as tls1_process_heartbeat is: a linker that
optimises the whole program merges all of these into their callers, or none."""
_LIBSSL: Final = ("SSL_CTX_new", "SSL_new", "SSL_do_handshake")
_LIBCRYPTO: Final = (
    "EVP_DigestInit_ex",
    "ERR_get_error",
    "BN_new",
    "SSLeay",
    "SSLeay_version",
    "OpenSSL_version",
)
_FAMILY_SYMBOLS: Final = {
    "SSL_CTX_use_certificate_chain_mem": "libressl",
    "SSL_CTX_set_grease_enabled": "boringssl",
    "gnutls_global_init": "gnutls",
    "NSS_Initialize": "nss",
    "SSL_ImportFD": "nss",
    "wolfSSL_new": "wolfssl",
    "CyaSSL_new": "wolfssl",
    "yaSSL_CTX_new": "yassl",
}
_NAMES: Final = frozenset((*_HEARTBEATS, *_INNER, *_SIBLINGS, *_LIBSSL, *_LIBCRYPTO, *_FAMILY_SYMBOLS))
_SAYS_IF_STRIPPED: Final = (Kind.ELF, Kind.OBJECTS)
_COMPATIBLE: Final = ("libressl", "boringssl")
"""Families that have OpenSSL's functions under OpenSSL's names."""
_SYMBOL_VERSION: Final = re.compile(r"OPENSSL_(\d{1,2}[._]\d{1,2}[._]\d{1,3})")
_FIRST_WITH, _FIRST_AFTER = (1, 0, 1), (1, 1, 1)

Part = Literal["libssl", "libcrypto"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSslCopy:
    """What one file says of OpenSSL or a library in its place. All texts are printable ASCII, one line, bounded.

    Nothing of it is proved: texts and symbols are whatever whoever built the file has left there.
    """

    family: str
    """One of `FAMILIES`; another than `openssl` only where that one's code is there and no sign of OpenSSL's."""
    format: Kind
    """Of the file; `OTHER` for one that is no code."""
    machine: str
    """See `Image.machine`; empty where the file is no code, or can't be read."""
    form: Literal["shared", "static", "text-only", "unreadable"]
    """`shared`: a library that offers the code to whoever loads it. `static`: the code is inside of a program, of
    a library with another purpose, or of object files. `text-only`: no code, but the version text of the headers.
    `unreadable`: code in a file whose headers or symbols can't be read, so it may be any of these."""
    parts: tuple[Part, ...]
    """Of OpenSSL or of what has its functions; empty for `text-only`, and for other families."""
    version_text: str | None
    """As the code has it, else as the headers had: "OpenSSL 1.0.1e-fips 11 Feb 2013"."""
    version: str | None
    """`1.0.1e`; of another family, its own version. A libssl of 1.1.0 or later holds none: its libcrypto does."""
    other_texts: tuple[str, ...]
    """Further version texts of OpenSSL, at most 64: that of the headers it was compiled with, or of a second copy."""
    soname: str | None
    needed: tuple[str, ...]
    """Libraries it asks for, at most 256."""
    build_id: str | None
    """See `Image.build_id`."""
    symbol_version: str | None
    """ELF: the highest version that its symbols name, `OPENSSL_3.0.9`: it is that one or a later one."""
    heartbeats: Literal["present", "absent", "unknown"]
    """Whether OpenSSL's code for heartbeats is in it. `present` is not vulnerable: the fix left the functions there."""
    why: str
    """One of `WHY`."""

    def as_json(self) -> dict[str, Any]:
        """All of it in values of JSON, as the kind of fact `copy` has it."""
        return {
            key: list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Kind) else value
            for key, value in asdict(self).items()
        }


def read_openssl(data: bytes) -> OpenSslCopy | None:
    """What `data`, a whole file, says of OpenSSL; None where it holds neither code nor version text.

    Archives are not opened: None (`examine` opens them). Raises nothing, whatever the bytes: what can't be read is
    `unreadable`. Takes time and memory in proportion to the size; most files are done with one search.
    """
    kind = kind_of(data[:HEAD])
    if kind in OPENED or kind in SEALED or not is_worth_reading(data):
        return None
    image: Image | None = None
    if kind in CODE:
        try:
            image = read_image(data, _NAMES)
        except BinaryError as error:
            kind = Kind.OTHER if error.code == "not-code" else kind
    return _Judge(data, kind, image).copy()


class _Judge:
    def __init__(self, data: bytes, kind: Kind, image: Image | None) -> None:
        self._kind = kind
        self._image = image
        self._texts = read_texts(data)
        self._defined = image.defined if image is not None else frozenset[str]()
        self._symbol_version, self._at_least = _highest(image.version_names if image is not None else ())
        self._parts = tuple(self._find_parts())

    def copy(self) -> OpenSslCopy | None:
        family, family_version = self._family()
        parts = self._parts if family in ("openssl", *_COMPATIBLE) else ()
        has_code = bool(parts) or family != "openssl"
        texts = tuple(dict.fromkeys((*self._texts.code_versions, *self._texts.versions)))
        if not has_code and not texts:
            return None
        text = texts[0] if texts and family == "openssl" else None
        heartbeats, why = self._heartbeats(family, parts)
        image = self._image
        return OpenSslCopy(
            family=family,
            format=self._kind,
            machine=image.machine if image is not None else "",
            form=self._form(has_code),
            parts=parts,
            version_text=text,
            version=version_of(text) if text is not None else family_version,
            other_texts=tuple(other for other in texts if other != text),
            soname=image.soname if image is not None else None,
            needed=image.needed if image is not None else (),
            build_id=image.build_id if image is not None else None,
            symbol_version=self._symbol_version,
            heartbeats=heartbeats,
            why=why,
        )

    def _family(self) -> tuple[str, str | None]:
        """OpenSSL's where anything speaks for its code: the worse stands."""
        if self._kind not in CODE or self._is_openssl():
            return "openssl", None
        for name, version in self._texts.families:
            # A caller may name them; what has OpenSSL's functions, or nothing of OpenSSL at all, is the library.
            if name not in _COMPATIBLE or self._parts:
                return name, version
        for symbol, name in _FAMILY_SYMBOLS.items():
            if symbol in self._defined:
                return name, None
        # GnuTLS has a library of its own with OpenSSL's commonest functions.
        needed = self._image.needed if self._image is not None else ()
        if self._parts and any(name.startswith("libgnutls.") for name in needed):
            return "gnutls", None
        return "openssl", None

    def _is_openssl(self) -> bool:
        texts = self._texts
        return (
            bool(texts.code_versions or texts.has_source_names)
            or bool(texts.versions and self._parts)
            or not self._defined.isdisjoint(_HEARTBEATS)
            or self._at_least is not None
        )

    def _find_parts(self) -> list[Part]:
        texts, parts = self._texts, list[Part]()
        if self._kind not in CODE:
            # An image of a disk, a memory: it may hold code, but names of files and errors stand in much else.
            if texts.has_libssl:
                parts.append("libssl")
            if texts.has_libcrypto:
                parts.append("libcrypto")
            return parts
        # One function alone may be a stand-in that others load before the library, to listen in.
        enough = 1 if texts.versions else 2
        has_text = texts.has_libssl or texts.has_source_names or texts.has_heartbeat_errors
        is_inner = not self._defined.isdisjoint((*_HEARTBEATS, *_INNER))
        if has_text or is_inner or len(self._defined.intersection(_LIBSSL)) >= enough:
            parts.append("libssl")
        if texts.has_libcrypto or len(self._defined.intersection(_LIBCRYPTO)) >= enough:
            parts.append("libcrypto")
        return parts

    def _form(self, has_code: bool) -> Literal["shared", "static", "text-only", "unreadable"]:
        image = self._image
        if image is None:
            return "unreadable" if has_code or self._kind in CODE else "text-only"
        if not has_code:
            return "text-only"
        offers = image.exported.intersection((*_LIBSSL, *_LIBCRYPTO, *_FAMILY_SYMBOLS))
        return "shared" if image.is_library and offers else "static"

    def _heartbeats(
        self, family: str, parts: tuple[str, ...]
    ) -> tuple[Literal["present", "absent", "unknown"], str]:
        if family != "openssl":
            return "absent", "other-family"
        if not self._defined.isdisjoint(_HEARTBEATS):
            return "present", "symbol"
        if self._image is None and (parts or self._kind in CODE):
            return "unknown", "unreadable"
        if not parts:
            return "absent", "no-code"
        if "libssl" not in parts:
            return "absent", "no-libssl"
        if self._shows_inner_functions():
            return "absent", "no-symbol"
        # Errors of heartbeats without one inner function that is known: these have other names here, or none.
        if self._texts.has_heartbeat_errors and self._defined.isdisjoint((*_INNER, *_SIBLINGS)):
            return "unknown", "stripped"
        if self._texts.has_ssl_errors and not self._texts.has_heartbeat_errors:
            return "absent", "no-text"
        if self._is_of_a_version_without():
            return "absent", "version"
        return "unknown", "stripped"

    def _shows_inner_functions(self) -> bool:
        """In each slice of a universal file: one that was stripped hides what the others show.

        One at least must be seen by its own name: whoever links a copy in may give all of its functions another, as
        `objcopy --prefix-symbols` does.
        """
        images = (self._image.slices or (self._image,)) if self._image is not None else ()
        return bool(images) and all(
            not image.exported.isdisjoint(_INNER)
            or not image.defined.isdisjoint(_SIBLINGS)
            or (
                image.kind in _SAYS_IF_STRIPPED
                and not image.is_stripped
                and not image.defined.isdisjoint(_INNER)
            )
            for image in images
        )

    def _is_of_a_version_without(self) -> bool:
        """Heartbeats came with 1.0.1 and went with 1.1.1 (CHANGES of both). Every version named must say so."""
        texts = self._texts.code_versions or self._texts.versions
        known = [_numbers(version_of(one)) for one in texts]
        at_least = self._at_least
        if at_least is not None and (texts or at_least >= _FIRST_AFTER):
            known.append(at_least)
        return bool(known) and not any(_FIRST_WITH <= version < _FIRST_AFTER for version in known)


def _highest(names: tuple[str, ...]) -> tuple[str | None, tuple[int, ...] | None]:
    """The highest of OpenSSL's among symbols' versions (`OPENSSL_1_1_1`), as it is written and as numbers."""
    found = [
        (_numbers(match[1]), name) for name in names if (match := _SYMBOL_VERSION.match(name)) is not None
    ]
    numbers, name = max(found, default=(None, None))
    return name, numbers


def _numbers(version: str) -> tuple[int, ...]:
    """The first three: letters only tell releases with the same code apart."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
