"""What the bench of the exchange times: each play ends in the verdict of its kind, proved by our own bytes."""

import os

import pytest

from bench.exchange import CHAIN, COMMON, PATCHED, VULNERABLE, kinds
from bench.memory import Play, Reply
from bench.stages import stages_of
from hemostat.assess import judge
from hemostat.exchange import Data

PLAYS = kinds()


def word_of(kind: str) -> str:
    words = {"patched": "patched", "vulnerable": "vulnerable"}
    return next((word for part, word in words.items() if part in kind), "not-affected")


@pytest.mark.parametrize("kind", PLAYS)
def test_each_play_ends_in_the_verdict_of_its_kind(kind: str) -> None:
    done = PLAYS[kind].probe()
    assert judge(done.facts).word == word_of(kind)
    assert len(done.facts["connections"]) == PLAYS[kind].connections
    assert done.certificates


@pytest.mark.parametrize("kind", [kind for kind, play in PLAYS.items() if play.connections == 1])
def test_the_connection_alone_notes_what_the_probe_notes(kind: str) -> None:
    facts, sent = PLAYS[kind].dialogue()
    [connection] = PLAYS[kind].probe().facts["connections"]
    assert [(part.name, part.answer) for part in facts.parts] == [
        (part["part"], part["answer"]) for part in connection["parts"]
    ]
    assert [f"{direction} {name} {length}" for direction, name, length in facts.messages] == connection[
        "messages"
    ]
    assert sum(map(len, sent)) == PLAYS[kind].sent


def test_a_peer_that_closes_takes_more_connections_than_a_dialogue_knows() -> None:
    with pytest.raises(TypeError, match="Closed"):
        PLAYS["patched, closes after a heartbeat"].dialogue()


def test_what_comes_back_is_filled_in_from_this_probe() -> None:
    """With the bytes of another probe in it, the answer would not be ours, and nothing would be proved."""
    play = PLAYS[VULNERABLE]
    stale = [os.urandom(play.sent)] * 2
    steps = tuple(step.filled(stale) if isinstance(step, Reply) else step for step in play.steps)
    assert judge(Play(play.dialect, steps, play.sent).probe().facts).word == "inconclusive"
    assert play.received > 16384 > PLAYS[PATCHED].received


def test_the_longer_chain_is_what_the_probe_reads() -> None:
    done = PLAYS["that chain, in segments of 1,460 bytes"].probe()
    assert sorted(done.certificates.values(), key=len, reverse=True) == list(CHAIN)
    pieces = [
        step for step in PLAYS["that chain, in segments of 1,460 bytes"].steps if isinstance(step, Data)
    ]
    assert [len(piece.data) for piece in pieces[:-1]] == [1460] * (len(pieces) - 1)
    assert len(pieces) > 1


@pytest.mark.parametrize("kind", [COMMON, PATCHED, VULNERABLE])
def test_each_stage_runs_on_what_the_probe_was_told(kind: str) -> None:
    stages = stages_of(PLAYS[kind])
    assert len(stages) == 10
    for action in stages.values():
        action()
    [drawn] = [stage() for name, stage in stages.items() if name.startswith("randomness")]
    assert isinstance(drawn, list)
    assert sum(map(len, drawn)) >= (32 if kind == COMMON else 32 + 16365 + 8 + 16)
