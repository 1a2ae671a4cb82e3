"""`check` and its twin, asked about lab endpoints on loopback and about what is none."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import hemostat
from hemostat import api
from hemostat.api import Answer, CheckOptions, Given, Identity
from hemostat.api.targets import read_target
from hemostat.evidence import KINDS, EvidenceError
from hemostat.ledger import Ledger, LedgerError, open_ledger
from hemostat.targets import BadLine, Target, TargetLine

SOME = ("vulnerable-reads-on", "patched-closes", "no-heartbeats", "vulnerable-dtls-closes")


async def gather(targets: object, **how: object) -> list[Answer]:
    return [answer async for answer in api.check_async(targets, **how)]  # type: ignore[arg-type]


def of_lab(names: tuple[str, ...] = SOME, **how: object) -> tuple[dict[str, str], list[Answer]]:
    """Which verdict each target was made to earn, and the answers."""

    async def run() -> tuple[dict[str, str], list[Answer]]:
        async with api.open_lab(names) as opened:
            expected = {each.target: each.endpoint.verdict for each in opened}
            return expected, await gather(list(expected), **how)

    return asyncio.run(run())


def test_each_endpoint_gets_its_verdict() -> None:
    expected, answers = of_lab()
    assert {each.target: each.verdict for each in answers} == expected
    for each in answers:
        assert each.certificate is not None
        assert each.evidence["observation"] is None
        KINDS["probe"].check(each.evidence["facts"])


def test_an_answer_is_in_the_ledger_before_it_is_given(ledger: str, office: Identity) -> None:
    async def run() -> None:
        async with api.open_lab(SOME) as opened:
            async for answer in api.check_async([each.target for each in opened], ledger=ledger, who=office):
                place = answer.evidence["observation"]
                with open_ledger(ledger) as kept:
                    row = kept.observation(place["run"], place["seq"])
                    assert row is not None
                    assert row.digest == place["digest"]
                    assert row.values() == answer.evidence["facts"]
                    assert row.subject == answer.evidence["subject"]
                    assert answer.certificate is not None
                    assert kept.blob(answer.certificate.sha256)

    asyncio.run(run())
    with open_ledger(ledger) as kept:
        (state,) = kept.runs()
        assert (state.ended, state.count, state.vantage) == (True, 2 + len(SOME), "office")
        assert kept.verify().holds
        first, *_, last = kept.rows()
        assert first.values()["authority"] == "change 4711"
        assert last.values()["outcome"] == "complete"


def test_loopback_belongs_to_this_host_wherever_it_is_seen_from(ledger: str, office: Identity) -> None:
    _, answers = of_lab(("no-heartbeats",), ledger=ledger, who=office)
    assert answers[0].evidence["subject"].endswith(f"@{office.host}")


def test_what_names_no_target_is_an_answer_without_a_verdict() -> None:
    bad = BadLine(7, "x:y", "bad-port", "'y' is no port")
    (line, word) = hemostat.check([bad, "also bad:z"])
    assert (line.target, line.verdict, line.reason, line.evidence["line"]) == ("x:y", None, "bad-port", 7)
    assert (word.verdict, word.reason, word.evidence["line"]) == (None, "several", None)


def test_every_form_of_target_is_taken() -> None:
    read = read_target("127.0.0.1:9")
    answers = hemostat.check([read, TargetLine(3, read), "127.0.0.1:9"], CheckOptions(timeout=5))
    assert [each.reason for each in answers] == ["refused"] * 3
    assert isinstance(read, Target)


def test_one_text_is_one_target() -> None:
    assert [each.target for each in hemostat.check("127.0.0.1:9")] == ["127.0.0.1:9"]


def test_the_port_is_for_targets_that_name_none() -> None:
    (answer,) = hemostat.check("127.0.0.1", CheckOptions(port=9))
    assert (answer.port, answer.reason) == (9, "refused")


def test_a_name_without_an_address_is_kept_too(ledger: str) -> None:
    (answer,) = hemostat.check("no-such-host.invalid", ledger=ledger)
    assert (answer.verdict, answer.reason, answer.address) == ("unreachable", "dns", None)
    with open_ledger(ledger) as kept:
        (row,) = kept.observations(kinds=["lookup"])
        assert row.digest == answer.evidence["observation"]["digest"]


def test_each_look_is_an_answer() -> None:
    _, answers = of_lab(("vulnerable-closes",), options=CheckOptions(looks=5))
    assert [each.verdict for each in answers] == ["vulnerable"] * 5


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": float("nan")},
        {"timeout": 1e9},
        {"retries": -1},
        {"concurrency": 0},
        {"looks": 0},
        {"port": 0},
        {"sni": "not a name"},
    ],
    ids=str,
)
def test_options_that_make_no_sense(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        CheckOptions(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"port": "443"},
        {"sni": 5},
        {"timeout": "20"},
        {"timeout": True},
        {"retries": None},
        {"concurrency": 2.5},
        {"looks": 1.5},
        {"looks": True},
        {"all_addresses": 1},
        {"resume": 24},
    ],
    ids=str,
)
def test_options_of_another_type(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(TypeError, match=f"^{name} is a?"):
        CheckOptions(**options)


def test_how_long_ago_is_not_below_zero() -> None:
    with pytest.raises(ValueError, match="below zero"):
        CheckOptions(resume=timedelta(seconds=-1))


def test_everything_ever_decided_may_be_taken(ledger: str) -> None:
    options = CheckOptions(resume=timedelta.max)
    assert [each.reason for each in hemostat.check("127.0.0.1:9", options, ledger=ledger)] == ["refused"]


@pytest.mark.parametrize("given", [None, 443, b"127.0.0.1:9"])
def test_what_is_neither_text_nor_target(given: Any) -> None:
    with pytest.raises(TypeError, match=f"not {type(given).__name__}"):
        hemostat.check([given])


def test_a_ledger_that_cannot_be_opened_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        with pytest.raises(LedgerError):
            hemostat.check(f"127.0.0.1:{server.getsockname()[1]}", ledger=str(tmp_path))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_ledger_that_breaks_on_the_way_stops_no_answer(ledger: str) -> None:
    """Every answer is given, those that could not be kept without an observation; then the error is raised."""
    answers: list[Answer] = []

    def targets() -> Iterator[str]:
        yield "127.0.0.1:9"
        with sqlite3.connect(ledger) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON observation BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        yield "127.0.0.1:9"

    async def run() -> None:
        async for answer in api.check_async(targets(), CheckOptions(concurrency=1), ledger=ledger):
            answers.append(answer)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(LedgerError):
        asyncio.run(run())
    assert [each.reason for each in answers] == ["refused"] * 2
    assert answers[-1].evidence["observation"] is None
    assert answers[-1].evidence["subject"] is None


def test_when_it_is_stopped_what_is_there_is_given_and_the_run_ends_as_interrupted(ledger: str) -> None:
    """A server that is silent, and one that refuses: the one answer is given, the other's probe is given up."""

    async def run() -> list[Answer]:
        stop = asyncio.Event()
        found = []
        with socket.create_server(("127.0.0.1", 0)) as silent:
            targets = ["127.0.0.1:9", f"127.0.0.1:{silent.getsockname()[1]}"]
            async for answer in api.check_async(targets, CheckOptions(timeout=60), ledger=ledger, stop=stop):
                found.append(answer)
                stop.set()
        return found

    answers = asyncio.run(asyncio.wait_for(run(), 20))
    assert [each.reason for each in answers] == ["refused"]
    with open_ledger(ledger) as kept:
        *_, last = kept.rows()
        assert last.values() == {"count": 3, "outcome": "interrupted"}
        assert kept.verify().holds


def test_whoever_leaves_early_leaves_nothing_behind(ledger: str) -> None:
    async def run() -> set[asyncio.Task[object]]:
        async with api.open_lab(SOME) as opened:
            before = asyncio.all_tasks()
            answers = api.check_async([each.target for each in opened] * 20, ledger=ledger)
            async for _ in answers:
                break
            await answers.aclose()
            return asyncio.all_tasks() - before

    assert asyncio.run(run()) == set()
    with open_ledger(ledger) as kept:
        assert kept.verify().holds
        *_, last = kept.rows()
        assert (last.kind, last.values()["outcome"]) == ("run-end", "interrupted")


def test_a_run_that_an_error_ended_is_not_complete(ledger: str) -> None:
    def targets() -> Iterator[str]:
        yield "127.0.0.1:9"
        raise OSError("the list can't be read any further")

    with pytest.raises(OSError, match="any further"):
        hemostat.check(targets(), ledger=ledger)
    with open_ledger(ledger) as kept:
        *_, last = kept.rows()
        assert last.values() == {"count": 3, "outcome": "interrupted"}


def test_a_ledger_is_given_back_where_the_run_cannot_begin(
    ledger: str, office: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    close = Ledger.close

    def note(self: Ledger) -> None:
        closed.append(True)
        close(self)

    monkeypatch.setattr(Ledger, "close", note)
    with pytest.raises(EvidenceError):
        hemostat.check("127.0.0.1:9", ledger=ledger, who=replace(office, operator="\ud800"))
    assert closed == [True]


def test_ten_thousand_targets_are_read_as_there_is_room() -> None:
    taken = 0

    def targets() -> Iterator[str]:
        nonlocal taken
        for _ in range(10_000):
            taken += 1
            yield "127.0.0.1:9"

    async def run() -> None:
        answers = api.check_async(targets(), CheckOptions(concurrency=4))
        async for _ in answers:
            break
        await answers.aclose()

    asyncio.run(run())
    assert taken < 200


def test_targets_that_are_waited_for_hold_up_no_answer() -> None:
    """Bad lines neither: each is told when it is read, though nothing was looked at yet."""

    async def run() -> list[Answer]:
        told = asyncio.Semaphore(0)

        async def targets() -> AsyncIterator[Given]:
            for each in ("x:y", BadLine(7, "no", "bad-name", "it is none", "list.txt"), "127.0.0.1:9"):
                yield each
                await told.acquire()

        found = []
        async for answer in api.check_async(targets()):
            found.append(answer)
            told.release()
        return found

    bad, listed, refused = asyncio.run(asyncio.wait_for(run(), 20))
    assert (bad.reason, bad.evidence["line"], bad.evidence["source"]) == ("bad-port", None, None)
    assert (listed.reason, listed.evidence["line"], listed.evidence["source"]) == ("bad-name", 7, "list.txt")
    assert refused.reason == "refused"


def test_waiting_for_targets_is_given_up_when_it_is_stopped() -> None:
    async def run() -> list[Answer]:
        stop = asyncio.Event()

        async def targets() -> AsyncIterator[Given]:
            yield "127.0.0.1:9"
            await asyncio.Event().wait()

        found = []
        async for answer in api.check_async(targets(), stop=stop):
            found.append(answer)
            stop.set()
        return found

    assert [each.reason for each in asyncio.run(asyncio.wait_for(run(), 20))] == ["refused"]


def test_a_list_of_nothing_but_bad_lines_is_read_as_they_are_told() -> None:
    read = 0

    def targets() -> Iterator[Given]:
        nonlocal read
        while True:
            read += 1
            yield "x:y"

    async def run() -> None:
        async with aclosing(api.check_async(targets())) as answers:
            async for _ in answers:
                break

    asyncio.run(asyncio.wait_for(run(), 60))
    assert read < 2000


def test_the_package_shows_it() -> None:
    assert hemostat.check is api.check
    assert hemostat.check_async is api.check_async
    assert hemostat.CheckOptions is CheckOptions
    assert issubclass(LedgerError, hemostat.HemostatError)
    assert replace(CheckOptions(), looks=2).looks == 2
    assert set(hemostat.__all__) <= set(dir(hemostat))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = hemostat.no_such_name
