import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hemostat import api, cli


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call of the command line came to."""

    status: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """Its JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line in this process, with a ledger of the test's own and no colour."""
    monkeypatch.setenv("HEMOSTAT_LEDGER", str(tmp_path / "ledger.sqlite"))
    monkeypatch.setenv("COLUMNS", "100")

    def called(*arguments: str) -> Ran:
        capsys.readouterr()
        try:
            status = cli.main(arguments)
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return called


def wait_until_open(pid: int, file: Path) -> None:
    """Until the process has opened the file."""
    for _ in range(1000):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                if descriptor.readlink() == file:
                    return
        time.sleep(0.01)
    raise AssertionError(f"{file} was never opened")


@pytest.fixture(scope="session")
def lab() -> Iterator[dict[str, str]]:
    """Lab endpoints on loopback, served from a thread of their own: target by name."""
    names = ("vulnerable-reads-on", "patched-closes", "no-heartbeats", "vulnerable-dtls-closes")
    opened: dict[str, str] = {}
    ready, end = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with api.open_lab(names) as endpoints:
            opened.update({each.endpoint.name: each.target for each in endpoints})
            ready.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    yield opened
    loop.call_soon_threadsafe(end.set)
    thread.join(20)
    loop.close()
