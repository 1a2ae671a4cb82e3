"""A library asked about peers on real sockets: certificates, the question after the handshake, and every bad end."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hemostat.detect.drivers import library, library_carrying
from hemostat.detect.drivers.library_failures import failure_code
from hemostat.detect.drivers.library_findings import Findings
from hemostat.exchange import AskLibrary, LibraryReport
from hemostat.wire import heartbeat, protocol
from tests.detect.drivers.library_evidence import connection_of
from tests.detect.drivers.library_peer import (
    Behaviour,
    loopback,
    next_message,
    pair,
    send_message,
    server_context,
    tlslite_server,
)
from tests.detect.drivers.scripted import closed_port, descriptors, reset, stream_place
from tests.detect.network import hostile

CERTIFICATE = AskLibrary("certificate", "www.example", None, None)
OWN, CONTROL = os.urandom(16365), os.urandom(8)
BOTH = AskLibrary("after-handshake", "www.example", OWN, CONTROL)


def report_of(
    port: int, question: AskLibrary = CERTIFICATE, seconds: float = 20.0
) -> tuple[LibraryReport, dict[str, Any]]:
    """The report on a peer on loopback, and its facts, which are checked; nothing is left open."""

    async def run() -> LibraryReport:
        await asyncio.to_thread(int)  # The loop's own thread pool is there from now on.
        before = descriptors()
        loop = asyncio.get_running_loop()
        found = await library.ask(question, stream_place(port), loop.time() + seconds)
        for _ in range(250):
            if descriptors() <= before:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError("descriptors are left open")

    report = asyncio.run(run())
    return report, connection_of(report)


def report_on(
    behave: Behaviour, question: AskLibrary = CERTIFICATE, seconds: float = 20.0
) -> tuple[LibraryReport, dict[str, Any]]:
    with loopback(behave) as port:
        return report_of(port, question, seconds)


def speaks_tls(context: ssl.SSLContext) -> Behaviour:
    """A server of Python's `ssl`, for one handshake."""

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as session:
            session.recv(1)

    return behave


# -- certificates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa", "p256", "ed25519"])
def test_the_certificate_of_a_peer_of_tls_1_3_alone(tmp_path: Path, kind: str) -> None:
    context = server_context(tmp_path, kind, oldest=ssl.TLSVersion.TLSv1_3)
    report, facts = report_on(speaks_tls(context))
    assert report.certificates == (pair(kind).der,)
    assert (report.version, report.failure, report.ended) == (protocol.TLS13, None, "ours")
    assert facts["version"] == "TLS1.3"
    assert facts["cipher"] in (0x1301, 0x1302, 0x1303)


def after_a_refusal(behave: Behaviour) -> Behaviour:
    """Refuses the first connection, then does `behave`."""
    first = [True]

    def refuses_once(connection: socket.socket) -> None:
        if first.pop() if first else False:
            hostile.hear(connection)
            connection.sendall(hostile.record(21, b"\2\x28"))
        else:
            behave(connection)

    return refuses_once


def test_where_one_library_is_refused_another_is_asked(tmp_path: Path) -> None:
    report, facts = report_on(after_a_refusal(speaks_tls(server_context(tmp_path))))
    assert report.certificates[:1] == (pair("rsa").der,)
    assert (report.version, report.failure, report.ended) == (protocol.TLS13, None, "ours")
    assert facts["alerts"] == ["fatal handshake_failure"]


def test_where_one_library_is_missing_another_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise ModuleNotFoundError("tlslite")

    monkeypatch.setattr(library, "_load_tlslite", missing)
    report, _ = report_on(speaks_tls(server_context(tmp_path)))
    assert report.certificates[:1] == (pair("rsa").der,)
    assert report.failure is None
    report, facts = report_of(closed_port(socket.SOCK_STREAM), BOTH)
    assert facts["failure"] == report.failure == "no-library"


def test_where_both_are_refused_the_first_ones_word_counts() -> None:
    report, facts = report_on(hostile.refuses_every_hello)
    assert facts["failure"] == "handshake-handshake-failure"
    assert report.certificates == ()
    assert report.ended == "ours"


# -- after the handshake -------------------------------------------------------------------------------------


def answers(answer: Callable[[Any], None], **settings: Any) -> Behaviour:
    """A server that finishes the handshake, then does `answer`."""

    def behave(connection: socket.socket) -> None:
        answer(tlslite_server(connection, **settings))
        hostile.until_gone(connection)

    return behave


def heard(session: Any) -> bytes:
    """The payload of the next heartbeat request, which carries what it claims."""
    kind, body = next_message(session)
    assert (kind, body[0]) == (protocol.HEARTBEAT, heartbeat.REQUEST)
    claimed = int.from_bytes(body[1:3], "big")
    assert len(body) - 3 - claimed in (0, heartbeat.LEAST_PADDING)
    return body[3 : 3 + claimed]


def echo(session: Any, payload: bytes) -> None:
    body = b"\2" + len(payload).to_bytes(2, "big") + payload + bytes(16)
    send_message(session, protocol.HEARTBEAT, body)


def is_vulnerable(session: Any) -> None:
    payload = heard(session)
    assert payload == OWN
    echo(session, payload)


def is_patched(session: Any) -> None:
    assert heard(session) == OWN
    payload = heard(session)
    assert payload == CONTROL
    echo(session, payload)


def refuses(session: Any) -> None:
    heard(session)
    send_message(session, protocol.ALERT, b"\2\x32")


def answers_otherwise(session: Any) -> None:
    closes(session, b"otherwise")


def closes(session: Any, *said: bytes) -> None:
    heard(session)
    heard(session)
    for payload in said:
        echo(session, payload)
    session.sock.socket.shutdown(socket.SHUT_WR)


def resets(session: Any) -> None:
    heard(session)
    reset(session.sock.socket)


def speaks_text(session: Any) -> None:
    heard(session)
    session.sock.socket.sendall(b"500 OOPS: vsf_sysutil_recv_peek\r\n")


def sends_what_does_not_decrypt(session: Any) -> None:
    heard(session)
    session.sock.socket.sendall(hostile.record(24, bytes(100)))


def asks_itself(session: Any) -> None:
    """A heartbeat request of its own, and a greeting, are no answers."""
    send_message(session, protocol.HEARTBEAT, b"\1\0\x05hello" + bytes(16))
    send_message(session, protocol.APPLICATION_DATA, b"220 welcome\r\n")
    is_patched(session)


@pytest.mark.parametrize(
    ("answer", "own", "control", "ended"),
    [
        (is_vulnerable, ("equal", 16365), ("none", 0), "ours"),
        (is_patched, ("none", 0), ("equal", 8), "ours"),
        (asks_itself, ("none", 0), ("equal", 8), "ours"),
        (refuses, ("alert", 0), ("none", 0), "ours"),
        (answers_otherwise, ("different", 0), ("none", 0), "fin"),
        (closes, ("none", 0), ("none", 0), "fin"),
        (resets, ("none", 0), ("none", 0), "reset"),
        (speaks_text, ("not-a-record", 0), ("none", 0), "ours"),
        (sends_what_does_not_decrypt, ("not-a-record", 0), ("none", 0), "ours"),
    ],
)
def test_what_a_finished_handshake_tells(
    answer: Callable[[Any], None], own: tuple[str, int], control: tuple[str, int], ended: str
) -> None:
    report, facts = report_on(answers(answer), BOTH)
    assert [(part.name, part.answer, part.equal_bytes) for part in report.parts] == [
        ("own-bytes", *own),
        ("control", *control),
    ]
    assert (report.failure, report.ended) == (None, ended)
    assert report.heartbeat == 1
    assert facts["parts"][0]["length"] == 16365
    assert report.certificates == (pair("rsa").der,)
    assert (">", "heartbeat-request", 16365) in report.messages


def test_messages_without_end_after_the_handshake() -> None:
    def answer(session: Any) -> None:
        heard(session)
        for _ in range(70):
            send_message(session, protocol.HANDSHAKE, hostile.message(0, b""))
        echo(session, heard(session))

    report, _ = report_on(answers(answer), BOTH)
    assert [part.answer for part in report.parts] == ["not-a-record", "none"]
    assert report.failure is None


def test_one_part_alone() -> None:
    def answer(session: Any) -> None:
        echo(session, heard(session))

    report, _ = report_on(answers(answer), BOTH._replace(own_bytes=None))
    assert [(part.name, part.answer) for part in report.parts] == [("control", "equal")]


def test_a_peer_that_grants_no_heartbeats_is_sent_none() -> None:
    report, _ = report_on(answers(lambda session: None, heartbeats=False), BOTH)
    assert (report.parts, report.heartbeat, report.failure) == ((), None, None)


def test_a_peer_that_asks_for_a_client_certificate() -> None:
    report, facts = report_on(answers(is_patched, client_certificate=True), BOTH)
    assert facts["client_certificate_asked"]
    assert [part.answer for part in report.parts] == ["none", "equal"]


def test_what_a_part_is_not_answered_by_the_deadline_is_no_failure() -> None:
    def is_silent(session: Any) -> None:
        heard(session)

    report, _ = report_on(answers(is_silent), BOTH, seconds=1.0)
    assert [part.answer for part in report.parts] == ["none", "none"]
    assert (report.failure, report.ended) == (None, "ours")


# -- bad ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [CERTIFICATE, BOTH], ids=["certificate", "after-handshake"])
@pytest.mark.parametrize(
    ("behave", "failure", "ended"),
    [
        (hostile.is_silent, "timeout", "ours"),
        (hostile.dribbles, "timeout", "ours"),
        (hostile.closes_at_once, "closed", "fin"),
        (hostile.resets_after_the_hello, "reset", "reset"),
        (hostile.speaks_http, "not-a-record", "ours"),
        (hostile.sends_a_record_of_65535, "record-overflow", "ours"),
        (hostile.sends_records_for_ever, "library-refused", "ours"),
        (hostile.warns_for_ever, "too-many-messages", "ours"),
    ],
)
def test_why_nothing_was_found(question: AskLibrary, behave: Behaviour, failure: str, ended: str) -> None:
    report, facts = report_on(behave, question, seconds=0.6)
    assert (facts["failure"], report.ended) == (failure, ended)
    assert report.certificates == ()


def test_empty_records_without_end() -> None:
    report, _ = report_on(hostile.sends_empty_records_for_ever, BOTH)
    assert report.failure in ("too-many-messages", "library-refused")


def test_nobody_listens() -> None:
    report, facts = report_of(closed_port(socket.SOCK_STREAM))
    assert (facts["failure"], report.ended) == ("refused", "failed")


def test_a_deadline_that_is_over() -> None:
    with loopback(hostile.is_silent) as port:
        report, _ = report_of(port, seconds=-1.0)
    assert (report.failure, report.ended) == ("timeout", "failed")


class Talk:
    """Stands in for a library: it takes every record and never has enough."""

    finished = False
    received: ClassVar[list[bytes]] = []
    on_receive: ClassVar[Callable[[], bytes]] = bytes

    def __init__(self, question: AskLibrary, findings: Findings, clock: Callable[[], float]) -> None:
        self._findings = findings
        self._out = b"hello"

    def start(self) -> None:
        pass

    def output(self) -> bytes:
        said, self._out = self._out, b""
        return said

    def receive(self, record: bytes) -> None:
        self.received.append(record)
        self._out = type(self).on_receive()

    def receive_end(self) -> None:
        pass

    def fail(self, error: Exception) -> None:
        self._findings.failure = failure_code(error)

    def conclude(self) -> None:
        pass


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> type[Talk]:
    """Asked in place of the library."""
    monkeypatch.setattr(library, "_load_tlslite", lambda: Talk)
    monkeypatch.setattr(Talk, "received", [])
    return Talk


def test_more_bytes_than_any_chain_has(talk: type[Talk]) -> None:
    report, _ = report_on(hostile.sends_records_for_ever)
    assert report.failure == "too-many-bytes"
    assert sum(map(len, talk.received)) <= 1 << 20


def test_more_records_than_any_handshake_has(talk: type[Talk]) -> None:
    report, _ = report_on(hostile.sends_empty_records_for_ever)
    assert report.failure == "too-many-messages"
    assert len(talk.received) == 2048


def test_what_came_before_a_reset_is_read_where_a_write_met_it(
    talk: type[Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = hostile.record(22, bytes(20)), hostile.record(21, b"\2\x28")
    gone = threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(one + two)
        time.sleep(0.05)
        reset(connection)
        gone.set()

    def answer() -> bytes:
        gone.wait(5)
        time.sleep(0.05)
        return b"more"

    monkeypatch.setattr(library_carrying, "_PIECE", len(one))
    monkeypatch.setattr(talk, "on_receive", answer)
    report, _ = report_on(behave)
    assert talk.received == [one, two]
    assert report.ended == "reset"


def test_other_clocks_go_on_between_records_that_lie_there(
    talk: type[Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    def note() -> bytes:
        turns.append(ticks)
        return b""

    async def run(port: int) -> None:
        ticking = asyncio.create_task(tick())
        await library.ask(CERTIFICATE, stream_place(port), asyncio.get_running_loop().time() + 20)
        ticking.cancel()

    monkeypatch.setattr(talk, "on_receive", note)
    with loopback(hostile.sends_empty_records_for_ever) as port:
        asyncio.run(run(port))
    assert len(turns) == 2048
    assert len(set(turns)) == len(turns)


def test_cancelled_it_closes_its_connection() -> None:
    closed = threading.Event()

    def behave(connection: socket.socket) -> None:
        hostile.until_gone(connection)
        closed.set()

    async def run(port: int) -> None:
        deadline = asyncio.get_running_loop().time() + 60
        asking = asyncio.create_task(library.ask(CERTIFICATE, stream_place(port), deadline))
        await asyncio.sleep(0.3)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(closed.wait, 10)

    with loopback(behave) as port:
        asyncio.run(run(port))
