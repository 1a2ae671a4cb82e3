"""Debian's PostgreSQL, started by hand in a folder of its own: on a Unix socket there, and on no port.

In a test: `with server() as running: running.url("name")`. Debian's own cluster is neither started nor touched.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.live.peers import needs
from tests.live.peers.processes import Running, running

__all__ = ["SUPERUSER", "Server", "server"]

SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: the folder of its socket, the folder of its programs, and its process."""

    folder: Path
    programs: Path
    running: Running

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """The URL of a database of it, for a user of it."""
        return f"postgresql://{user}@/{quote(database)}?host={quote(str(self.folder))}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Runs a statement as the superuser, by psql; what it prints."""
        done = subprocess.run(
            [
                self.programs / "psql",
                "-XqAt",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                statement,
                "-d",
                self.url(database),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


def programs() -> Path:
    """The folder of the newest PostgreSQL's server programs; skips the test where there is none.

    Debian keeps them out of the PATH, a folder for each version.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else Path(needs.program("initdb", "postgresql")).parent


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Runs a server with an empty cluster. It refuses to be root's, so as root it runs as the user `postgres`."""
    found = programs()
    as_user = []
    # The name of a socket has 107 bytes at most, which pytest's own folders may use up.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if os.geteuid() == 0:
            if shutil.which("runuser") is None:
                pytest.skip("runuser is not installed (Debian package util-linux)")
            shutil.chown(folder, SUPERUSER)
            as_user = ["runuser", "-u", SUPERUSER, "--"]
        data = folder / "data"
        subprocess.run(
            [
                *as_user,
                found / "initdb",
                "-D",
                data,
                "-U",
                SUPERUSER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        # Not for keeping: nothing of it has to survive a loss of power.
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "log_line_prefix=%m ",
        )
        options = [word for setting in settings for word in ("-c", setting)]
        log = folder / "log"
        with running([*as_user, str(found / "postgres"), "-D", str(data), *options], log) as process:
            process.await_text("ready to accept connections", 30)
            yield Server(folder, found, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
