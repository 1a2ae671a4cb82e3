"""The figures of docs/safety.md, each computed from the code that sends and reads."""

import re
from pathlib import Path

import pytest

from hemostat.exchange.course import MOST_CONNECTIONS
from hemostat.exchange.datagram import MOST_BYTES as MOST_DATAGRAM_BYTES
from hemostat.exchange.datagram import MOST_DATAGRAMS, MOST_HELLOS
from hemostat.exchange.flight import MOST_ALERTS
from hemostat.exchange.offers import Form, Offer, client_hello
from hemostat.exchange.stream import MOST_BYTES, MOST_HEARTBEATS, MOST_NUDGES
from hemostat.exchange.tally import MOST_ASKED, TURNS_NEEDED
from hemostat.lab import recorded_peer
from hemostat.wire.handshake import MOST_MESSAGES
from tests.exchange.replayed import look
from tests.exchange.speech import flight, requests
from tests.exchange.talks import StreamTalk

PAGE = (Path(__file__).parents[2] / "docs" / "safety.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
LONGEST_NAME = ".".join(("x" * 63, "y" * 63, "z" * 63, "w" * 61))
MIB = 1 << 20

SERVER = "openssl-1.0.1{}/server/{}/rsa/{}"


def row(head: str) -> list[str]:
    """The cells of the one row of the table that begins so."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {head} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def sent(build: str, over: str, application: str) -> int:
    """Bytes that one answer about a recorded peer takes."""
    outcome = look(recorded_peer(SERVER.format(build, over, application)))
    return sum(map(len, outcome.sent))


def kb(count: int) -> str:
    return f"{count / 1000:.0f} KB"


def hello(form: Form, name: str | None, cookie: bytes | None = None) -> int:
    """Bytes of a hello with all its headers."""
    headers = 5 + 4 if cookie is None else 13 + 12
    return headers + len(client_hello(Offer(form, name), bytes, cookie=cookie))


def question(*, flush: bool) -> list[bytes]:
    talk = StreamTalk(flush=flush)
    talk.starts()
    talk.hears(flight())
    return talk.sent[1:]


# -- messages ------------------------------------------------------------------------------------------------


def test_the_hello() -> None:
    (cells,) = [line for line in PAGE.splitlines() if line.startswith("| ClientHello |")]
    assert f"| {hello('tls12', 'www.example')}, more with a long name (`16 03 01 …`) |" in cells
    assert hello("tls12", None) == hello("tls12", "www.example") == 517
    assert hello("tls12", LONGEST_NAME) > 517


def test_the_parts() -> None:
    (burst,) = question(flush=True)
    own, control, flush = burst[:16373], burst[16373:-21], burst[-21:]
    assert [len(part) for part in (own, control, flush)] == [16373, 32, 21]
    for name, part, start in (
        ("*own bytes*", own, "`18 vv vv 3f f0`, `01 3f ed`, 16365 random bytes"),
        ("*control*", control, "`18 vv vv 00 1b`, `01 00 08`, 8 random bytes, 16 bytes of padding"),
        ("*flush*", flush, "`16 vv vv 00 10`, `14 00 00 0c`, 12 zero bytes"),
    ):
        assert row(name)[0] == str(len(part))
        assert row(name)[1].startswith(start)
    assert own[:8].hex() == "1803033ff0013fed"
    assert control[:8].hex() == "180303001b010008"
    assert flush.hex() == "16030300101400000c" + "00" * 12


def test_the_large_control() -> None:
    talk = StreamTalk("large-control")
    talk.starts()
    talk.hears(flight())
    large = talk.sent[1]
    assert (
        f"*large control* ({len(large)} bytes: `18 vv vv 40 00`, `01 3f ed`, 16365 random bytes, 16 bytes"
        in TEXT
    )
    assert large[:8].hex() == "1803034000013fed"


def test_the_datagrams() -> None:
    outcome = look(recorded_peer(SERVER.format("f", "udp/DTLS1.0", "retries-after-a-heartbeat")))
    own, large = outcome.sent[-2:]
    assert (own[0], own[3:5], own[11:16].hex()) == (0x18, b"\0\0", "1003011000")
    assert large[11:16].hex() == "1013011000"
    assert {len(payload) for data in (own, large) for payload in requests(data, 13).values()} == {4096}
    assert (
        "`10 03`, `01 10 00`, 4096 random bytes) and *large control* (`10 13`, 16 bytes of padding)" in TEXT
    )


def test_nudges_and_repeats() -> None:
    assert f"further flushes, 21 bytes each, at most {MOST_NUDGES}" in TEXT
    assert TURNS_NEEDED == 6
    assert "until six *own bytes* went unanswered and six controls were answered" in TEXT
    assert f"at most {MOST_ASKED} of each" in TEXT


# -- limits --------------------------------------------------------------------------------------------------


def test_connections() -> None:
    over_tcp, over_udp = row("connections for one answer")
    assert over_tcp == f"at most {MOST_CONNECTIONS['tls']}; mostly 1"
    assert over_udp == f"at most {MOST_CONNECTIONS['dtls']} associations"


def test_what_one_answer_sends() -> None:
    without = "f-no-heartbeats"
    assert row("sent for one answer: no heartbeats offered") == [
        f"{sent(without, 'tcp/TLS1.2', 's_server-standard-input-at-its-end')} bytes",
        f"{sent(without, 'udp/DTLS1.0', 'closes-after-a-heartbeat') / 1000:.1f} KB",
    ]
    assert row("… vulnerable") == [
        kb(sent("f", "tcp/TLS1.2", "apache")),
        kb(sent("f", "udp/DTLS1.0", "retries-after-a-heartbeat")),
    ]
    closing = kb(sent("g", "tcp/TLS1.2", "s_server-standard-input-a-pipe"))
    ending = kb(sent("g", "udp/DTLS1.0", "closes-after-a-heartbeat"))
    assert row("… patched") == [
        f"{kb(sent('g', 'tcp/TLS1.2', 'nginx'))}; {closing} where the server closes after a heartbeat",
        f"{kb(sent('g', 'udp/DTLS1.0', 'retries-after-a-heartbeat'))}; {ending} where it ends the association",
    ]


def most(cell: str) -> int:
    (kilobytes,) = re.fullmatch(r"(\d+) KB", cell).groups()  # type: ignore[union-attr]
    return int(kilobytes) * 1000


@pytest.mark.parametrize("flush", [True, False])
def test_the_very_most_over_tcp(flush: bool) -> None:
    """Every connection with the longest hello, all parts that its kind may send, and all nudges."""
    (burst,) = question(flush=flush)
    own_alone = 16373 + (32 + 21 if flush else 16389)
    longest = max(hello(form, LONGEST_NAME) for form in ("tls12", "tls13", "ssl30"))
    each = longest + max(len(burst), own_alone, 16389) + MOST_NUDGES * 21 * flush
    assert MOST_CONNECTIONS["tls"] * each <= most(row("… at the very most")[0])


def test_the_very_most_over_udp() -> None:
    """Every association with all the hellos it may send, before the cookie and after, and all questions."""
    cookie = bytes(255)
    hellos = MOST_HELLOS * (hello("dtls12", LONGEST_NAME, b"") + hello("dtls12", LONGEST_NAME, cookie))
    questions = MOST_ASKED * ((13 + 3 + 4096) + (13 + 3 + 4096 + 16))
    bound = most(row("… at the very most")[1])
    assert 0.9 * bound < MOST_CONNECTIONS["dtls"] * hellos + questions <= bound


def test_what_is_read() -> None:
    assert MOST_BYTES == MOST_DATAGRAM_BYTES == MIB
    assert row("read on one connection") == [
        "at most 1 MiB, then it is closed",
        f"at most 1 MiB and {MOST_DATAGRAMS} datagrams",
    ]
    assert row("handshake messages, heartbeats, alerts read") == [
        f"{MOST_MESSAGES}, {MOST_HEARTBEATS}, {MOST_ALERTS}",
        f"{MOST_MESSAGES}, as many as datagrams, {MOST_ALERTS}",
    ]
