import pytest

from hemostat.evidence.kinds.probe import KIND
from hemostat.exchange.facts import Connection, Part, could_be_reaction
from hemostat.exchange.offers import Offer


def test_a_part_answered() -> None:
    part = Part("own-bytes", b"x" * 100, 1_000)
    assert part.as_facts() == {
        "part": "own-bytes",
        "length": 100,
        "answer": "none",
        "bytes": 0,
        "microseconds": None,
    }
    part.answered("equal-so-far", 40, 3_500)
    assert part.payload == b""
    assert part.as_facts() == {
        "part": "own-bytes",
        "length": 100,
        "answer": "equal-so-far",
        "bytes": 40,
        "microseconds": 2_500,
    }


def test_a_part_unanswered_notes_how_long_it_was_waited_for() -> None:
    part = Part("control", b"x" * 8, 1_000)
    part.give_up(9_000)
    assert (part.answer, part.microseconds, part.payload, part.length) == ("none", 8_000, b"", 8)


def test_giving_up_changes_no_answer() -> None:
    part = Part("control", b"x" * 8, 1_000)
    part.answered("equal", 8, 2_000)
    part.give_up(9_000)
    assert (part.answer, part.microseconds) == ("equal", 1_000)


def test_the_first_part_of_a_name_is_found() -> None:
    facts = Connection("turns", None, 0)
    assert facts.part("own-bytes") is None
    facts.parts = [Part("own-bytes", b"1", 0), Part("large-control", b"22", 0), Part("own-bytes", b"333", 0)]
    first = facts.part("own-bytes")
    assert first is facts.parts[0]
    assert facts.part("flush") is None


def test_who_was_heard_and_who_greeted() -> None:
    facts = Connection("burst", None, 0)
    facts.log(">", "client-hello", 200)
    assert (facts.heard, facts.greeted) == (False, False)
    facts.log("<", "alert", 2)
    assert (facts.heard, facts.greeted) == (True, False)
    facts.version = 0x0303
    assert facts.greeted


def test_messages_are_noted_up_to_a_bound() -> None:
    facts = Connection("burst", None, 0)
    for number in range(1_000):
        facts.log("<", "heartbeat", number)
    assert len(facts.messages) == 120
    assert facts.messages[-1] == ("<", "heartbeat", 119)


def test_times_are_of_the_probes_beginning() -> None:
    facts = Connection("burst", Offer("tls12", "www.example"), 5_000_000)
    facts.ended_at = 5_300_000
    facts.version, facts.cipher, facts.heartbeat, facts.round_trip = 0x0303, 0xC02F, 1, 20_000
    facts.certificates = (b"one",)
    written = facts.as_facts(4_000_000, {b"one": "0" * 64})
    assert (written["started"], written["microseconds"], written["round_trip"]) == (
        1_000_000,
        300_000,
        20_000,
    )
    assert (written["version"], written["certificates"]) == ("TLS1.2", ["0" * 64])
    assert written["offered"] == {
        "versions": ["TLS1.2", "TLS1.1", "TLS1.0", "SSL3.0"],
        "name": "www.example",
        "heartbeat": True,
    }
    KIND.check({**KIND.example, "connections": [written]})


def test_a_client_is_offered_nothing_and_no_version_is_none() -> None:
    facts = Connection("burst", None, 0)
    written = facts.as_facts(0, {})
    assert written["offered"] == {"versions": [], "name": None, "heartbeat": False}
    assert written["version"] is None
    facts.version = 0x7F1C
    assert facts.as_facts(0, {})["version"] == "0x7f1c"


@pytest.mark.parametrize(
    ("waited", "round_trip", "could"),
    [
        (100_000, 100_000, True),
        (47_000, 100_000, True),
        (46_999, 100_000, False),
        (0, 100_000, False),
        # Near by, a scheduler's whim is longer than a round trip.
        (0, 6_000, True),
        (0, 6_001, False),
        (0, None, True),
        (0, 0, True),
        (None, 100_000, False),
        (None, None, False),
    ],
)
def test_what_could_be_a_reaction(waited: int | None, round_trip: int | None, could: bool) -> None:
    assert could_be_reaction(waited, round_trip) is could
