"""Debian's nginx in its configurations, seen by plain sockets; then what `check` says of each."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.live.looks import connections, look, none_by_timeout
from tests.live.peers.nginx import NAME, Nginx
from tests.live.raw_dialogue import HEARTBEAT_OFFERED, Conversation, records
from tests.live.tested import Tested

TESTED = (
    Tested(("tls",), "nginx (HTTP)", "nginx", "TLS 1.0 to 1.3, client certificates, strict names, no TLS"),
)
CERTIFICATE_REQUEST = 13
PROTOCOL_VERSION = 70
UNRECOGNIZED_NAME = 112


def flight(peer: Nginx, port: str) -> bytes:
    """What nginx answers to a hello of TLS 1.2 without a name."""
    with Conversation.begin(peer.host, peer.ports[port]) as talk:
        return bytes(talk.received)


@pytest.mark.parametrize("port", ["tls12", "client_certificate"])
def test_it_speaks_tls12_and_offers_no_heartbeat(nginx_peer: Nginx, port: str) -> None:
    answer = flight(nginx_peer, port)
    assert (answer[0], answer[9:11]) == (22, b"\x03\x03")
    assert HEARTBEAT_OFFERED not in answer
    asked = any(kind == 22 and body[0] == CERTIFICATE_REQUEST for kind, body in records(answer))
    assert asked == (port == "client_certificate")


@pytest.mark.parametrize(("port", "alert"), [("tls13", PROTOCOL_VERSION), ("strict_sni", UNRECOGNIZED_NAME)])
def test_it_refuses_that_hello(nginx_peer: Nginx, port: str, alert: int) -> None:
    assert records(flight(nginx_peer, port)) == [(21, bytes([2, alert]))]


def test_it_answers_that_hello_in_an_older_version(nginx_peer: Nginx) -> None:
    assert flight(nginx_peer, "old")[9:11] == b"\x03\x02"


def test_it_answers_http_to_a_hello(nginx_peer: Nginx) -> None:
    assert flight(nginx_peer, "http").startswith(b"HTTP/1.1 400")


NOT_OFFERED = ("not-affected", "not-offered")


@pytest.mark.parametrize(
    ("port", "arguments", "verdict", "status"),
    [
        ("tls12", (), NOT_OFFERED, 0),
        ("old", (), NOT_OFFERED, 0),
        ("client_certificate", (), NOT_OFFERED, 0),
        ("tls13", (), ("not-affected", "tls13"), 0),
        ("strict_sni", ("--sni", NAME), NOT_OFFERED, 0),
        ("strict_sni", (), ("inconclusive", "alert-unrecognized_name"), 3),
        ("http", (), ("not-affected", "plain-http"), 0),
    ],
)
def test_check_says(
    nginx_peer: Nginx, port: str, arguments: tuple[str, ...], verdict: tuple[str, str], status: int
) -> None:
    looked = look(f"{nginx_peer.host}:{nginx_peer.ports[port]}", *arguments)
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*verdict, status)
    assert none_by_timeout(answer)


@pytest.mark.parametrize(
    ("port", "arguments"),
    [("tls12", ()), ("old", ()), ("client_certificate", ()), ("tls13", ()), ("strict_sni", ("--sni", NAME))],
)
def test_check_reads_the_certificate_that_is_served(
    nginx_peer: Nginx, port: str, arguments: tuple[str, ...]
) -> None:
    """Under TLS 1.3 too, where a library has to read it."""
    served = x509.load_pem_x509_certificate(nginx_peer.pair.certificate.read_bytes())
    spki = served.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    shown = look(f"{nginx_peer.host}:{nginx_peer.ports[port]}", *arguments).one()["certificate"]
    assert shown["sha256"] == served.fingerprint(SHA256()).hex()
    assert shown["spki_sha256"] == hashlib.sha256(spki).hexdigest()
    assert shown["names"][0] == NAME
    assert shown["self_signed"] is True


@pytest.mark.parametrize("scheme", ["nut", "irc", "ldap", "xmpp", "openvpn+tcp"])
def test_asked_in_a_protocol_of_others_it_is_asked_in_tls_and_never_taken_for_plain_http(
    nginx_peer: Nginx, scheme: str
) -> None:
    """It answers their words by a page in plain HTTP, on a port of TLS."""
    looked = look(f"{scheme}://{nginx_peer.host}:{nginx_peer.ports['tls12']}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == (*NOT_OFFERED, 0)
    assert [(each["not_tls"], each["spoke"]) for each in connections(answer)] == [
        ("http", "tls"),
        (None, None),
    ]


def test_check_notes_that_a_client_certificate_is_asked_for(nginx_peer: Nginx) -> None:
    answer = look(f"{nginx_peer.host}:{nginx_peer.ports['client_certificate']}").one()
    assert [each["client_certificate_asked"] for each in connections(answer)] == [True]


def test_a_name_that_is_not_served_is_followed_by_no_name(nginx_peer: Nginx) -> None:
    """`unrecognized_name` draws the other form once; then other versions; and none of it is called fine."""
    target = f"{nginx_peer.host}:{nginx_peer.ports['strict_sni']}"
    answer = look(target, "--sni", "other.test").one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "alert-unrecognized_name")
    sent = [(each["offered"]["name"], each["offered"]["versions"][0]) for each in connections(answer)]
    assert sent[:2] == [("other.test", "TLS1.2"), (None, "TLS1.2")]
    assert len(sent) <= 8
