"""Facts of a probe, written short: what `hemostat.exchange` would note, for `hemostat.assess` to judge."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from hemostat.evidence.kinds.probe import KIND
from hemostat.wire import WIRE_ERROR_CODES
from hemostat.wire.protocol import VERSION_NAMES, alert_text

__all__ = ["Example", "Facts", "any_facts", "connection", "failed", "part", "probe"]

Facts = dict[str, Any]


class Example(NamedTuple):
    """Facts that a rule decides, and the reason it gives. `what`: a peer that brings these facts about."""

    rule: str
    reason: str
    what: str
    facts: Facts


LENGTHS = {"own-bytes": 16365, "control": 8, "large-control": 16365, "flush": 12}
ENDS = ("fin", "reset", "ours", "failed")
ASKED = ("burst", "own-bytes", "large-control", "turns", "certificate", "after-handshake")
FAILURES = (
    "refused",
    "timeout",
    "unreachable",
    "reset",
    "dns",
    "local",
    "failed",
    "no-library",
    "proxy-refused",
)


def part(name: str, answer: str, count: int | None = None) -> Facts:
    """One part of the question. `count`: bytes of ours that came back; by itself all for `equal`, at most 100 for a
    prefix.
    """
    length = LENGTHS[name]
    if count is None:
        count = {"equal": length, "equal-so-far": min(100, length // 2)}.get(answer, 0)
    waited = 200_000 if answer == "none" else 100_000
    return {"part": name, "length": length, "answer": answer, "bytes": count, "microseconds": waited}


def connection(asked: str, *parts: Facts, **said: Any) -> Facts:
    """One connection over TLS 1.2, heartbeats offered by both, ended by us: but for what is `said`."""
    return {
        "dialect": "tls",
        "ready": True,
        "asked": asked,
        "offered": {
            "versions": ["TLS1.2", "TLS1.1", "TLS1.0", "SSL3.0"],
            "name": "www.example",
            "heartbeat": True,
        },
        "version": "TLS1.2",
        "cipher": 0xC02F,
        "heartbeat": 1,
        "client_certificate_asked": False,
        "certificates": [],
        "parts": list(parts),
        "nudges": 0,
        "alerts": [],
        "ended": "ours",
        "failure": None,
        "not_tls": None,
        "spoke": None,
        "refusal": None,
        "error": None,
        "messages": [],
        "started": 0,
        "microseconds": 20_000,
        "round_trip": 10_000,
        **said,
    }


def silent(asked: str = "burst", **said: Any) -> Facts:
    """One connection on which no hello came."""
    return connection(asked, **{"version": None, "cipher": None, "heartbeat": None, **said})


def failed(code: str, asked: str = "burst") -> Facts:
    """One connection that did not come about."""
    return silent(asked, ended="failed", failure=code)


def probe(*connections: Facts, transport: str = "tcp", role: str = "server", **said: Any) -> Facts:
    """The facts of a whole probe, but for what is `said`; they have the shape that evidence demands."""
    after = any(item["asked"] == "after-handshake" and item["parts"] for item in connections)
    facts: Facts = {
        "role": role,
        "transport": transport,
        "dialect": "tls" if transport == "tcp" else "dtls",
        "records": "tls" if transport == "tcp" else "dtls",
        "form": "after-handshake" if after else "hello",
        "host": "www.example",
        "address": "192.0.2.7",
        "port": 443,
        "via": None,
        "budget": {"connections": 8 if transport == "tcp" else 48, "microseconds": 20_000_000},
        "connections": list(connections),
        **said,
    }
    KIND.check(facts)
    return facts


# Every answer may stand anywhere. The likely ones come more often, so that every verdict comes up.
OWN_ANSWERS = (*["none"] * 8, "alert", "alert", "equal", "equal-so-far", "different", "not-a-record")
OTHER_ANSWERS = ("none", "none", "equal", "equal", "equal-so-far", "alert", "different", "not-a-record")
TURN = [part("own-bytes", "none"), part("large-control", "equal")]


@st.composite
def any_part(draw: st.DrawFn) -> Facts:
    name = draw(st.sampled_from(tuple(LENGTHS)))
    return part(name, draw(st.sampled_from(OWN_ANSWERS if name == "own-bytes" else OTHER_ANSWERS)))


parts = st.one_of(
    st.just([]),
    st.just([]),
    st.lists(any_part(), max_size=4),
    st.builds(
        lambda before, turns: before + TURN * turns, st.lists(any_part(), max_size=1), st.integers(1, 7)
    ),
)
versions = st.sampled_from((*VERSION_NAMES.values(), "0x0305", "0x7f1c"))
alerts = st.lists(
    st.builds(
        alert_text, st.sampled_from((1, 2, 2, 2, 3)), st.sampled_from((0, 10, 40, 70, 80, 99, 112, 255))
    ),
    max_size=3,
)


@st.composite
def any_connection(draw: st.DrawFn) -> Facts:
    return connection(
        draw(st.sampled_from(ASKED)),
        *draw(parts),
        offered={
            "versions": draw(st.lists(versions, max_size=4)),
            "name": draw(st.sampled_from((None, "www.example"))),
            "heartbeat": draw(st.booleans()),
        },
        version=draw(st.none() | versions | st.sampled_from(("TLS1.2", "DTLS1.0", "SSL3.0"))),
        cipher=draw(st.none() | st.integers(0, 0xFFFF)),
        heartbeat=draw(st.sampled_from((None, None, 1, 1, 1, 1, 2, 255))),
        client_certificate_asked=draw(st.booleans()),
        alerts=draw(alerts),
        ended=draw(st.sampled_from(ENDS)),
        failure=draw(st.sampled_from((*[None] * 20, *FAILURES))),
        not_tls=draw(st.sampled_from((*[None] * 10, "ssh", "http", "text", "ssl2", "binary"))),
        refusal=draw(st.sampled_from((None, "no-library", "handshake-failure"))),
        error=draw(st.none() | st.sampled_from(tuple(WIRE_ERROR_CODES))),
        round_trip=draw(st.none() | st.integers(0, 1_000_000)),
    )


any_facts = st.builds(
    lambda connections, transport, role: probe(*connections, transport=transport, role=role),
    st.lists(any_connection(), max_size=4),
    st.sampled_from(("tcp", "udp")),
    st.sampled_from(("server", "client")),
)
"""Facts of the right shape, whether or not any peer could bring them about."""
