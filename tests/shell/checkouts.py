"""Checkouts to try the launcher on: the real launcher, a command line that tells how it was started, and a
lock of one package that lies in a folder beside it, so that no registry is asked.
"""

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["PATIENCE", "ROOT", "Checkout", "Start", "kill", "make", "wheel"]

ROOT = Path(__file__).parents[2]
COMMAND_LINE = """
import json
import os
import sys


def main() -> int:
    import pebble

    print(json.dumps({
        "arguments": sys.argv[1:], "folder": os.getcwd(), "python": sys.executable, "path": sys.path,
        "version": list(sys.version_info[:2]), "prefix": sys.pycache_prefix, "pebble": pebble.__file__,
    }))
    return 3
"""
PATIENCE = 300
"""Seconds that a start may take on a machine with much else to do: an environment is made in 5 of its CPU's."""
# What a start takes from the system; a test that hides Python gives a PATH of these alone.
TOOLS = ("sh", "cksum", "cut", "uname", "readlink", "sleep")


def wheel(folder: Path, text: str = "") -> str:
    """Writes the wheel of a package `pebble`, with `text` in it; its SHA-256."""
    inside = {
        "pebble.py": text,
        "pebble-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pebble\nVersion: 1.0\n",
        "pebble-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, content in inside.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    inside["pebble-1.0.dist-info/RECORD"] = f"{record}pebble-1.0.dist-info/RECORD,,\n"
    path = folder / "pebble-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in inside.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass
class Start:
    """What came of one start of the launcher."""

    status: int
    output: str
    said: str

    @property
    def told(self) -> dict[str, Any]:
        """What the command line told of how it was started."""
        told: dict[str, Any] = json.loads(self.output)
        return told

    def refused(self) -> str:
        """What was said, of a start that could not come about: one paragraph, status 2, no traceback."""
        assert self.status == 2, self
        assert self.output == ""
        assert "Traceback" not in self.said
        last = self.said.splitlines()[-1]
        assert last.startswith("hemostat: ")
        return last


@dataclass
class Checkout:
    """A checkout at `path`, its own user's folders beside it."""

    path: Path
    environ: dict[str, str]
    user: int | None = None
    prefix: list[str] = field(default_factory=list)

    def start(self, *arguments: str, via: str = "", cwd: str = "", **settings: str) -> Start:
        """Starts it and waits for its end; see `begin`."""
        process = self.begin(*arguments, via=via, cwd=cwd, **settings)
        output, said = process.communicate(timeout=PATIENCE)
        return Start(process.returncode, output, said)

    def begin(self, *arguments: str, via: str = "", cwd: str = "", **settings: str) -> subprocess.Popen[str]:
        """Starts it, in a process group of its own.

        `via`: by another path; `cwd`: in another folder than beside it; `settings`: environment variables.
        """
        return subprocess.Popen(
            [*self.prefix, via or str(self.path / "hemostat"), *arguments],
            cwd=cwd or self.path.parent,
            env=self.environ | settings,
            user=self.user,
            process_group=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def copy(self, folder: Path) -> "Checkout":
        """The same checkout, with what was made in it, in `folder`."""
        shutil.copytree(self.path.parent, folder, symlinks=True, dirs_exist_ok=True)
        own = {"HOME": str(folder / "home"), "PIP_FIND_LINKS": (folder / "wheels").as_uri()}
        return Checkout(folder / self.path.name, self.environ | own)

    def environments(self) -> list[Path]:
        return sorted(self.path.glob(".hemostat/env-*-cpython-*"))

    def nothing_half_done(self) -> bool:
        """Whether there's no folder but whole environments and their locks."""
        return all(path.name.startswith("env-") for path in self.path.glob(".hemostat/*"))

    def lock(self, digest: str) -> None:
        (self.path / "requirements.lock").write_text(f"pebble==1.0 \\\n    --hash=sha256:{digest}\n")

    def path_of(self, **programs: str) -> str:
        """A PATH with the tools of a start, and of Pythons only `programs`, each the text of a script."""
        folder = self.path.parent / "bin"
        folder.mkdir(exist_ok=True)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, tool
            folder.joinpath(tool).unlink(missing_ok=True)
            folder.joinpath(tool).symlink_to(found)
        for name, script in programs.items():
            program = folder / name.replace("_", ".")
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        return str(folder)


def kill(process: subprocess.Popen[str], number: signal.Signals = signal.SIGKILL) -> tuple[str, str]:
    """Sends a signal to a start and all that it started; what it had said."""
    os.killpg(process.pid, number)
    return process.communicate(timeout=PATIENCE)


def make(folder: Path) -> Checkout:
    """Makes a checkout, `a check out`, in `folder`."""
    path = folder / "a check out"
    path.mkdir()
    for name in ("hemostat", "tools/find_python.sh", "tools/make_environment.py", "src/hemostat/__main__.py"):
        path.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, path / name)
    (path / "src" / "hemostat" / "__init__.py").touch()
    (path / "src" / "hemostat" / "cli.py").write_text(COMMAND_LINE)
    wheels, home = folder / "wheels", folder / "home"
    wheels.mkdir()
    home.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels.as_uri(),
    }
    checkout = Checkout(path, environ)
    checkout.lock(wheel(wheels))
    return checkout
