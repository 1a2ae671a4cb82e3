"""Programs of Debian's packages that cannot be installed beside others here (Exim beside Postfix, vsftpd beside
ProFTPD): they are unpacked beside the tests' environment, and installed nowhere.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.live.peers import needs
from tests.live.peers.openssl102q_library import CACHE

__all__ = ["known_here", "program"]

_BINDS = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/group && shift 2 && exec "$@"'


def program(package: str, path: str) -> str:
    """The program at that path of the package, got on first use; skips the test where it can't be had."""
    folder = CACHE / package
    found = folder / path
    if not found.exists():
        apt, dpkg = needs.program("apt-get", "apt"), needs.program("dpkg-deb", "dpkg")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as made:
            said = _download(apt, package, Path(made))
            packages = list(Path(made).glob("*.deb"))
            if not packages:
                pytest.skip(f"Debian's package {package} was not got: {said[-200:]}")
            unpacked = Path(made, "unpacked")
            subprocess.run([dpkg, "-x", str(packages[0]), str(unpacked)], check=True, capture_output=True)
            if not folder.exists():
                unpacked.rename(folder)
    return str(found)


def known_here(user: str, folder: Path, command: list[str]) -> list[str]:
    """The command with a user that the package would have made, known to it alone: in a mount namespace, with copies of
    passwd and group in `folder`.
    """
    unshare = needs.program("unshare", "util-linux")
    for name, line in (
        ("passwd", f"{user}:x:64999:64999::/nowhere:/bin/false"),
        ("group", f"{user}:x:64999:"),
    ):
        known = Path("/etc", name).read_text()
        there = any(each.startswith(f"{user}:") for each in known.splitlines())
        (folder / name).write_text(known if there else f"{known}{line}\n")
    return [
        unshare,
        "--mount",
        "sh",
        "-c",
        _BINDS,
        "sh",
        str(folder / "passwd"),
        str(folder / "group"),
        *command,
    ]


def _download(apt: str, package: str, folder: Path) -> str:
    """Gets the package into the folder; once more with new lists where these name one that is no longer there. What it
    said at last.
    """
    quiet = [apt, "-q", "-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User="]
    said = ""
    for commands in ([["download", package]], [["update"], ["download", package]]):
        for command in commands:
            done = subprocess.run(
                [*quiet, *command], cwd=folder, capture_output=True, text=True, check=False, timeout=100
            )
            said = done.stderr.strip()
        if any(folder.glob("*.deb")):
            break
    return said
