import gzip
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.lab.errors import LabError
from hemostat.lab.heartbeats import Build
from hemostat.lab.recordings import (
    VECTORS,
    Ended,
    Received,
    Sent,
    read_recordings,
    recorded_peer,
    recorded_peers,
)

ROWS = [
    json.loads(line)
    for line in gzip.decompress(resources.files("hemostat.lab").joinpath(VECTORS).read_bytes()).splitlines()
]


def packed(*rows: Any) -> bytes:
    return gzip.compress("\n".join(json.dumps(row) for row in rows).encode(), compresslevel=1)


def test_sixty_one_peers_and_every_recording_among_them() -> None:
    peers = recorded_peers()
    assert len(peers) == 61
    assert len({peer.id for peer in peers}) == 61
    assert sum(len(peer.recordings) for peer in peers) == len(ROWS) == 179
    assert {peer.build for peer in peers} == set(Build)
    assert [(peer.role, peer.transport) for peer in peers].count(("client", "udp")) == 3


def test_one_peer_in_full() -> None:
    peer = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx")
    assert (peer.library, peer.role, peer.transport, peer.version) == (
        "OpenSSL 1.0.1f",
        "server",
        "tcp",
        "TLS1.2",
    )
    assert (peer.certificate, peer.application_name, peer.asks_client_certificate) == ("rsa", "nginx", False)
    assert (peer.build, peer.wire_version) == (Build.VULNERABLE, 0x0303)
    assert list(peer.recordings) == [
        "own-bytes+control+finished",
        "own-bytes",
        "large-control",
        "zero+finished",
    ]
    steps = peer.recording().steps
    kinds = [Sent, Received, Sent, Received, Sent, Received, Sent, Received, Ended]
    assert [type(step) for step in steps] == kinds
    assert steps[5] == Received(())
    assert steps[-1] == Ended("reset")
    assert peer.recording("own-bytes") is peer.recordings["own-bytes"]


def test_ids_tell_apart_what_differs() -> None:
    ids = {peer.id for peer in recorded_peers()}
    assert "openssl-1.0.1f-no-heartbeats/client/udp/DTLS1.0/s_client" in ids
    stem = "openssl-1.0.1g/server/tcp/TLS1.2/rsa/s_server-standard-input-at-its-end"
    assert {stem, f"{stem}/asks-client-certificate"} <= ids


def test_a_peer_that_is_not_there() -> None:
    with pytest.raises(LabError, match="no recorded peer is called openssl-3"):
        recorded_peer("openssl-3")


def test_only_a_dtls_server_asks_for_a_cookie() -> None:
    peer = recorded_peer("openssl-1.0.1f/server/tcp/TLS1.2/rsa/nginx")
    with pytest.raises(LabError, match="sends no HelloVerifyRequest"):
        peer.hello_verify_request(peer.recording())


def changed(**fields: object) -> dict[str, object]:
    return {**ROWS[0], **fields}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([], "TypeError"),
        (changed(role="proxy"), "unknown role"),
        (changed(transport="sctp"), "unknown role, transport"),
        (changed(version="TLS1.3"), "unknown role, transport or version"),
        (changed(application="iis"), "unknown application: iis"),
        (changed(build="fine"), "fine"),
        (changed(build="not-affected"), "can't be not-affected"),
        (changed(steps=[{"send": "0x"}]), "ValueError"),
        (changed(steps=[{"send": ["16"]}]), "not a step"),
        (changed(steps=[{"wait": "16"}]), "not a step"),
        (changed(steps=[{"closed": "slowly"}]), "not a step"),
        (changed(steps=[{"send": "16", "receive": "16"}]), "ValueError"),
        (changed(steps=[{"send": "16"}]), "IndexError"),
        (changed(steps=[{"receive": ""}]), "IndexError"),
        (changed(steps=[{"receive": "15030000020228"}]), "handshake message 2 expected"),
        (changed(steps=[{"receive": "16030000040e000000"}]), "handshake message 2 expected"),
        (changed(steps=[{"receive": ROWS[0]["steps"][1]["receive"][:90]}]), "the hello is cut short"),
        ({key: value for key, value in ROWS[0].items() if key != "peer"}, "KeyError"),
    ],
)
def test_a_malformed_recording_is_named_by_its_line(row: object, says: str) -> None:
    with pytest.raises(LabError, match=f"(?s)recording 2: .*{says}"):
        read_recordings(packed(ROWS[1], row))


def test_two_builds_in_one_peer() -> None:
    with pytest.raises(LabError, match=r"recording 2: .* is of two builds"):
        read_recordings(packed(ROWS[0], changed(build="patched", exchange="other")))


def test_one_exchange_twice() -> None:
    with pytest.raises(LabError, match=r"recording 2: .* has two recordings of own-bytes"):
        read_recordings(packed(ROWS[0], ROWS[0]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-9],
        lambda data: b"PK" + data,
        lambda data: gzip.compress(b"\xff\xfe"),
        lambda data: b"",
    ],
)
def test_a_damaged_file(damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(packed(ROWS[0]))
    if damaged:
        with pytest.raises(LabError, match="the recordings can't be read"):
            read_recordings(damaged)
    else:
        assert read_recordings(damaged) == ()


@given(
    line=st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_any_text_is_read_or_refused(line: str) -> None:
    data = gzip.compress(line.encode("utf-8", "surrogatepass"), compresslevel=1)
    try:
        found = read_recordings(data)
    except LabError:
        return
    assert found == ()
