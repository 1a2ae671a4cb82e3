"""An OpenSSL of any release, loaded from open descriptors, as a TLS server over memory: by ctypes, without a file.

Functions that a release renamed are taken by either name; what none has is a library that can't be asked.
"""

import ctypes
import os
from collections.abc import Sequence
from ctypes import c_char_p, c_int, c_long, c_size_t, c_void_p
from typing import Any, Final

__all__ = ["FAILURES", "VERSION_LENGTH", "NotAsked", "OpenSsl", "Server"]

FAILURES: Final = frozenset(
    {
        "library-certificate",
        "library-context",
        "library-dependency",
        "library-lacks-functions",
        "library-malformed",
        "library-other-machine",
        "library-refused",
    }
)
"""The codes of `NotAsked`."""
VERSION_LENGTH: Final = 96
"""What is kept of the text that a library tells of its version, in characters."""

_RSA: Final = 6
"""EVP_PKEY_RSA, of every release."""
_WANT_READ: Final = 2
_MOST_TURNS: Final = 64
"""Calls of SSL_accept for one piece of input: each heartbeat ends one."""
_MOST_OUTPUT: Final = 1 << 20
_PIECE: Final = 1 << 14
_SEED: Final = 256

_SSL: Final[dict[str, tuple[tuple[str, ...], Any, tuple[Any, ...]]]] = {
    "method": (("TLS_server_method", "SSLv23_server_method"), c_void_p, ()),
    "context": (("SSL_CTX_new",), c_void_p, (c_void_p,)),
    "certificate": (("SSL_CTX_use_certificate_ASN1",), c_int, (c_void_p, c_int, c_char_p)),
    "key": (("SSL_CTX_use_PrivateKey_ASN1",), c_int, (c_int, c_void_p, c_char_p, c_long)),
    "ciphers": (("SSL_CTX_set_cipher_list",), c_int, (c_void_p, c_char_p)),
    "new": (("SSL_new",), c_void_p, (c_void_p,)),
    "free": (("SSL_free",), None, (c_void_p,)),
    "set_bio": (("SSL_set_bio",), None, (c_void_p, c_void_p, c_void_p)),
    "accept_state": (("SSL_set_accept_state",), None, (c_void_p,)),
    "accept": (("SSL_accept",), c_int, (c_void_p,)),
    "error": (("SSL_get_error",), c_int, (c_void_p, c_int)),
}
_CRYPTO: Final[dict[str, tuple[tuple[str, ...], Any, tuple[Any, ...]]]] = {
    "version": (("OpenSSL_version", "SSLeay_version"), c_char_p, (c_int,)),
    "clear": (("ERR_clear_error",), None, ()),
    "memory": (("BIO_s_mem",), c_void_p, ()),
    "bio": (("BIO_new",), c_void_p, (c_void_p,)),
    "write": (("BIO_write",), c_int, (c_void_p, c_char_p, c_int)),
    "read": (("BIO_read",), c_int, (c_void_p, c_char_p, c_int)),
    "pending": (("BIO_ctrl_pending",), c_size_t, (c_void_p,)),
    "seed": (("RAND_seed",), None, (c_char_p, c_int)),
}


class NotAsked(Exception):
    """The library could not be loaded, or lacks what it takes; the text is one of `FAILURES`."""


class OpenSsl:
    """One loaded library with a certificate and its key (DER, RSA). Raises `NotAsked`.

    `descriptors`: the files to load, each after those that it needs; `ssl`, `crypto`: which of them are libssl and
    libcrypto (one file may be both).
    """

    def __init__(
        self, descriptors: Sequence[int], ssl: int, crypto: int, certificate: bytes, key: bytes
    ) -> None:
        loaded: list[ctypes.CDLL] = []
        for descriptor in descriptors:
            try:
                loaded.append(ctypes.CDLL(f"/proc/self/fd/{descriptor}", mode=ctypes.RTLD_GLOBAL))
            except OSError as error:
                raise NotAsked(_load_code(str(error))) from error
        self.ssl = _declared(loaded[ssl], _SSL)
        self.crypto = _declared(loaded[crypto], _CRYPTO)
        for name in ("OPENSSL_init_ssl", "SSL_library_init"):
            start = getattr(loaded[ssl], name, None)
            if start is not None:
                start.argtypes = (ctypes.c_uint64, c_void_p) if name == "OPENSSL_init_ssl" else ()
                start(*((0, None) if name == "OPENSSL_init_ssl" else ()))
                break
        # Releases before 1.1.1 take their randomness from a device, which can't be opened here.
        self.crypto["seed"](os.urandom(_SEED), _SEED)
        self.version = _printable(self.crypto["version"](0) or b"")
        context = self.ssl["context"](self.ssl["method"]())
        if not context:
            raise NotAsked("library-context")
        self.ssl["ciphers"](context, b"ALL:@SECLEVEL=0") or self.ssl["ciphers"](context, b"ALL")
        if not self.ssl["certificate"](context, len(certificate), certificate):
            raise NotAsked("library-certificate")
        if not self.ssl["key"](_RSA, context, key, len(key)):
            raise NotAsked("library-certificate")
        self.context = context


class Server:
    """One connection of it, over memory: records in, records out. `over`: the library ended it."""

    def __init__(self, library: OpenSsl) -> None:
        self._library = library
        self._ssl = library.ssl["new"](library.context)
        memory = library.crypto["memory"]()
        self._in, self._out = library.crypto["bio"](memory), library.crypto["bio"](memory)
        if not (self._ssl and self._in and self._out):
            raise NotAsked("library-context")
        library.ssl["set_bio"](self._ssl, self._in, self._out)
        library.ssl["accept_state"](self._ssl)
        self.over = False

    def receive(self, data: bytes) -> bytes:
        """Give it bytes; what it says to them. It is called again after each heartbeat, as servers do that read on."""
        ssl, crypto = self._library.ssl, self._library.crypto
        if self.over or crypto["write"](self._in, data, len(data)) != len(data):
            return b""
        for _ in range(_MOST_TURNS):
            crypto["clear"]()
            before = crypto["pending"](self._in)
            result = ssl["accept"](self._ssl)
            if result == 1 or ssl["error"](self._ssl, result) != _WANT_READ:
                self.over = True
                break
            left = crypto["pending"](self._in)
            if not left or left == before:
                break
        return self._said()

    def close(self) -> None:
        """Let go of it, and of both its buffers."""
        self._library.ssl["free"](self._ssl)
        self.over = True

    def _said(self) -> bytes:
        said = b""
        piece = ctypes.create_string_buffer(_PIECE)
        while len(said) < _MOST_OUTPUT:
            count = self._library.crypto["read"](self._out, piece, _PIECE)
            if count <= 0:
                break
            said += piece.raw[:count]
        return said


def _declared(
    library: ctypes.CDLL, table: dict[str, tuple[tuple[str, ...], Any, tuple[Any, ...]]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (symbols, result, arguments) in table.items():
        function = next((each for symbol in symbols if (each := getattr(library, symbol, None))), None)
        if function is None:
            raise NotAsked("library-lacks-functions")
        function.restype, function.argtypes = result, arguments
        found[name] = function
    return found


def _printable(text: bytes) -> str:
    return "".join(chr(each) if 32 <= each < 127 else "?" for each in text[:VERSION_LENGTH])


def _load_code(message: str) -> str:
    """Why the loader refused, by its own words (glibc's, musl's)."""
    for words, code in (
        ("wrong ELF class", "library-other-machine"),
        ("cannot open shared object", "library-dependency"),
        ("Error loading shared library", "library-dependency"),
        ("version `", "library-dependency"),
        ("undefined symbol", "library-dependency"),
        ("symbol not found", "library-dependency"),
        ("invalid ELF header", "library-malformed"),
        ("failed to map segment", "library-malformed"),
    ):
        if words in message:
            return code
    return "library-refused"
