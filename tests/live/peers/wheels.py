"""Real wheels of 2014 to 2019: fetched once, checked, never installed. What they carry of OpenSSL is known.

Of each name the wheel for the system that it was made for, which is rarely this one: only its bytes are looked at.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers.openssl102q_library import CACHE, Unobtainable, WrongBytes

__all__ = ["WHEELS", "Wheel", "fetch"]

_WINDOWS = "--python-version 2.7 --implementation cp --abi none --platform win32"
_LINUX = "--python-version 3.6 --implementation cp --abi cp36m --platform manylinux1_x86_64"


@dataclass(frozen=True, slots=True)
class Wheel:
    """`flags`: pip's, so that it does not look for one of the running Python."""

    requirement: str
    file: str
    sha256: str
    flags: str


WHEELS = {
    "cryptography 0.2.2": Wheel(
        "cryptography==0.2.2",
        "cryptography-0.2.2-cp27-none-win32.whl",
        "88cdc84c062ef0b5edcce25703d2125412e36b7ad512fe219ec3eb3813cda933",
        _WINDOWS,
    ),
    "cryptography 0.3": Wheel(
        "cryptography==0.3",
        "cryptography-0.3-cp27-none-win32.whl",
        "f8c74087eea5022b0bf2f4497fe2ce8d23eb2eae4699cbff779c4787be0a25cf",
        _WINDOWS,
    ),
    "cryptography 0.4": Wheel(
        "cryptography==0.4",
        "cryptography-0.4-cp27-none-win32.whl",
        "10147a5f30931a09a28318dc4ca3c8384ed41b6fa209ec301bb100ec22183f8f",
        _WINDOWS,
    ),
    "psycopg2 2.7": Wheel(
        "psycopg2==2.7",
        "psycopg2-2.7-cp36-cp36m-manylinux1_x86_64.whl",
        "6f3b5bf74396800738f8c15e6cecf7ce64d0e59f80e1ca5fe5ceedbcdeaac5ed",
        _LINUX,
    ),
    "psycopg2-binary 2.7.7": Wheel(
        "psycopg2-binary==2.7.7",
        "psycopg2_binary-2.7.7-cp36-cp36m-manylinux1_x86_64.whl",
        "e63850d8c52ba2b502662bf3c02603175c2397a9acc756090e444ce49508d41e",
        _LINUX,
    ),
}


def fetch(wheel: Wheel, cache: Path = CACHE) -> Path:
    """The file, downloaded on first use. Raises Unobtainable or WrongBytes."""
    kept = cache / wheel.file
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as aside:
            _download(wheel, Path(aside)).replace(kept)
    digest = hashlib.sha256(kept.read_bytes()).hexdigest()
    if digest != wheel.sha256:
        raise WrongBytes(f"{wheel.file} has the digest {digest}, not {wheel.sha256}")
    return kept


def _download(wheel: Wheel, folder: Path) -> Path:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary", ":all:", *wheel.flags.split(), "--dest", str(folder), wheel.requirement),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    file = folder / wheel.file
    if done.returncode or not file.is_file():
        raise Unobtainable(f"pip could not download {wheel.requirement}: {done.stderr.strip()[-1000:]}")
    return file
