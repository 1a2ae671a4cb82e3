"""The lossy link is what it says: delay, loss, fragments, and a reset that destroys what was under way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.live.peers import link, needs
from tests.live.peers.processes import inside

PING = re.compile(r"(\d+) packets transmitted, (\d+) received.*?= ([\d.]+)/([\d.]+)/([\d.]+)/", re.DOTALL)

RECEIVE = """
import socket, sys, time
with socket.create_server((sys.argv[1], 7), backlog=256) as server:
    print("ready", flush=True)
    connection, _ = server.accept()
    total = 0
    while data := connection.recv(1 << 16):
        total += len(data)
    connection.sendall(total.to_bytes(8))
"""
SEND = """
import socket, sys, time
began = time.monotonic()
with socket.create_connection((sys.argv[1], 7)) as connection:
    connection.sendall(bytes(int(sys.argv[2])))
    connection.shutdown(socket.SHUT_WR)
    total = int.from_bytes(connection.recv(8))
print(total, time.monotonic() - began)
"""


def ping(net: link.Link, count: int, size: int = 56) -> tuple[int, int, float, float, float]:
    """Sent, answered, and the least, mean and greatest round trip in milliseconds."""
    needs.program("ping", "iputils-ping")
    argv = ["ping", "-q", "-i", "0.002", "-c", str(count), "-s", str(size), net.server_address]
    done = net.run_in(net.client_namespace, argv)
    match = PING.search(done.stdout)
    assert match, done.stdout + done.stderr
    return int(match[1]), int(match[2]), float(match[3]), float(match[4]), float(match[5])


def test_delay_and_loss_are_what_was_asked(tmp_path: Path) -> None:
    with link.lossy(tmp_path) as net:
        sent, answered, least, mean, _ = ping(net, 500)
    assert least >= 100
    assert mean < 105
    # Lost on the way there or back: 1 - 0.98². Four standard deviations of 500 tries are 18.
    assert 2 < sent - answered < 0.0396 * sent + 18
    ways = link.counts(net.relay)
    for way in ways.values():
        packets = way["carried"] + way["lost"]
        assert packets > 450
        assert 0.002 < way["lost"] / packets < 0.045


def test_a_link_of_other_delay_without_loss(tmp_path: Path) -> None:
    with link.lossy(tmp_path, delay=5, loss=0) as net:
        sent, answered, least, mean, _ = ping(net, 200)
    assert answered == sent
    assert 10 <= least <= mean < 14


def test_each_fragment_is_lost_on_its_own(tmp_path: Path) -> None:
    # A request and a reply of 4104 bytes are three fragments each way: all six must arrive.
    with link.lossy(tmp_path) as net:
        sent, answered, *_ = ping(net, 400, size=4104)
    expected = (1 - 0.98**6) * sent
    assert abs((sent - answered) - expected) < 26  # four standard deviations
    ways = link.counts(net.relay)
    assert ways["left"]["carried"] + ways["left"]["lost"] == 3 * sent


def test_the_same_seed_loses_the_same_packets(tmp_path: Path) -> None:
    answered = []
    for _ in range(2):
        with link.lossy(tmp_path, delay=1, loss=10, seed=7) as net:
            answered.append(ping(net, 200)[1])
    assert answered[0] == answered[1] < 200


def test_nothing_leads_out_of_the_link(tmp_path: Path) -> None:
    with link.lossy(tmp_path, delay=1, loss=0) as net:
        for namespace in (net.client_namespace, net.server_namespace):
            devices = json.loads(net.run_in(namespace, ["ip", "-json", "link"]).stdout)
            assert {device["ifname"] for device in devices} == {"lo", "link0"}
            routes = json.loads(net.run_in(namespace, ["ip", "-json", "route"]).stdout)
            assert [route["dst"] for route in routes] == ["192.0.2.0/24"]


def test_the_relay_keeps_up_with_many_looks(tmp_path: Path) -> None:
    # 200 looks of 16 KiB each way, three connections each, are 20 MB: they must not queue for longer than the
    # delay.
    size = 20_000_000
    with link.lossy(tmp_path, delay=5, loss=0) as net:
        receiver = subprocess.Popen(
            inside(net.server_namespace, [sys.executable, "-c", RECEIVE, net.server_address]),
            stdout=subprocess.PIPE,
            text=True,
        )
        with receiver:
            assert receiver.stdout is not None
            assert receiver.stdout.readline() == "ready\n"
            done = net.run_in(
                net.client_namespace, [sys.executable, "-c", SEND, net.server_address, str(size)]
            )
        total, seconds = done.stdout.split()
    assert int(total) == size
    assert float(seconds) < 10


def test_the_namespaces_are_gone_afterwards(tmp_path: Path) -> None:
    with link.lossy(tmp_path, delay=1, loss=0) as net:
        names = (net.client_namespace, net.server_namespace)
        assert all(Path("/run/netns", name).exists() for name in names)
    assert not any(Path("/run/netns", name).exists() for name in names)
    assert net.relay.process.poll() is not None


def test_a_program_that_outlives_its_time_is_ended(tmp_path: Path) -> None:
    with link.lossy(tmp_path, delay=1, loss=0) as net:
        began = time.monotonic()
        with pytest.raises(subprocess.TimeoutExpired):
            net.run_in(net.client_namespace, ["sleep", "60"], timeout=0.5)
        assert time.monotonic() - began < 5
