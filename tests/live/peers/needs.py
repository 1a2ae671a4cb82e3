"""What a live test needs, said once: a test that lacks it is skipped, with the reason.

A reason that starts with `cannot be had:` names what no installation on this machine would bring. Any other
reason names something that could be had (a package, root), so that a run which must be whole can treat that
skip as a failure.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

import pytest

TUN = Path("/dev/net/tun")


def program(name: str, package: str) -> str:
    """The absolute path of a program; skips the test where Debian's `package` is not installed.

    Debian keeps servers in the sbin folders, which a user's PATH may leave out: they are searched too.
    """
    path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed (Debian package {package})")
    return path


def namespaces() -> None:
    """Skips the test where no network namespace can be made here."""
    if sys.platform != "linux":
        pytest.skip("cannot be had: network namespaces are Linux's")
    if os.geteuid() != 0:
        pytest.skip("network namespaces are made as root, and this run is not root")
    program("ip", "iproute2")


def tun() -> None:
    """Skips the test where no TUN device can be made here."""
    namespaces()
    if not TUN.exists():
        pytest.skip("cannot be had: this kernel shows no /dev/net/tun")


def x86_64_glibc() -> None:
    """Skips the test where the libraries of a manylinux1 x86-64 wheel cannot be loaded."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("cannot be had: the wheel with OpenSSL 1.0.2q holds Linux x86-64 code only")
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("cannot be had: the wheel with OpenSSL 1.0.2q needs the GNU C library")
