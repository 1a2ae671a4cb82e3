"""A real OpenSSL 1.0.2q with heartbeats: fetched once, checked, unpacked, and loaded by ctypes.

`psycopg2-binary` 2.7.7 was built in 2019 with an OpenSSL of its own inside, heartbeats compiled in and
CVE-2014-0160 fixed. The wheel is downloaded (never installed), its digest compared with the one written here,
and only its shared libraries are kept. The functions used are declared in one table, so that ctypes checks
each call.

Load it only in a process that does nothing else: it brings a whole family of libraries of 2019 with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_long, c_size_t, c_ubyte, c_uint, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.peers.processes import REPOSITORY

REQUIREMENT = "psycopg2-binary==2.7.7"
WHEEL = "psycopg2_binary-2.7.7-cp36-cp36m-manylinux1_x86_64.whl"
WHEEL_SHA256 = "e63850d8c52ba2b502662bf3c02603175c2397a9acc756090e444ce49508d41e"
VERSION = "OpenSSL 1.0.2q  20 Nov 2018"
"""What `SSLeay_version` of the library says."""

CACHE = REPOSITORY / ".hemostat" / "test-cache"
"""Where downloads of the suite are kept between runs, beside the tests' environment."""

_ORDER = (
    "libz-",
    "libcom_err-",
    "libkeyutils-",
    "libsepol-",
    "libselinux-",
    "libkrb5support-",
    "libk5crypto-",
    "libcrypto-",
    "libkrb5-",
    "libgssapi_krb5-",
    "libssl-",
)
"""The libraries, each after those that it needs: once loaded, they are found by their hashed names."""

# OpenSSL 1.0.2's ssl.h and bio.h: the numbers behind the macros used here.
SSL_ERROR_WANT_READ = 2
SSL_ERROR_WANT_WRITE = 3
SSL_FILETYPE_PEM = 1
SSL_VERIFY_PEER = 1
SSL_OP_NO_QUERY_MTU = 0x1000
SSL_OP_COOKIE_EXCHANGE = 0x2000
SSL_OP_NO = {
    "SSL2.0": 0x01000000,
    "SSL3.0": 0x02000000,
    "TLS1.0": 0x04000000,
    "TLS1.2": 0x08000000,
    "TLS1.1": 0x10000000,
}
"""The option that forbids a version. DTLS 1.0 and 1.2 are forbidden by the options of TLS 1.0 and 1.2."""
SSL_CTRL_MTU = 17
SSL_CTRL_OPTIONS = 32
DTLS_CTRL_HANDLE_TIMEOUT = 74
SSL_CTRL_SET_ECDH_AUTO = 94
BIO_NOCLOSE = 0
BIO_CTRL_DGRAM_SET_CONNECTED = 32
BIO_CTRL_DGRAM_SET_PEER = 44

MESSAGE_CALLBACK = CFUNCTYPE(None, c_int, c_int, c_int, c_void_p, c_size_t, c_void_p, c_void_p)
"""Called with: 1 if written, version, content type, bytes, their count, SSL, argument."""
COOKIE_MAKER = CFUNCTYPE(c_int, c_void_p, POINTER(c_ubyte), POINTER(c_uint))
COOKIE_JUDGE = CFUNCTYPE(c_int, c_void_p, POINTER(c_ubyte), c_uint)

_SSL_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "SSL_library_init": (c_int, ()),
    "SSL_load_error_strings": (None, ()),
    "SSLv23_server_method": (c_void_p, ()),
    "SSLv23_client_method": (c_void_p, ()),
    "DTLS_server_method": (c_void_p, ()),
    "DTLS_client_method": (c_void_p, ()),
    "SSL_CTX_new": (c_void_p, (c_void_p,)),
    "SSL_CTX_ctrl": (c_long, (c_void_p, c_int, c_long, c_void_p)),
    "SSL_CTX_set_cipher_list": (c_int, (c_void_p, c_char_p)),
    "SSL_CTX_set_verify": (None, (c_void_p, c_int, c_void_p)),
    "SSL_CTX_use_certificate_chain_file": (c_int, (c_void_p, c_char_p)),
    "SSL_CTX_use_PrivateKey_file": (c_int, (c_void_p, c_char_p, c_int)),
    "SSL_CTX_set_msg_callback": (None, (c_void_p, MESSAGE_CALLBACK)),
    "SSL_CTX_set_cookie_generate_cb": (None, (c_void_p, COOKIE_MAKER)),
    "SSL_CTX_set_cookie_verify_cb": (None, (c_void_p, COOKIE_JUDGE)),
    "SSL_new": (c_void_p, (c_void_p,)),
    "SSL_free": (None, (c_void_p,)),
    "SSL_ctrl": (c_long, (c_void_p, c_int, c_long, c_void_p)),
    "SSL_set_fd": (c_int, (c_void_p, c_int)),
    "SSL_set_bio": (None, (c_void_p, c_void_p, c_void_p)),
    "SSL_set_accept_state": (None, (c_void_p,)),
    "SSL_accept": (c_int, (c_void_p,)),
    "SSL_connect": (c_int, (c_void_p,)),
    "SSL_read": (c_int, (c_void_p, c_void_p, c_int)),
    "SSL_write": (c_int, (c_void_p, c_char_p, c_int)),
    "SSL_shutdown": (c_int, (c_void_p,)),
    "SSL_get_error": (c_int, (c_void_p, c_int)),
    "SSL_get_version": (c_char_p, (c_void_p,)),
}

_CRYPTO_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "SSLeay_version": (c_char_p, (c_int,)),
    "ERR_clear_error": (None, ()),
    "ERR_get_error": (ctypes.c_ulong, ()),
    "ERR_error_string": (c_char_p, (ctypes.c_ulong, c_char_p)),
    "BIO_s_mem": (c_void_p, ()),
    "BIO_new": (c_void_p, (c_void_p,)),
    "BIO_new_dgram": (c_void_p, (c_int, c_int)),
    "BIO_write": (c_int, (c_void_p, c_char_p, c_int)),
    "BIO_ctrl": (c_long, (c_void_p, c_int, c_long, c_void_p)),
}


class Unobtainable(RuntimeError):
    """The wheel could not be downloaded; the message is the downloader's."""


class WrongBytes(RuntimeError):
    """The wheel downloaded is not the one whose digest is written here."""


class LibraryFailed(RuntimeError):
    """A call into the library failed; the message is the head of its error queue."""


def fetch(cache: Path = CACHE) -> Path:
    """The folder that holds the libraries, downloaded on first use (2.6 MiB).

    Two processes may fetch at once: each unpacks aside, and the first to finish names the folder. Raises
    Unobtainable or WrongBytes.
    """
    folder = cache / WHEEL.removesuffix(".whl")
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as aside:
        wheel = _download(Path(aside))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if digest != WHEEL_SHA256:
            raise WrongBytes(f"{WHEEL} has the digest {digest}, not {WHEEL_SHA256}")
        unpacked = Path(aside) / "libraries"
        unpacked.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if member.startswith("psycopg2/.libs/"):
                    (unpacked / Path(member).name).write_bytes(archive.read(member))
        with contextlib.suppress(OSError):  # somebody else was first: theirs are the same bytes
            os.rename(unpacked, folder)
    return folder


def _download(folder: Path) -> Path:
    # The wheel is CPython 3.6's: without these flags pip would look for one of the running Python.
    flags = (
        "--no-deps --only-binary :all: --python-version 3.6 --implementation cp --abi cp36m "
        "--platform manylinux1_x86_64"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *(*flags.split(), "--dest", str(folder), REQUIREMENT),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    wheel = folder / WHEEL
    if done.returncode or not wheel.is_file():
        raise Unobtainable(f"pip could not download {REQUIREMENT}: {done.stderr.strip()[-1000:]}")
    return wheel


@dataclass(frozen=True, slots=True)
class Library:
    """The loaded OpenSSL: libssl and libcrypto, their functions declared as in the tables above."""

    ssl: ctypes.CDLL
    crypto: ctypes.CDLL

    def must(self, result: Any, what: str) -> Any:
        """Returns `result` if it is true, else raises LibraryFailed with the library's own reason."""
        if not result:
            raise LibraryFailed(f"{what}: {self.reason()}")
        return result

    def reason(self) -> str:
        """The oldest entry of the error queue, as text."""
        text: bytes = self.crypto.ERR_error_string(self.crypto.ERR_get_error(), None)
        return text.decode()


def load(folder: Path) -> Library:
    """Loads the libraries from `folder`; raises OSError where this machine's loader refuses them."""
    loaded: dict[str, ctypes.CDLL] = {}
    for prefix in _ORDER:
        (path,) = folder.glob(prefix + "*")
        loaded[prefix] = ctypes.CDLL(str(path))
    library = Library(ssl=loaded["libssl-"], crypto=loaded["libcrypto-"])
    for module, table in ((library.ssl, _SSL_FUNCTIONS), (library.crypto, _CRYPTO_FUNCTIONS)):
        for name, (result, arguments) in table.items():
            function = getattr(module, name)
            function.restype = result
            function.argtypes = arguments
    library.ssl.SSL_library_init()
    library.ssl.SSL_load_error_strings()
    version = library.crypto.SSLeay_version(0).decode()
    if version != VERSION:
        raise LibraryFailed(f"{folder} holds {version!r}, not {VERSION!r}")
    return library
