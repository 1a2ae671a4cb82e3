import asyncio
import io
import threading
from pathlib import Path

import pytest

from hemostat.api import Given
from hemostat.cli.command import UsageError
from hemostat.cli.lists import GivenTargets
from hemostat.targets import BadLine, Target, TargetLine


def read(targets: list[str], files: list[str]) -> tuple[list[Given], int]:
    async def run() -> tuple[list[Given], int]:
        with GivenTargets(targets, files, port=8443) as given:
            return [each async for each in given], given.repeated

    return asyncio.run(run())


def test_the_command_line_then_each_list_and_nothing_twice(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("b.example\nA.example\nx:y\n")
    second.write_bytes("c.example\nb.example:8443\n".encode("utf-16"))
    given, repeated = read(["a.example", "no target", "a.example:8443"], [str(first), str(second)])
    assert repeated == 3
    a, none, b, bad, c = given
    assert isinstance(a, Target)
    assert (a.host, a.port, none) == ("a.example", 8443, "no target")
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.source) == (3, str(first))
    assert isinstance(b, TargetLine)
    assert isinstance(c, TargetLine)
    assert (b.target.host, c.target.host) == ("b.example", "c.example")


def test_standard_input_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x:y")))
    (bad,), _ = read([], ["-"])
    assert isinstance(bad, BadLine)
    assert bad.source == "standard input"


def test_what_cannot_be_read_is_told_at_once_or_when_it_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for files in (["no-such-file"], ["/"], ["-", "-"]):
        with pytest.raises(UsageError):
            asyncio.run(opened(files))
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UsageError, match="closed"):
        asyncio.run(opened(["-"]))
    asyncio.run(opened(["/proc/self/mem"]))
    with pytest.raises(UsageError, match="/proc/self/mem can't be read: Input/output error"):
        read([], ["/proc/self/mem"])


async def opened(files: list[str]) -> GivenTargets:
    return GivenTargets([], files, port=443)


def test_so_many_are_read_ahead_and_the_thread_ends_with_it(tmp_path: Path) -> None:
    taken: list[None] = []
    listed = tmp_path / "list"
    listed.write_text("".join(f"a{number}.example\n" for number in range(5000)))

    async def run() -> int:
        with GivenTargets([], [str(listed)], port=443, taken=lambda: taken.append(None)) as given:
            (thread,) = [each for each in threading.enumerate() if each.name == "targets"]
            for _ in range(3):
                await anext(given)
            for _ in range(200):
                await asyncio.sleep(0.01)
                if given._came.qsize() >= 1000:
                    break
            await asyncio.sleep(0.05)
            ahead = given._came.qsize()
        await asyncio.to_thread(thread.join, 20)
        assert not thread.is_alive()
        return ahead

    assert asyncio.run(run()) == 1000
    assert len(taken) == 3
