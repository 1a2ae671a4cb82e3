"""`check`: one answer for each address of each target, written into the ledger before it is given out."""

import asyncio
import os
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from hemostat import __version__
from hemostat.api.answers import answer_to_bad_line, answer_to_look
from hemostat.api.identity import Identity, identify
from hemostat.api.memory import Memory
from hemostat.api.recording import Recorder
from hemostat.api.targets import read_target, schemes
from hemostat.errors import HemostatError
from hemostat.layers import ControlKey
from hemostat.layers.proxies import Proxy
from hemostat.report import Answer
from hemostat.targets import BadLine, Target, TargetError, TargetLine, shown

if TYPE_CHECKING:
    from hemostat.detect.network import Look, Options, Recall
    from hemostat.evidence import Observation
    from hemostat.ledger import Ledger

__all__ = ["CheckOptions", "Given", "check", "check_async"]

SOURCE: Final = "hemostat check"

Given = str | Target | TargetLine | BadLine
"""What may be asked for: a target as a user writes it, or already read, alone or as the line of a list."""

_MOST_REFUSED: Final = 1000
"""Answers to what names no target that wait to be told."""


_TYPES: Final[tuple[tuple[str, tuple[type, ...], str], ...]] = (
    ("port", (int, type(None)), "a whole number or None"),
    ("dialect", (str, type(None)), "a text or None"),
    ("sni", (str, type(None)), "a text or None"),
    ("timeout", (int, float, type(None)), "a number of seconds or None"),
    ("retries", (int,), "a whole number"),
    ("concurrency", (int,), "a whole number"),
    ("looks", (int,), "a whole number"),
    ("all_addresses", (bool,), "True or False"),
    ("resume", (timedelta, type(None)), "a timedelta or None"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """How to look.

    port           for targets that name neither a port nor a scheme; None: that of the dialect
    dialect        of targets that name no scheme, by its name; None: their port decides
    sni            server name to send to all, in place of each target's own; an empty one sends none
    timeout        seconds that one answer may take, connections and all; looking up a name has as many of its own;
                   None: 20, and more where a service may hold back its greeting
    retries        how often a connection that timed out is tried again, within the same time
    concurrency    addresses asked side by side
    looks          how often each address is asked (a balancer may hide several servers behind one)
    all_addresses  ask every address of a name; False: the first one
    proxy          ask through it; names are looked up there (`api.read_proxy` reads one)
    key            OpenVPN's key of the control channel (tls-auth, tls-crypt)
    resume         take from the ledger what this vantage decided so long ago at most, instead of asking again

    Raises TypeError for a value of another type, ValueError for one that makes no sense.
    """

    port: int | None = None
    dialect: str | None = None
    sni: str | None = None
    timeout: float | None = None
    retries: int = 1
    concurrency: int = 64
    looks: int = 1
    all_addresses: bool = True
    proxy: Proxy | None = None
    key: ControlKey | None = None
    resume: timedelta | None = None

    def __post_init__(self) -> None:
        for name, kinds, said in _TYPES:
            value = getattr(self, name)
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                raise TypeError(f"{name} is {said}, not {type(value).__name__}")
        if self.resume is not None and self.resume < timedelta(0):
            raise ValueError("resume is how long ago, so it is not below zero")
        schemes(self.dialect)
        _network_options(self)


def check(
    targets: str | Iterable[Given],
    options: CheckOptions | None = None,
    *,
    ledger: str | None = None,
    who: Identity | None = None,
) -> list[Answer]:
    """Ask each target and return all answers, in the order in which they came. See `check_async`.

    Not for use inside a running event loop (RuntimeError).
    """

    async def gather() -> list[Answer]:
        return [answer async for answer in check_async(targets, options, ledger=ledger, who=who)]

    return asyncio.run(gather())


async def check_async(
    targets: str | Iterable[Given] | AsyncIterable[Given],
    options: CheckOptions | None = None,
    *,
    ledger: str | None = None,
    who: Identity | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncGenerator[Answer, None]:
    """Ask each target; give each answer when it is there: one for each address and look, one for what yields none.

    `targets` is read as there is room to ask, in the event loop: where reading it blocks, as from a pipe, give an
    asynchronous one. `ledger`: its URL or path (`api.default_ledger()` is the user's own);
    None keeps nothing. An answer is in the ledger before it is given out. `who`: in whose name, from where; by
    default this user and host. When `stop` is set, nothing new is asked, what is under way is given up, and all
    answers that are there are still given.

    Raises `LedgerError` where the ledger can't be opened (before anything is asked) or written to (at the end, after
    every answer was given, those that could not be kept without an observation). A target that is malformed is an
    answer without a verdict; what is no text and no target raises TypeError, after the answers to all before it.
    """
    options = options or CheckOptions()
    asked = _network_options(options)
    who = who or identify()
    stop = stop or asyncio.Event()
    given = [targets] if isinstance(targets, str) else targets
    came = _Came()
    async with (
        _recording(ledger, who, stop, options.resume, asked) as (keep, recall),
        aclosing(_read(given, options, came.refuse)) as read,
        aclosing(_look(read, asked, recall)) as looks,
        aclosing(came.batches(looks, stop)) as batches,
    ):
        async for batch in batches:
            seen = [each for each in batch if not isinstance(each, Answer)]
            rows = iter(await keep(seen) if seen else ())
            for each in batch:
                yield each if isinstance(each, Answer) else answer_to_look(each, next(rows))


def _network_options(options: CheckOptions) -> "Options":
    from hemostat.detect.network import Options

    if options.port is not None and not 1 <= options.port <= 65535:
        raise ValueError("a port is a whole number from 1 to 65535")
    return Options(
        sni=options.sni,
        timeout=options.timeout,
        retries=options.retries,
        concurrency=options.concurrency,
        looks=options.looks,
        all_addresses=options.all_addresses,
        proxy=options.proxy,
        key=options.key,
    )


def _look(
    targets: AsyncIterable[Target], options: "Options", recall: "Recall | None"
) -> "AsyncGenerator[Look, None]":
    from hemostat.detect.network import look

    return look(targets, options, recall=recall)


async def _read(
    given: Iterable[Given] | AsyncIterable[Given],
    options: CheckOptions,
    refuse: Callable[[Answer], Awaitable[None]],
) -> AsyncGenerator[Target, None]:
    """The targets among what is given; what is none is answered at once."""
    from hemostat.detect.network import one_by_one

    async with aclosing(one_by_one(given)) as source:
        async for each in source:
            now = datetime.now(UTC)
            match each:
                case Target():
                    yield each
                case TargetLine():
                    yield each.target
                case BadLine():
                    await refuse(
                        answer_to_bad_line(each.text, each.code, each.message, each.number, now, each.source)
                    )
                case str():
                    try:
                        target = read_target(each, port=options.port, dialect=options.dialect)
                    except TargetError as error:
                        await refuse(answer_to_bad_line(shown(each), error.code, error.message, None, now))
                    else:
                        yield target
                case _:
                    raise TypeError(
                        f"a target is a text or what hemostat.targets read from one, not {type(each).__name__}"
                    )


_Keep = Callable[["Sequence[Look]"], "asyncio.Future[Sequence[Observation | None]]"]


@asynccontextmanager
async def _recording(
    url: str | None, who: Identity, stop: asyncio.Event, resume: timedelta | None, asked: "Options"
) -> "AsyncIterator[tuple[_Keep, Recall | None]]":
    """A run of the ledger, as a function that keeps a batch of looks and gives the row of each (None: not kept), and
    one that recalls earlier looks.

    The ledger has a thread of its own: a slow disk or database holds up no probe's clock.
    """
    loop = asyncio.get_running_loop()
    if url is None:

        async def keep_none(batch: "Sequence[Look]") -> "Sequence[Observation | None]":
            return [None] * len(batch)

        yield lambda batch: asyncio.ensure_future(keep_none(batch)), None
        return
    with ThreadPoolExecutor(1, "ledger") as thread:
        run = await loop.run_in_executor(thread, _Run, url, who, resume, asked)
        outcome = "interrupted"
        try:
            yield (
                lambda batch: asyncio.ensure_future(loop.run_in_executor(thread, run.keep, batch)),
                run.recall,
            )
            # Whoever leaves early, by an error or because nobody reads on, never comes here.
            if not stop.is_set():
                outcome = "complete"
        finally:
            # Not to be cut short: a run without its end counts as cut off.
            await asyncio.shield(loop.run_in_executor(thread, run.close, outcome))
        if run.broken is not None:
            raise run.broken


class _Run:
    """The ledger's side, in its own thread: what can't be written is remembered, and the looking goes on."""

    def __init__(self, url: str, who: Identity, resume: timedelta | None, asked: "Options") -> None:
        from hemostat.ledger import open_ledger

        self.recall: Recall | None = None
        self.broken: HemostatError | None = None
        self._ledger: Ledger = open_ledger(url)
        try:
            self._recorder = Recorder(
                self._ledger, who, source=SOURCE, version=__version__, draw=os.urandom(16)
            )
            if resume is not None:
                self.recall = Memory(self._ledger, who, _ago(resume), asked)
            self._recorder.begin()
        except BaseException:
            self._ledger.close()
            raise

    def keep(self, looks: "Sequence[Look]") -> "Sequence[Observation | None]":
        rows: Sequence[Observation | None] = ()
        if self.broken is None:
            try:
                rows = self._recorder.record([look for look in looks if look.kept is None])
            except HemostatError as error:
                self.broken = error
        new = iter(rows)
        return [look.kept or next(new, None) for look in looks]

    def close(self, outcome: str) -> None:
        try:
            if self.broken is None:
                self._recorder.end("interrupted" if outcome == "interrupted" else "complete")
                self.broken = self._recorder.refused
        except HemostatError as error:
            self.broken = error
        finally:
            self._ledger.close()


def _ago(span: timedelta) -> datetime:
    try:
        return datetime.now(UTC) - span
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


class _Came:
    """What there is to tell: looks that are over, and answers to what names no target."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Look | Answer | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_MOST_REFUSED)

    async def refuse(self, answer: Answer) -> None:
        """Tell of what names no target, once those before are told: a list may hold nothing else, and have no end."""
        await self._room.acquire()
        self._queue.put_nowait(answer)

    async def batches(
        self, looks: "AsyncIterator[Look]", stop: asyncio.Event
    ) -> "AsyncGenerator[list[Look | Answer], None]":
        """What came since the last batch, as soon as there is any; ends with `looks`, or when `stop` is set."""

        async def feed() -> None:
            try:
                async for each in looks:
                    self._queue.put_nowait(each)
            finally:
                self._queue.put_nowait(None)

        async def watch() -> None:
            await stop.wait()
            feeding.cancel()

        feeding = asyncio.create_task(feed())
        watching = asyncio.create_task(watch())
        try:
            ended = False
            while not ended:
                batch = [await self._queue.get()]
                while not self._queue.empty():
                    batch.append(self._queue.get_nowait())
                ended = batch[-1] is None
                there = [each for each in batch if each is not None]
                if there:
                    yield there
                    for each in there:
                        if isinstance(each, Answer):
                            self._room.release()
            if not feeding.cancelled():
                await asyncio.wait([feeding])
                if not feeding.cancelled():
                    feeding.result()
        finally:
            feeding.cancel()
            watching.cancel()
            await asyncio.wait([feeding, watching])
