"""Where to connect for a target behind a proxy."""

import asyncio
import socket

import pytest

from hemostat.api.targets import read_target
from hemostat.detect.drivers.place import Place
from hemostat.detect.network import Options, look
from hemostat.detect.network.proxying import ProxyPlaces
from hemostat.layers.proxies import Proxy
from hemostat.targets import Target

PLACE = Place(socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.9", 1080), "192.0.2.9")


def ways(proxy: Proxy, *written: str) -> list[tuple[list[str], str]]:
    """Address and reason of each target; and no name but the proxy's is looked up, and that once."""
    asked: list[str] = []

    async def resolver(target: Target) -> list[Place]:
        asked.append(target.host)
        return [PLACE] if target.host == "proxy.example" else []

    async def all_of_them() -> list[tuple[list[str], str]]:
        places = ProxyPlaces(proxy, resolver)
        found = []
        for each in written:
            there, why = await places.ways(read_target(each))
            assert all(way.place.address == ("192.0.2.9", 1080) for way in there)
            assert all(way.via is not None and way.via.address == "192.0.2.9" for way in there)
            found.append(([way.address for way in there], why))
        return found

    found = asyncio.run(all_of_them())
    assert asked == [proxy.host] * (not proxy.host[0].isdigit())
    return found


def test_a_name_is_the_proxys_to_look_up() -> None:
    proxy = Proxy("socks5", "proxy.example", 1080)
    assert ways(proxy, "db.internal:3306", "192.0.2.7", "[2001:db8::1]:993") == [
        (["db.internal"], ""),
        (["192.0.2.7"], ""),
        (["2001:db8::1"], ""),
    ]


def test_a_proxy_that_is_an_address_is_not_looked_up() -> None:
    assert ways(Proxy("http", "192.0.2.9", 1080), "h.example") == [(["h.example"], "")]


def test_a_proxy_without_an_address_leads_nowhere() -> None:
    assert ways(Proxy("socks5", "gone.example", 1080), "h.example") == [([], "proxy-down")]


def test_a_proxys_name_that_had_no_address_is_looked_up_again_for_the_next_target() -> None:
    answers: list[list[Place]] = [[], [PLACE]]

    async def resolver(target: Target) -> list[Place]:
        return answers.pop(0)

    async def three() -> list[str]:
        places = ProxyPlaces(Proxy("socks5", "proxy.example", 1080), resolver)
        return [(await places.ways(read_target("h.example")))[1] for _ in range(3)]

    assert asyncio.run(three()) == ["proxy-down", "", ""]


@pytest.mark.parametrize("target", ["dtls://h.example"])
def test_datagrams_go_through_no_proxy(target: str) -> None:
    async def one() -> str | None:
        options = Options(proxy=Proxy("socks5", "127.0.0.1", 1))
        async for seen in look([read_target(target)], options):
            assert (seen.address, seen.facts) == (None, None)
            return seen.failure
        return None

    assert asyncio.run(one()) == "proxy-udp"
