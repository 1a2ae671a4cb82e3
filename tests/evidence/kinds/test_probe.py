"""The kind `probe`."""

from typing import Any

import pytest

from hemostat.evidence import KINDS, EvidenceError, encode
from tests.evidence.kinds.places import MEMORY, accepts, places, put, takes, without

KIND = KINDS["probe"]
EXAMPLE: Any = dict(KIND.example)
CONNECTION = ("connections", 0)
PART = (*CONNECTION, "parts", 0)


def test_the_example_passes_and_can_be_written() -> None:
    KIND.check(EXAMPLE)
    assert encode(EXAMPLE)


def test_it_is_about_what_can_be_asked() -> None:
    assert KIND.subjects == frozenset({"endpoint", "client", "build"})


def test_certificates_are_links_each_once() -> None:
    digests = [character * 64 for character in "cab"]
    facts = put(EXAMPLE, (*CONNECTION, "certificates"), digests)
    facts["connections"].append(facts["connections"][0])
    KIND.check(facts)
    assert KIND.links(facts) == tuple(f"cert:{character * 64}" for character in "abc")
    assert KIND.links(put(EXAMPLE, ("connections",), [])) == ()


@pytest.mark.parametrize("way", [way for way in places(EXAMPLE) if isinstance(way[-1], str)], ids=str)
def test_no_key_may_be_missing(way: tuple[str | int, ...]) -> None:
    assert not accepts(KIND, without(EXAMPLE, way))


def test_no_place_takes_what_may_be_a_peers_memory() -> None:
    assert takes(KIND, EXAMPLE, MEMORY) == {
        # What was asked for and connected to: from the target and the driver, with no blanks, controls or signs.
        "host",
        "address",
        "connections.offered.name",
    }


@pytest.mark.parametrize(
    ("way", "values"),
    [
        (("role",), ["client"]),
        (("transport",), ["udp"]),
        (("dialect",), ["dtls", "imap", "a-1"]),
        (("form",), ["after-handshake", "library"]),
        (("host",), [None, "192.0.2.7", "fe80::1%eth0", "_sip.example"]),
        (("address",), ["::1", "fe80::1%eth0", None]),
        (("port",), [0, 65535, None]),
        (("budget", "connections"), [0, 1]),
        (("connections",), [[]]),
        ((*CONNECTION, "asked"), ["own-bytes", "large-control", "turns", "certificate", "after-handshake"]),
        ((*CONNECTION, "offered", "versions"), [[], ["TLS1.2", "DTLS1.0", "SSL3.0", "0x7f1c"]]),
        ((*CONNECTION, "offered", "name"), [None]),
        ((*CONNECTION, "offered", "heartbeat"), [False]),
        ((*CONNECTION, "version"), [None, "SSL3.0", "0x0300"]),
        ((*CONNECTION, "cipher"), [None, 0, 65535]),
        ((*CONNECTION, "heartbeat"), [None, 0, 255]),
        ((*CONNECTION, "client_certificate_asked"), [True]),
        ((*CONNECTION, "certificates"), [[], ["0" * 64] * 64]),
        ((*PART, "part"), ["control", "large-control", "flush"]),
        ((*PART, "answer"), ["different", "alert", "not-a-record"]),
        ((*PART, "microseconds"), [0, 20_000_000]),
        ((*CONNECTION, "alerts"), [[], ["warning close_notify", "fatal 255", "level-3 handshake_failure"]]),
        ((*CONNECTION, "ended"), ["reset", "ours", "failed"]),
        ((*CONNECTION, "failure"), ["refused", "timeout", "no-route-to-host"]),
        ((*CONNECTION, "not_tls"), ["ssh", "http", "text", "ssl2", "binary"]),
        ((*CONNECTION, "refusal"), ["no-tls", "text-before-tls"]),
        ((*CONNECTION, "ready"), [False]),
        ((*CONNECTION, "spoke"), [None, "smtp", "xmpp-server"]),
        (("records",), ["dtls"]),
        (("via",), [{"scheme": "socks5", "address": "127.0.0.1", "port": 1080}]),
        ((*CONNECTION, "error"), ["not-a-record"]),
        ((*CONNECTION, "messages"), [[], ["> heartbeat-request 16368"]]),
        ((*CONNECTION, "round_trip"), [None, 0]),
    ],
)
def test_a_field_takes_each_of_its_values(way: tuple[str | int, ...], values: list[Any]) -> None:
    assert [value for value in values if not accepts(KIND, put(EXAMPLE, way, value))] == []


@pytest.mark.parametrize(
    ("way", "values"),
    [
        (("role",), ["peer", None]),
        (("transport",), ["sctp"]),
        (("dialect",), ["", "TLS", "-", "a" * 33, "a_b"]),
        (("form",), ["guess"]),
        (("records",), [None, "ssh"]),
        (("via",), ["socks5://h:1", {"scheme": "ftp", "address": "h", "port": 1}, {"scheme": "http"}]),
        ((*CONNECTION, "dialect"), [None, "SMTP"]),
        ((*CONNECTION, "ready"), [None, 1]),
        ((*CONNECTION, "spoke"), ["", "220 mail"]),
        (("host",), ["", "a b", "ü", "a" * 256, "%eth0", "fe80::1%"]),
        (("address",), ["", "a b", 1]),
        (("port",), [-1, 65536, True, "443"]),
        (("budget",), [None, {}, {"connections": 1}]),
        (("budget", "connections"), [None, -1, 65536]),
        (("connections",), [None, {}, [EXAMPLE["connections"][0]] * 65]),
        ((*CONNECTION,), [None, []]),
        ((*CONNECTION, "asked"), ["over-read"]),
        ((*CONNECTION, "offered", "versions"), [["TLS1.2"] * 17, ["TLS"], ["0x03"], ["0x03AB"], [770]]),
        ((*CONNECTION, "offered", "heartbeat"), [None, 1]),
        ((*CONNECTION, "version"), ["", "TLS 1.2"]),
        ((*CONNECTION, "cipher"), [65536, -1, "49199"]),
        ((*CONNECTION, "heartbeat"), [256, True]),
        ((*CONNECTION, "certificates"), [["0" * 63], ["0" * 65], ["A" * 64], ["0" * 64] * 65]),
        ((*PART, "length"), [65536, None]),
        ((*PART, "answer"), ["leaked", None]),
        ((*PART, "bytes"), [None, -1, "00"]),
        ((*CONNECTION, "parts"), [[EXAMPLE["connections"][0]["parts"][0]] * 65]),
        ((*CONNECTION, "nudges"), [None, -1, 65536]),
        ((*CONNECTION, "alerts"), [["fatal"], ["fatal  x"], ["level-1000 x"], ["fatal 255"] * 33]),
        ((*CONNECTION, "ended"), [None, "closed"]),
        ((*CONNECTION, "failure"), ["", "Refused", "a--b", "a-1234", "a" * 49]),
        ((*CONNECTION, "not_tls"), ["ftp"]),
        ((*CONNECTION, "messages"), [["client-hello 1"], ["> client-hello"], ["> client-hello 01"], ["> a 1"] * 257]),
        ((*CONNECTION, "started"), [None, -1, 1.5]),
    ],
)  # fmt: skip
def test_a_field_takes_no_other(way: tuple[str | int, ...], values: list[Any]) -> None:
    assert [value for value in values if accepts(KIND, put(EXAMPLE, way, value))] == []


@pytest.mark.parametrize(
    ("answer", "count", "fits"),
    [
        ("equal", 16365, True),
        ("equal", 16364, False),
        ("equal-so-far", 16364, True),
        ("equal-so-far", 16365, False),
        ("equal-so-far", 0, False),
        *[(word, 0, True) for word in ("none", "different", "alert", "not-a-record")],
        *[(word, 1, False) for word in ("none", "different", "alert", "not-a-record")],
    ],
)
def test_the_count_goes_with_the_answer(answer: str, count: int, fits: bool) -> None:
    facts = put(put(EXAMPLE, (*PART, "answer"), answer), (*PART, "bytes"), count)
    assert accepts(KIND, facts) == fits


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        ("tcp:192.0.2.7:443@office", True),
        ("udp:192.0.2.7:443@office", False),
        ("tcp:192.0.2.7:444@office", False),
        ("tcp:192.0.2.8:443@office", False),
        ("tcp:www.example:443@via:tcp:8.8.8.8:1080", False),
        ("client:192.0.2.7:t13d1516h2_8daaf6152771_b186095e22b6@office", True),
        ("build:" + "ab" * 32, True),
    ],
)
def test_an_endpoint_is_where_the_connections_went(subject: str, fits: bool) -> None:
    if fits:
        KIND.check_subject(subject, "run:" + "0a" * 16, EXAMPLE)
    else:
        with pytest.raises(EvidenceError, match="about another subject"):
            KIND.check_subject(subject, "run:" + "0a" * 16, EXAMPLE)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("fe80::1%eth0", "tcp:[fe80::1]:443@host:name=web1%eth0"),
        ("::ffff:8.8.8.8", "tcp:8.8.8.8:443"),
        ("2606:4700:0::1", "tcp:[2606:4700::1]:443"),
    ],
)
def test_an_address_may_be_spelt_otherwise_in_the_facts(address: str, subject: str) -> None:
    KIND.check_subject(subject, "run:" + "0a" * 16, put(EXAMPLE, ("address",), address))


def test_what_a_proxy_looked_up_is_about_what_it_names_and_only_with_a_proxy() -> None:
    subject, run = "tcp:www.example:443@via:tcp:8.8.8.8:1080", "run:" + "0a" * 16
    facts = put(EXAMPLE, ("address",), "www.example")
    proxy = {"scheme": "socks5", "address": "8.8.8.8", "port": 1080}
    KIND.check_subject(subject, run, put(facts, ("via",), proxy))
    with pytest.raises(EvidenceError, match="about another subject"):
        KIND.check_subject(subject, run, facts)
