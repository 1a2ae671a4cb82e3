"""Whole probes over a simulated path: all the connections that one answer takes, and the verdict that they lead to."""

import hashlib
from typing import Any

import pytest

from hemostat.dialects import dialects
from hemostat.exchange import (
    AskLibrary,
    Close,
    Connected,
    Data,
    Done,
    LibraryAnswered,
    LibraryPart,
    LibraryReport,
    Peer,
    Probe,
    Time,
    WakeAt,
)
from hemostat.exchange.course import MOST_CONNECTIONS
from tests.exchange.replayed import verdict
from tests.exchange.scripted import Scripted, answering, closing, refusing, silent
from tests.exchange.simulator import Outcome, simulate
from tests.exchange.speech import (
    SSL30,
    TLS12,
    TLS13,
    alert,
    answers,
    certificate,
    flight,
    hello_retry_request,
    server_hello,
    server_hello_done,
    tls,
)

ROUND_TRIP = 20_000


def asked(outcome: Outcome) -> list[str]:
    return [talk["asked"] for talk in outcome.talks]


def offered(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(talk["offered"]["versions"][0], talk["offered"]["name"]) for talk in outcome.talks]


def judged(outcome: Outcome) -> tuple[str, str]:
    found = verdict(outcome)
    return found.word, found.reason


# -- one connection ------------------------------------------------------------------------------------------


def test_heartbeats_not_offered_takes_two_round_trips() -> None:
    outcome = simulate(lambda _: answering(heartbeat=None))
    assert judged(outcome) == ("not-affected", "not-offered")
    assert outcome.clock == 2 * ROUND_TRIP
    assert len(outcome.sent) == 1


@pytest.mark.parametrize(
    ("parts", "word"), [(("own-bytes", "control"), "vulnerable"), (("control",), "patched")]
)
def test_a_burst_takes_three_round_trips_and_no_timeout(parts: tuple[str, ...], word: str) -> None:
    outcome = simulate(lambda _: answering(*parts))
    assert judged(outcome)[0] == word
    assert (outcome.connections, outcome.clock) == (1, 3 * ROUND_TRIP)


def test_the_facts_say_who_was_asked_and_how() -> None:
    outcome = simulate(lambda _: answering("control"))
    facts = outcome.facts
    assert {
        key: facts[key] for key in ("role", "transport", "dialect", "form", "host", "address", "port")
    } == {
        "role": "server",
        "transport": "tcp",
        "dialect": "tls",
        "form": "hello",
        "host": "www.example",
        "address": "192.0.2.1",
        "port": 443,
    }
    assert facts["budget"] == {"connections": 8, "microseconds": 20_000_000}
    (talk,) = outcome.talks
    assert (talk["started"], talk["round_trip"], talk["microseconds"]) == (0, ROUND_TRIP, 3 * ROUND_TRIP)


def test_certificates_are_named_by_their_digests() -> None:
    outcome = simulate(lambda _: answering("control"))
    ((digest, der),) = outcome.certificates.items()
    assert hashlib.sha256(der).hexdigest() == digest
    assert outcome.talks[0]["certificates"] == [digest]


def test_certificates_and_messages_of_one_answer_are_bounded() -> None:
    """Six connections, each with a chain of its own and a peer that talks and talks."""

    def connect(number: int) -> Scripted:
        chain = certificate(*[b"%d of %d" % (place, number) for place in range(32)])

        def hears(names: list[str], data: bytes) -> list[Any]:
            if names == ["client-hello"]:
                return [server_hello(), chain, server_hello_done()]
            return [tls(23, b"x") * 200, "reset"]

        return Scripted(hears)

    outcome = simulate(connect)
    assert outcome.connections == 5
    assert len(outcome.certificates) == 128
    assert [len(talk["certificates"]) for talk in outcome.talks] == [32, 32, 32, 32, 0]
    assert all(set(talk["certificates"]) <= set(outcome.certificates) for talk in outcome.talks)
    assert sum(len(talk["messages"]) for talk in outcome.talks) == 5 * 120


# -- several -------------------------------------------------------------------------------------------------


def test_a_patched_server_that_closes_takes_three_connections() -> None:
    def connect(number: int) -> Scripted:
        return answering("large-control", flush=False, end="reset" if number == 0 else "fin")

    outcome = simulate(connect)
    assert asked(outcome) == ["burst", "own-bytes", "large-control"]
    assert judged(outcome) == ("patched", "own-bytes-ignored")
    assert outcome.clock == 9 * ROUND_TRIP


def test_a_server_that_resets_whatever_it_is_asked_is_never_patched() -> None:
    outcome = simulate(lambda _: answering("large-control", flush=False, end="reset"))
    assert asked(outcome) == ["burst"] + ["own-bytes"] * 4
    assert judged(outcome) == ("inconclusive", "reset")


def test_a_server_that_closes_of_its_own_accord_is_never_patched() -> None:
    """It greets and is gone, before own bytes can have reached it; the large control it answers."""

    def connect(number: int) -> Scripted:
        if number < 7:
            return Scripted(lambda names, data: [flight(), "fin"] if names == ["client-hello"] else [])
        return answering("large-control")

    outcome = simulate(connect)
    assert judged(outcome) == ("inconclusive", "closed")
    assert set(asked(outcome)) == {"burst", "own-bytes"}


def test_an_answer_cut_to_nothing_by_an_orderly_end_is_no_silence() -> None:
    """Something between turns the reset of a vulnerable server that closes into an orderly end."""

    def connect(number: int) -> Scripted:
        def hears(names: list[str], data: bytes) -> list[Any]:
            if names == ["client-hello"]:
                return [flight()]
            if "own-bytes" in names:
                return [answers(data, "own-bytes")[:12], "fin"]
            return [answers(data, "large-control"), "fin"]

        return Scripted(hears)

    outcome = simulate(connect)
    assert judged(outcome) == ("inconclusive", "truncated")


def test_two_servers_behind_one_address_prove_nothing_of_one_another() -> None:
    """Own bytes meet a server that closes on anything, the control one that is vulnerable."""

    def connect(number: int) -> Scripted:
        if number != 2:
            return answering(flush=False, end="fin")
        return answering("own-bytes", "large-control", version=0x0302)

    outcome = simulate(connect)
    assert asked(outcome) == ["burst", "own-bytes", "large-control", "own-bytes", "own-bytes"]
    assert judged(outcome) == ("inconclusive", "servers-differ")


def test_a_vulnerable_server_that_closes_by_chance_is_found_all_the_same() -> None:
    """Twice it closes, in its own time, on what it has not read; but it stays after a heartbeat that it answers."""

    def connect(number: int) -> Scripted:
        return (
            answering("own-bytes", "large-control", end=None)
            if number > 1
            else answering(flush=False, end="fin")
        )

    outcome = simulate(connect)
    assert asked(outcome) == ["burst", "own-bytes", "large-control", "own-bytes"]
    assert judged(outcome) == ("vulnerable", "own-bytes-answered")


def test_a_server_that_closes_on_own_bytes_and_on_nothing_else_is_patched() -> None:
    def connect(number: int) -> Scripted:
        def hears(names: list[str], data: bytes) -> list[Any]:
            if names == ["client-hello"]:
                return [flight()]
            return ["fin"] if "own-bytes" in names else [answers(data, "large-control")]

        return Scripted(hears)

    outcome = simulate(connect)
    assert asked(outcome) == ["burst", "own-bytes", "large-control", "own-bytes", "own-bytes"]
    assert judged(outcome) == ("patched", "own-bytes-ignored")


def test_a_server_that_is_slow_to_read_is_asked_in_order() -> None:
    """Neither an answer nor a close within four round trips: control, then flush, on the same connection."""

    def connect(number: int) -> Scripted:
        if number == 0:
            return answering(flush=False, end="reset")
        return answering("control")

    outcome = simulate(connect)
    assert asked(outcome) == ["burst", "own-bytes"]
    assert [part["part"] for part in outcome.talks[1]["parts"]] == ["own-bytes", "control", "flush"]
    assert judged(outcome) == ("patched", "own-bytes-ignored")


def test_at_most_eight_connections() -> None:
    outcome = simulate(
        lambda number: refusing(40) if number < 3 else answering(version=SSL30, flush=False, end="reset"),
        names=("www.example", None),
    )
    assert outcome.connections == MOST_CONNECTIONS["tls"] == 8
    assert judged(outcome) == ("inconclusive", "reset")


def test_a_connection_that_cannot_be_made() -> None:
    assert judged(simulate(lambda _: "refused")) == ("unreachable", "refused")
    outcome = simulate(lambda number: "refused" if number else answering(flush=False, end="fin"))
    assert judged(outcome) == ("inconclusive", "refused")


def test_a_connection_that_nobody_answers_is_tried_again_within_the_deadline() -> None:
    outcome = simulate(lambda _: "timeout")
    assert asked(outcome) == ["burst"] * 2
    assert judged(outcome) == ("unreachable", "timeout")
    assert outcome.clock == 2 * 8_000_000
    short = simulate(lambda _: "timeout", budget=1_000_000)
    assert short.clock == 1_000_000


# -- hellos --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refused", [refusing(112), closing("fin")], ids=["alert", "fin"])
@pytest.mark.parametrize("names", [("www.example", None), (None, "www.example")])
def test_the_other_form_of_the_name(refused: Scripted, names: Any) -> None:
    outcome = simulate(lambda number: answering("control") if number else refused, names=names)
    assert [name for _, name in offered(outcome)] == list(names)
    found = verdict(outcome)
    assert found.word == "patched"
    assert "This is true of what answers" in found.explanation
    assert ("without a name" in found.explanation) is (names[1] is None)


def test_every_form_of_hello_in_turn() -> None:
    outcome = simulate(lambda _: refusing(40))
    assert offered(outcome) == [
        ("TLS1.2", "www.example"),
        ("TLS1.2", None),
        ("TLS1.3", "www.example"),
        ("SSL3.0", None),
    ]
    assert judged(outcome) == ("inconclusive", "alert-handshake_failure")


def test_ssl_3_0_alone() -> None:
    def connect(number: int) -> Scripted:
        return answering("own-bytes", version=SSL30, heartbeat=None) if number == 3 else refusing(40)

    outcome = simulate(connect)
    assert judged(outcome) == ("vulnerable", "own-bytes-answered")
    outcome = simulate(lambda n: answering(version=SSL30, heartbeat=None) if n == 3 else refusing(40))
    assert judged(outcome) == ("not-affected", "ssl30-no-heartbeats")
    assert "without a name" not in verdict(outcome).explanation


@pytest.mark.parametrize("hello", [server_hello(TLS13), hello_retry_request()], ids=["hello", "retry"])
def test_tls_1_3_alone_and_its_certificate(hello: bytes) -> None:
    def connect(number: int) -> Scripted:
        return refusing(70) if number == 0 else Scripted(lambda names, data: [hello])

    report = LibraryReport(version=TLS13, cipher=0x1301, certificates=(b"a leaf", b"an issuer"))
    outcome = simulate(connect, library=lambda _: report)
    assert offered(outcome)[1] == ("TLS1.3", "www.example")
    assert [question[:4] for question in outcome.library] == [("certificate", "www.example", None, None)]
    assert sorted(outcome.certificates.values()) == [b"a leaf", b"an issuer"]
    assert judged(outcome) == ("not-affected", "tls13")
    # Where there is no library, the certificate stays unknown.
    alone = simulate(connect)
    assert judged(alone) == ("not-affected", "tls13")
    assert alone.talks[-1]["failure"] == "no-library"


@pytest.mark.parametrize(
    ("greeting", "word", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "not-affected", "ssh"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-affected", "plain-http"),
        (b"220 ready\r\n", "inconclusive", "not-tls"),
    ],
)
def test_what_is_not_tls(greeting: bytes, word: str, reason: str) -> None:
    outcome = simulate(lambda _: Scripted(lambda names, data: [greeting, "fin"]))
    assert judged(outcome) == (word, reason)
    assert outcome.connections == 1


def test_silence_is_waited_out_twice_and_told() -> None:
    outcome = simulate(lambda _: silent())
    assert offered(outcome) == [("TLS1.2", "www.example"), ("SSL3.0", None)]
    assert judged(outcome) == ("inconclusive", "silent")
    assert outcome.clock < 20_000_000


def test_a_flight_that_never_ends_is_not_waited_for_beyond_its_share() -> None:
    outcome = simulate(lambda _: Scripted(lambda names, data: [server_hello()]))
    assert outcome.clock < 20_000_000
    assert judged(outcome) == ("inconclusive", "silent")


# -- requests declined, client certificates ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "word", "reason"),
    [
        (("own-bytes",), "vulnerable", "own-bytes-answered"),
        (("control",), "patched", "own-bytes-ignored"),
        ((), "inconclusive", "requests-declined"),
    ],
)
def test_one_that_declines_requests_is_asked_all_the_same(
    parts: tuple[str, ...], word: str, reason: str
) -> None:
    outcome = simulate(lambda _: answering(*parts, heartbeat=2))
    assert judged(outcome) == (word, reason)
    assert outcome.library == []


def test_a_client_certificate_asked_for_stands_in_nobodys_way() -> None:
    def hears(names: list[str], data: bytes) -> list[Any]:
        if names == ["client-hello"]:
            return [flight(asks_client=True)]
        return [answers(data, "control") + alert(), "fin"]

    outcome = simulate(lambda _: Scripted(hears))
    assert judged(outcome) == ("patched", "own-bytes-ignored")
    assert outcome.talks[0]["client_certificate_asked"]


# -- after the handshake -------------------------------------------------------------------------------------


def refuses_before(number: int) -> Scripted:
    """GnuTLS: any heartbeat inside the handshake draws an alert."""
    return Scripted(lambda names, data: [flight()] if names == ["client-hello"] else [alert(), "fin"])


def library_of(*reports: LibraryReport) -> Any:
    left = list(reports)
    return lambda _: left.pop(0)


HELLO: Any = {"version": TLS12, "cipher": 0xC02F, "heartbeat": 1}
REFUSED = LibraryReport(
    **HELLO,
    parts=(LibraryPart("own-bytes", 16365, "alert", 0, 900), LibraryPart("control", 8, "none", 0, None)),
    alerts=("fatal decode_error",),
    ended="fin",
)
ANSWERED = LibraryReport(**HELLO, parts=(LibraryPart("control", 8, "equal", 8, 900),))
IGNORED = LibraryReport(
    **HELLO,
    parts=(LibraryPart("own-bytes", 16365, "none", 0, None), LibraryPart("control", 8, "equal", 8, 900)),
)
BACK = LibraryReport(**HELLO, parts=(LibraryPart("own-bytes", 16365, "equal", 16365, 900),))


@pytest.mark.parametrize(
    ("reports", "word", "reason"),
    [
        ((REFUSED, ANSWERED), "patched", "own-bytes-refused"),
        ((REFUSED, LibraryReport(**HELLO, ended="failed", failure="timeout")), "inconclusive", None),
        ((IGNORED,), "patched", "own-bytes-ignored"),
        ((BACK,), "inconclusive", "padding-unchecked"),
        ((LibraryReport(failure="handshake-failure"),), "inconclusive", "needs-after-handshake"),
        (
            (LibraryReport(client_certificate_asked=True, failure="handshake-failure"),),
            "inconclusive",
            "needs-client-certificate",
        ),
    ],
)
def test_one_that_holds_to_the_letter_is_asked_after_the_handshake(
    reports: tuple[LibraryReport, ...], word: str, reason: str | None
) -> None:
    outcome = simulate(refuses_before, library=library_of(*reports))
    assert asked(outcome)[:4] == ["burst", "own-bytes", "large-control", "after-handshake"]
    assert judged(outcome)[0] == word
    assert reason in (None, judged(outcome)[1])
    question = outcome.library[0]
    assert (question.purpose, question.name) == ("after-handshake", "www.example")
    assert question.own_bytes is not None
    assert question.control is not None
    assert (len(question.own_bytes), len(question.control)) == (16365, 8)
    if len(reports) == 2:
        assert outcome.library[1].own_bytes is None
        assert outcome.facts["form"] == "after-handshake"


def test_without_a_library_it_needs_one() -> None:
    outcome = simulate(refuses_before)
    assert judged(outcome) == ("inconclusive", "needs-after-handshake")
    assert outcome.talks[-1]["failure"] == "no-library"


def test_a_library_is_given_until_the_deadline() -> None:
    probe = Probe(
        "server",
        Peer(None, "192.0.2.1", 443),
        dialects()["tls"],
        bytes,
        started=0,
        deadline=1_000_000,
    )
    probe.start()
    probe.handle(Connected(0))
    commands = probe.handle(Data(10, server_hello(TLS13)))
    assert [type(command) for command in commands] == [Close, AskLibrary, WakeAt]
    (done,) = probe.handle(Time(1_000_000))
    assert isinstance(done, Done)
    assert done.facts["connections"][-1]["failure"] == "timeout"
    assert probe.handle(LibraryAnswered(1_000_001, None)) == []


# -- deadline ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [1, 1_000, 30_000, 70_000, 1_000_000])
def test_the_deadline_holds_whatever_is_under_way(budget: int) -> None:
    for connect in (lambda _: silent(), lambda _: answering(flush=False), lambda _: answering("control")):
        outcome = simulate(connect, budget=budget)
        assert outcome.clock <= budget
        assert outcome.facts["budget"]["microseconds"] == budget


def test_a_prefix_at_the_deadline_is_proof() -> None:
    def hears(names: list[str], data: bytes) -> list[Any]:
        if names == ["client-hello"]:
            return [flight()]
        return [answers(data, "own-bytes")[:1000]] if "own-bytes" in names else []

    outcome = simulate(lambda _: Scripted(hears), budget=500_000)
    assert judged(outcome) == ("vulnerable", "own-bytes-answered")
