"""Lab endpoints on real sockets: opening, refusing, ending."""

import asyncio
import os
import signal
import socket
import sys

import pytest

from hemostat.lab.endpoints import LabEndpoint, OpenEndpoint, select_endpoints
from hemostat.lab.errors import LabError
from hemostat.lab.serve import loopback_address, run, serve, serve_forever
from tests.lab.asking import DTLS_RETRIES, READS_ON, client_hello
from tests.lab.serving import asker, play, udp_asker

BOTH = [LabEndpoint("tcp", READS_ON, "TLS"), LabEndpoint("udp", DTLS_RETRIES, "DTLS")]


@pytest.mark.parametrize(
    ("host", "anywhere", "address"),
    [
        ("localhost", False, "127.0.0.1"),
        ("127.0.0.1", False, "127.0.0.1"),
        ("127.1.2.3", False, "127.1.2.3"),
        ("::1", False, "::1"),
        ("0:0:0:0:0:0:0:1", False, "::1"),
        ("0.0.0.0", True, "0.0.0.0"),
        ("192.0.2.1", True, "192.0.2.1"),
    ],
)
def test_where_it_may_be_served(host: str, anywhere: bool, address: str) -> None:
    assert loopback_address(host, anywhere=anywhere) == address


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "fe80::1"])
def test_others_are_kept_out_unless_they_are_meant(host: str) -> None:
    with pytest.raises(LabError, match="stays on loopback"):
        loopback_address(host, anywhere=False)


@pytest.mark.parametrize("host", ["", "www.example", "127.0.0.1:443", "[::1]"])
def test_a_host_is_an_address(host: str) -> None:
    with pytest.raises(LabError, match="not an IP address"):
        loopback_address(host, anywhere=True)


def test_all_are_open_while_the_context_lasts_and_none_after() -> None:
    async def dialogue() -> None:
        async with serve(BOTH) as opened:
            assert [each.endpoint.name for each in opened] == ["tcp", "udp"]
            async with asker(opened[0].port) as asked:
                assert (await asked.flight(client_hello(READS_ON), READS_ON))[0] == 22
            async with udp_asker(opened[1].port) as udp:
                assert (await udp.ask(client_hello(DTLS_RETRIES)))[13] == 3
        with pytest.raises(ConnectionRefusedError):
            async with asker(opened[0].port):
                pass

    play(dialogue)


def free_ports(count: int) -> int:
    """The first of so many ports in a row that were free a moment ago."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
        try:
            for number in range(port, port + count):
                with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
                    tcp.bind(("127.0.0.1", number))
                    udp.bind(("127.0.0.1", number))
        except (OSError, OverflowError):
            continue
        return port


def test_ports_count_up_from_the_one_given() -> None:
    port = free_ports(2)

    async def dialogue() -> None:
        async with serve(BOTH, port_base=port) as opened:
            assert [each.port for each in opened] == [port, port + 1]

    play(dialogue)


def test_ipv6_loopback_is_served() -> None:
    async def dialogue() -> None:
        async with serve(BOTH[:1], "::1") as (opened,):
            assert opened.target == f"[::1]:{opened.port}"
            with socket.create_connection(("::1", opened.port)):
                pass

    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("cannot be had: IPv6 on loopback")
    play(dialogue)


def test_a_port_that_is_taken_is_named_and_nothing_stays_open() -> None:
    port = free_ports(2)

    async def dialogue() -> None:
        async with serve(BOTH, port_base=port):
            pass

    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port + 1))
        with pytest.raises(LabError, match=rf"udp can't be opened on 127\.0\.0\.1 port {port + 1}: "):
            play(dialogue)
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))


def test_a_port_that_does_not_exist_is_named() -> None:
    async def dialogue() -> None:
        async with serve(BOTH, port_base=65535):
            pass

    with pytest.raises(LabError, match="port 65536"):
        play(dialogue)


def test_an_endpoint_that_fails_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def __init__(self, *_: object) -> None:
            pass

        async def run(self) -> None:
            raise RuntimeError("this endpoint failed")

    async def dialogue() -> None:
        async with serve(BOTH):
            await asyncio.sleep(0)

    monkeypatch.setattr(sys.modules["hemostat.lab.serve"], "TcpServer", Failing)
    with pytest.raises(RuntimeError, match="this endpoint failed"):
        play(dialogue)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    announced: list[OpenEndpoint] = []

    def announce(opened: tuple[OpenEndpoint, ...]) -> None:
        announced.extend(opened)
        os.kill(os.getpid(), number)

    serve_forever(BOTH, "127.0.0.1", 0, announce)
    assert [each.endpoint.name for each in announced] == ["tcp", "udp"]


def test_those_named_are_served() -> None:
    announced: list[OpenEndpoint] = []

    def announce(opened: tuple[OpenEndpoint, ...]) -> None:
        announced.extend(opened)
        os.kill(os.getpid(), signal.SIGTERM)

    run(announce, only=["patched-reads-on"])
    assert [each.endpoint for each in announced] == [*select_endpoints(["patched-reads-on"])]
    run(announce)
    assert len(announced) == 1 + 16
    with pytest.raises(LabError, match="no lab endpoint is called"):
        run(announce, only=["nothing"])
