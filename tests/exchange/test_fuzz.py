"""Any bytes, in any order, at any time, end in a verdict: within the deadline and the bounds, and nothing is kept.

A driver that follows the probe's commands and otherwise lets chance decide. Each heartbeat of ours carries a mark, so
that what comes back, whole, cut or altered, can be looked for in everything that is kept.
"""

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hemostat.assess import judge
from hemostat.dialects import dialects
from hemostat.evidence.canonical import encode
from hemostat.evidence.kinds.probe import KIND
from hemostat.exchange import (
    AskLibrary,
    AwaitClient,
    Close,
    Closed,
    Command,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    Failed,
    LibraryAnswered,
    LibraryPart,
    LibraryReport,
    Peer,
    Probe,
    Send,
    Time,
    WakeAt,
)
from hemostat.exchange.course import MOST_CONNECTIONS
from tests.exchange import speech
from tests.exchange.speech import DatagramSpeech
from tests.wire.claims import claimed_and_carried
from tests.wire.damage import garbled

MARK = b"a mark on ours: "
PEERS_MARK = b"a mark of theirs"
BUDGET = 20_000_000
MOST_STEPS = 400
Role = Literal["server", "client"]


class Marked:
    """Randomness that is none: each draw is its number, then the mark, again and again."""

    def __init__(self) -> None:
        self.draws = 0

    def __call__(self, length: int) -> bytes:
        self.draws += 1
        return (self.draws.to_bytes(2, "big") + bytes(islice(cycle(MARK), length)))[:length]


# -- what a peer may say -------------------------------------------------------------------------------------

TLS_VERSIONS = st.sampled_from((0x0300, 0x0301, 0x0302, 0x0303, 0x0304))
MODES = st.sampled_from((None, 1, 1, 1, 2, 255))


def of_a_stream(version: int, mode: int | None, sent: list[bytes]) -> list[bytes]:
    """Whole records that make sense somewhere."""
    ours = b"".join(sent)
    payloads = speech.requests(ours) if ours else {}
    responses = [
        speech.heartbeat_response(payload, padding) for payload in payloads.values() for padding in (0, 16)
    ]
    lies = [
        speech.heartbeat_response(payload[:-16] + PEERS_MARK)
        for payload in payloads.values()
        if len(payload) > 16
    ]
    return [
        speech.flight(version, heartbeat=mode),
        speech.server_hello(version, heartbeat=mode),
        speech.server_hello_done(version),
        speech.certificate_request(version),
        speech.hello_retry_request(),
        speech.client_hello(min(version, 0x0303), heartbeat=mode),
        speech.client_hello(versions=(0x0304, version)),
        *[
            speech.alert(code, level=level)
            for level, code in ((1, 0), (1, 112), (2, 10), (2, 40), (2, 70), (2, 112))
        ],
        *[speech.tls(24, body, version) for body in (*responses, *lies, b"\2", b"\1\0\4ping", PEERS_MARK)],
        speech.tls(23, PEERS_MARK, version),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-" + PEERS_MARK,
        PEERS_MARK * 70,
    ]


def of_datagrams(version: int, mode: int | None, sent: list[bytes]) -> list[bytes]:
    """Whole datagrams that make sense somewhere."""
    peer = DatagramSpeech(0xFEFD if version == 0x0303 else 0xFEFF)
    payloads: list[bytes] = []
    for data in sent:
        payloads += speech.requests(data, speech.DATAGRAM_HEADER).values()
    bodies = [speech.heartbeat_response(payload) for payload in payloads[-4:]]
    bodies += [speech.heartbeat_response(payload[:-16] + PEERS_MARK) for payload in payloads[-1:]]
    return [
        peer.hello_verify_request(PEERS_MARK),
        peer.flight(mode),
        DatagramSpeech(peer.version).flight(mode),
        DatagramSpeech(peer.version).server_hello(mode),
        DatagramSpeech(peer.version).client_hello(mode),
        peer.alert(),
        peer.alert(0, level=1),
        *[peer.record(24, body) for body in (*bodies, b"\2", b"\1\0\4ping", PEERS_MARK)],
        peer.record(23, PEERS_MARK),
        PEERS_MARK,
        b"",
    ]


def likely(transport: str, sent: list[bytes]) -> list[bytes]:
    """What a peer with heartbeats says next: its hello, then an answer to what was asked last."""
    header = 5 if transport == "tcp" else speech.DATAGRAM_HEADER
    asked = speech.requests(b"".join(sent[-2:]), header) if sent else {}
    if transport == "tcp" and not asked:
        return [speech.flight(), speech.client_hello()]
    if not asked:
        return [DatagramSpeech().flight(), DatagramSpeech().client_hello()]
    names = [name for name in asked if name != "own-bytes"] or list(asked)
    peer = DatagramSpeech()
    bodies = [speech.heartbeat_response(asked[name]) for name in names]
    return [speech.tls(24, body) if transport == "tcp" else peer.record(24, body) for body in bodies]


@st.composite
def words(draw: st.DrawFn, transport: str, sent: list[bytes]) -> bytes:
    """Bytes of the peer: sense, sense that was garbled or cut, or none."""
    version, mode = draw(TLS_VERSIONS), draw(MODES)
    pool = of_a_stream(version, mode, sent) if transport == "tcp" else of_datagrams(version, mode, sent)
    kind = draw(
        st.sampled_from(("likely", "likely", "likely", "sense", "sense", "more", "garbled", "cut", "none"))
    )
    word = draw(st.sampled_from(pool))
    if kind == "likely":
        word = draw(st.sampled_from(likely(transport, sent) or pool))
    if kind == "more":
        word += draw(st.sampled_from(pool))
    elif kind == "garbled":
        word = draw(garbled(word))
    elif kind == "cut":
        word = word[: draw(st.integers(0, len(word)))]
    elif kind == "none":
        word = draw(st.binary(max_size=200))
    return word


CODES = st.sampled_from(("refused", "timeout", "unreachable", "reset", "local", "dns"))
FAILURES = st.sampled_from((None, None, "no-library", "handshake-failure", "timeout"))
ANSWERS: Any = st.sampled_from(("equal", "equal-so-far", "different", "none", "alert", "not-a-record"))


@st.composite
def reports(draw: st.DrawFn, question: AskLibrary) -> LibraryReport | None:
    """What a library may have seen."""
    if draw(st.integers(0, 3)) == 0:
        return None
    parts = []
    for name, payload in (("own-bytes", question.own_bytes), ("control", question.control)):
        if payload is not None and draw(st.booleans()):
            answer = draw(ANSWERS)
            count = len(payload) if answer == "equal" else draw(st.integers(1, 7)) if "far" in answer else 0
            waited = None if answer == "none" else draw(st.integers(0, 10**6))
            parts.append(LibraryPart(name, len(payload), answer, count, waited))  # type: ignore[arg-type]
    return LibraryReport(
        version=draw(TLS_VERSIONS),
        cipher=0xC02F,
        heartbeat=draw(MODES),
        certificates=tuple(draw(st.lists(st.sampled_from((b"one", b"two")), max_size=2))),
        client_certificate_asked=draw(st.booleans()),
        parts=tuple(parts),
        ended=draw(st.sampled_from(("fin", "reset", "ours"))),
        failure=draw(FAILURES),
    )


# -- the driver ----------------------------------------------------------------------------------------------


class Driver:
    """Does what the probe commands; which event comes next is drawn, or, once `quiet`, only time."""

    def __init__(self, draw: Callable[[Any], Any], role: Role, transport: str) -> None:
        self.draw, self.role, self.transport = draw, role, transport
        dialect = dialects()["tls" if transport == "tcp" else "dtls"]
        peer = Peer("www.example", "192.0.2.1", 443)
        names = ("www.example", None)
        self.probe = Probe(role, peer, dialect, Marked(), started=0, deadline=BUDGET, names=names)
        self.clock = self.wake = 0
        self.state = "begun"
        self.library: AskLibrary | None = None
        self.sent: list[bytes] = []
        self.here: list[bytes] = []
        self.connections = 0
        self.done: Done | None = None
        self.quiet = False
        self.obey(self.probe.start())

    def obey(self, commands: list[Command]) -> None:
        for command in commands:
            assert self.done is None, "nothing follows the end"
            if isinstance(command, Connect | AwaitClient):
                assert isinstance(command, AwaitClient) is (self.role == "client")
                self.state, self.here = "waiting", []
                self.connections += 1
            elif isinstance(command, Send):
                assert self.state == "connected", "bytes for a connection that is not there"
                assert all(claimed <= carried for claimed, carried in claimed_and_carried(command.data))
                self.sent.append(command.data)
                self.here.append(command.data)
            elif isinstance(command, WakeAt):
                assert command.at <= BUDGET
                self.wake = command.at
            elif isinstance(command, Close):
                self.state = "closed"
            elif isinstance(command, AskLibrary):
                self.state, self.library = "library", command
            else:
                self.done = command

    def run(self) -> Done:
        steps = 0
        while self.done is None:
            steps += 1
            assert steps < MOST_STEPS, "it goes on and on"
            self.quiet = self.quiet or steps > 40
            self.tell(self.next())
        event(f"{self.transport} {self.role}: {judge(self.done.facts).word}")
        return self.done

    def tell(self, happens: Event) -> None:
        self.clock = happens.at
        if isinstance(happens, Connected):
            self.state = "connected"
        self.obey(self.probe.handle(happens))

    def next(self) -> Event:
        waits = max(self.wake, self.clock)
        if self.quiet:
            return Time(waits)
        now = self.clock + self.draw(st.sampled_from((0, 1, 700, 20_000, 300_000, 4_000_000)))
        if now >= waits:
            return Time(waits)
        kind = self.draw(st.integers(0, 9))
        if kind == 0:
            return Time(now)
        if self.state == "waiting":
            return Failed(now, self.draw(CODES)) if kind == 1 else Connected(now)
        if self.state == "library":
            assert self.library is not None
            return LibraryAnswered(now, self.draw(reports(self.library)))
        if kind == 1:
            return self.ends(now)
        return Data(now, self.draw(words(self.transport, self.here)))

    def ends(self, now: int) -> Event:
        if self.transport == "udp":
            return Failed(now, "unreachable") if self.draw(st.booleans()) else Closed(now, "reset")
        return Closed(now, self.draw(st.sampled_from(("fin", "reset"))))


def kept(driver: Driver, done: Done) -> str:
    """All that is kept of a probe, as text: bytes as their repr, in hex, and as text."""
    verdict = judge(done.facts)
    probe = {name: getattr(driver.probe, name, None) for name in Probe.__slots__ if name != "_draw"}
    connections = [
        [{slot: getattr(part, slot) for slot in part.__slots__} for part in connection.parts]
        for connection in driver.probe._connections
    ]
    return repr((done.facts, verdict, probe, connections)) + encode(done.facts)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("role", ["server", "client"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_whatever_comes_ends_in_a_verdict(role: Role, transport: str, data: st.DataObject) -> None:
    driver = Driver(data.draw, role, transport)
    done = driver.run()
    assert driver.clock <= BUDGET
    assert driver.connections <= len(done.facts["connections"]) <= MOST_CONNECTIONS[done.facts["records"]]
    KIND.check(done.facts)
    assert judge(done.facts).word in {"vulnerable", "patched", "not-affected", "inconclusive", "unreachable"}
    text = kept(driver, done)
    for mark in (MARK, PEERS_MARK):
        assert repr(mark)[2:-1] not in text
        assert mark.hex() not in text


@settings(max_examples=300)
@given(st.data(), st.sampled_from(("tcp", "udp")))
def test_bytes_without_sense_are_neither_proof_nor_comfort(data: st.DataObject, transport: str) -> None:
    """Whoever answers with noise alone is never vulnerable or patched."""
    driver = Driver(data.draw, "server", transport)

    def noise(now: int) -> Data:
        return Data(now, data.draw(st.binary(max_size=60)))

    driver.tell(Connected(1))
    for now in range(2, 8):
        if driver.done is None and driver.state == "connected":
            driver.tell(noise(now))
    driver.quiet = True
    assert judge((driver.done or driver.run()).facts).word in {"inconclusive", "not-affected", "unreachable"}


def test_the_marks_are_found_where_they_are() -> None:
    """What the tests above look for would be seen."""
    driver = Driver(lambda strategy: None, "server", "tcp")
    driver.tell(Connected(1))
    driver.tell(Data(2, speech.flight()))
    (connection,) = driver.probe._connections
    assert repr(MARK)[2:-1] in repr([part.payload for part in connection.parts])
    driver.tell(Data(3, speech.answers(driver.sent[-1], "own-bytes")))
    assert driver.done is not None
    assert judge(driver.done.facts).word == "vulnerable"
    assert repr(MARK)[2:-1] not in kept(driver, driver.done)
