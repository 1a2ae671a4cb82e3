"""Libraries of this system to prove: Debian's OpenSSL, and what is none."""

from pathlib import Path

import pytest

from hemostat.detect.hosts.proving.prove import Libraries

__all__ = ["system_openssl"]

FOLDERS = [
    Path("/usr/lib/x86_64-linux-gnu"),
    Path("/usr/lib/aarch64-linux-gnu"),
    Path("/usr/lib64"),
    Path("/usr/lib"),
]


def system_openssl() -> Libraries:
    """This system's libssl and libcrypto; skips the test where there is none of version 3."""
    for folder in FOLDERS:
        files = [folder / name for name in ("libcrypto.so.3", "libssl.so.3")]
        if all(file.is_file() for file in files):
            return Libraries([file.read_bytes() for file in files], ssl=1, crypto=0)
    pytest.skip("this system's OpenSSL 3 is not installed (Debian package libssl3)")
