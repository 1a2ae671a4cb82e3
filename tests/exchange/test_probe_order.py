"""What a driver may tell a probe, and when; and what a layer says in between."""

from typing import Any

import pytest

from hemostat.assess import judge
from hemostat.dialects import dialects
from hemostat.exchange import (
    Close,
    Closed,
    Connect,
    Connected,
    Data,
    Done,
    Event,
    ExchangeError,
    Failed,
    LibraryAnswered,
    Peer,
    Probe,
    Send,
    Time,
    Via,
    WakeAt,
)
from hemostat.layers import Layer, Step
from hemostat.layers.proxies import Proxy, proxied
from tests.exchange.dialects import dialect_of
from tests.exchange.speech import (
    flight,
    said,
)

# -- events nobody asked for ----------------------------------------------------------------------------------


def fresh(dialect: str = "tls") -> Probe:
    peer = Peer(None, "192.0.2.1", 443)
    return Probe("server", peer, dialects()[dialect], bytes, started=0, deadline=10_000_000)


@pytest.mark.parametrize(
    "event",
    [Connected(1), Failed(1, "refused"), Data(1, b"x"), Closed(1, "fin"), Time(1), LibraryAnswered(1, None)],
)
def test_no_event_before_the_start(event: Event) -> None:
    with pytest.raises(ExchangeError, match="started"):
        fresh().handle(event)


@pytest.mark.parametrize("event", [Data(1, b"x"), Closed(1, "fin"), LibraryAnswered(1, None)])
@pytest.mark.parametrize("dialect", ["tls", "dtls"])
def test_no_word_of_a_connection_that_is_not_there(event: Event, dialect: str) -> None:
    probe = fresh(dialect)
    assert [type(command) for command in probe.start()] == [Connect, WakeAt]
    with pytest.raises(ExchangeError):
        probe.handle(event)


@pytest.mark.parametrize("event", [Connected(1), Failed(1, "refused"), LibraryAnswered(1, None)])
def test_a_connection_is_made_once(event: Event) -> None:
    probe = fresh()
    probe.start()
    probe.handle(Connected(0))
    with pytest.raises(ExchangeError):
        probe.handle(event)


def test_time_may_be_told_whenever() -> None:
    probe = fresh()
    probe.start()
    assert [type(command) for command in probe.handle(Time(1))] == [WakeAt]
    probe.handle(Connected(2))
    assert [type(command) for command in probe.handle(Time(3))] == [WakeAt]


def test_after_the_end_nothing_matters() -> None:
    probe = fresh()
    probe.start()
    (done,) = probe.handle(Failed(1, "refused"))
    assert isinstance(done, Done)
    assert probe.handle(Data(2, b"x")) == []


def test_what_a_layer_says_goes_down_and_up() -> None:
    """A dialect with words of its own: TLS begins when it is ready, and is spoken through it."""

    class Knock(Layer):
        __slots__ = ("ready",)

        def __init__(self) -> None:
            self.ready = False

        def start(self, now: int) -> Step:
            return Step((b"knock",), (), now + 700)

        def from_peer(self, now: int, data: bytes) -> Step:
            if self.ready:
                return Step((), (data[::-1],))
            self.ready = True
            return Step((b"thanks",))

        def from_tls(self, now: int, data: bytes) -> Step:
            return Step((data[::-1],))

        def time(self, now: int) -> Step:
            return Step((b"still there?",))

    dialect = dialect_of(Knock, Knock)
    probe = Probe("server", Peer(None, "192.0.2.1", 1), dialect, bytes, started=0, deadline=10_000_000)
    probe.start()
    assert probe.handle(Connected(0)) == [Send(b"knock"), WakeAt(700)]
    assert probe.handle(Time(700))[0] == Send(b"still there?")
    thanks, hello, _ = probe.handle(Data(900, b"come in"))
    assert thanks == Send(b"thanks")
    assert isinstance(hello, Send)
    assert said(hello.data[::-1]) == ["client-hello"]
    question, _ = probe.handle(Data(1000, flight()[::-1]))
    assert isinstance(question, Send)
    assert said(question.data[::-1]) == ["own-bytes", "control", "finished"]


@pytest.mark.parametrize(
    ("words", "not_tls"), [(b"SSH-2.0-OpenSSH_9.2p1\r\n", "ssh"), (b"S500 injected\r\n", None)]
)
def test_ssh_is_no_yes_with_text_behind_it(words: bytes, not_tls: str | None) -> None:
    """The one letter that grants TLS in PostgreSQL's words is the first of SSH's greeting."""
    probe = fresh("postgresql")
    probe.start()
    probe.handle(Connected(0))
    *_, done = probe.handle(Data(1, words))
    assert isinstance(done, Done)
    connections: Any = done.facts["connections"]
    assert [(each["refusal"], each["not_tls"]) for each in connections] == [("text-before-tls", not_tls)]
    assert judge(done.facts).reason == (not_tls or "text-before-tls")


def test_a_layer_that_is_refused_ends_it() -> None:
    class Refused(Layer):
        __slots__ = ("ready", "refusal")

        def __init__(self) -> None:
            self.ready = False
            self.refusal = None

        def from_peer(self, now: int, data: bytes) -> Step:
            self.refusal = "no-tls"
            return Step()

    dialect = dialect_of(Refused, Refused)
    probe = Probe("server", Peer(None, "192.0.2.1", 1), dialect, bytes, started=0, deadline=10_000_000)
    probe.start()
    probe.handle(Connected(0))
    close, done = probe.handle(Data(5, b"454 no"))
    assert isinstance(close, Close)
    assert isinstance(done, Done)
    assert done.facts["connections"][0]["refusal"] == "no-tls"


@pytest.mark.parametrize("role", ["server", "client"])
def test_who_asks_and_who_grants_is_by_the_role(role: Any) -> None:
    class Asks(Layer):
        __slots__ = ()

        def start(self, now: int) -> Step:
            return Step((b"STARTTLS",))

    dialect = dialect_of(Asks, Layer)
    probe = Probe(role, Peer("a.example", "192.0.2.1", 1), dialect, bytes, started=0, deadline=10_000_000)
    probe.start()
    said_first = [command.data for command in probe.handle(Connected(0)) if isinstance(command, Send)]
    assert said_first[:1] == ([b"STARTTLS"] if role == "server" else [])


# -- a proxy in front -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "failure"),
    [
        ([Closed(2, "fin")], "proxy-broken"),
        ([Closed(2, "reset")], "proxy-broken"),
        ([Data(2, b"\5\0"), Closed(3, "fin")], "proxy-unreachable"),
        ([Data(2, b"\5\0"), Time(10_000_000)], "proxy-timeout"),
        ([Data(2, b"\5\0\5\5")], "proxy-refused"),
    ],
)
def test_what_a_proxy_says_or_leaves_unsaid_is_no_word_of_the_peer(events: list[Event], failure: str) -> None:
    socks5 = Proxy("socks5", "192.0.2.9", 1080)
    via = Via("socks5", "192.0.2.9", 1080, lambda: proxied(socks5, "mail.example", 25))
    peer = Peer("mail.example", "mail.example", 25)
    probe = Probe(
        "server", peer, dialects()["smtp"], bytes, started=0, deadline=10_000_000, retries=0, via=via
    )
    probe.start()
    commands = probe.handle(Connected(1))
    for event in events:
        commands = probe.handle(event)
    (done,) = [command for command in commands if isinstance(command, Done)]
    (connection,) = done.facts["connections"]
    assert (connection["ended"], connection["failure"]) == ("failed", failure)
