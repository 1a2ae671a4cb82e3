"""`check` through Debian's proxies: nginx behind each, names that they look up, and all that can go wrong there.

SOCKS 4a is OpenSSH's (`ssh -D`); danted speaks SOCKS 4, so it takes addresses alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.looks import look
from tests.live.peers import proxies, scripted
from tests.live.peers.nginx import Nginx
from tests.live.peers.processes import free_port
from tests.live.peers.proxies import BLOCKED, ProxyPeer

NOT_OFFERED = ("not-affected", "not-offered")
PASSWORD = "hunter2"
LOGINS = {"microsocks_login": "me%40home:hunter2@", "tinyproxy_login": "me:hunter2@"}
"""tinyproxy's configuration can't hold a user with an `@`."""
SSH = ("ssh", "ssh4a")
SOCKS5 = ("microsocks", "microsocks_login", "danted")
HTTP = ("tinyproxy", "tinyproxy_login")


@pytest.fixture(scope="module")
def urls(logs: Path, nginx_peer: Nginx) -> Iterator[dict[str, str]]:
    """Each proxy, running, as `--proxy` names it."""
    folder = logs / "proxies"
    with contextlib.ExitStack() as ends:

        def at(peer: ProxyPeer) -> str:
            return f"{peer.host}:{peer.port}"

        danted = at(ends.enter_context(proxies.danted(folder / "danted")))
        allowed = [nginx_peer.ports["tls12"]]
        plain = at(ends.enter_context(proxies.microsocks(folder / "microsocks")))
        guarded = at(
            ends.enter_context(proxies.microsocks(folder / "microsocks_login", login=("me@home", PASSWORD)))
        )
        http = at(ends.enter_context(proxies.tinyproxy(folder / "tinyproxy")))
        http_login = at(
            ends.enter_context(proxies.tinyproxy(folder / "tinyproxy_login", login=("me", PASSWORD)))
        )
        strict = at(ends.enter_context(proxies.tinyproxy(folder / "tinyproxy_strict", allowed=allowed)))
        ssh = at(ends.enter_context(proxies.ssh(folder / "ssh")))
        yield {
            "ssh": f"socks5://{ssh}",
            "ssh4a": f"socks4a://{ssh}",
            "microsocks": f"socks5://{plain}",
            "microsocks_login": f"socks5h://{LOGINS['microsocks_login']}{guarded}",
            "danted": f"socks5://{danted}",
            "danted4": f"socks4a://{danted}",
            "tinyproxy": f"http://{http}",
            "tinyproxy_login": f"http://{LOGINS['tinyproxy_login']}{http_login}",
            "tinyproxy_strict": f"http://{strict}",
        }


def said(proxy: str, target: str, *more: str) -> tuple[str, str]:
    """Verdict and reason through that proxy; nowhere in it, or beside it, is the password."""
    looked = look("--proxy", proxy, target, *more)
    answer = looked.one()
    assert PASSWORD not in f"{answer} {looked.said}"
    assert looked.status == (0 if answer["verdict"] == "not-affected" else 3)
    return answer["verdict"], answer["reason"]


@pytest.mark.parametrize("proxy", [*SOCKS5, *SSH, "danted4", *HTTP, "tinyproxy_strict"])
def test_nginx_behind_it_is_not_affected(urls: dict[str, str], nginx_peer: Nginx, proxy: str) -> None:
    assert said(urls[proxy], f"127.0.0.1:{nginx_peer.ports['tls12']}") == NOT_OFFERED


@pytest.mark.parametrize("proxy", ["microsocks", "danted4", "tinyproxy"])
def test_a_server_of_tls13_is_told_as_without_it(urls: dict[str, str], nginx_peer: Nginx, proxy: str) -> None:
    assert said(urls[proxy], f"127.0.0.1:{nginx_peer.ports['tls13']}") == ("not-affected", "tls13")


@pytest.mark.parametrize("proxy", [*SOCKS5, *SSH, *HTTP])
def test_a_name_is_looked_up_at_the_proxy(urls: dict[str, str], nginx_peer: Nginx, proxy: str) -> None:
    """`address` holds the name: nobody here has looked it up."""
    looked = look("--proxy", urls[proxy], f"localhost:{nginx_peer.ports['tls12']}")
    assert looked.verdicts() == {NOT_OFFERED: 1}
    assert looked.one()["address"] == "localhost"


@pytest.mark.parametrize("proxy", [*SOCKS5, "danted4", *HTTP])
def test_a_closed_port_behind_it(urls: dict[str, str], proxy: str) -> None:
    """SOCKS 4 and tinyproxy have one word for all that goes wrong there."""
    told = "proxy-refused" if proxy in SOCKS5 else "proxy-unreachable"
    assert said(urls[proxy], f"127.0.0.1:{free_port()}") == ("unreachable", told)


@pytest.mark.parametrize("proxy", [*SOCKS5, *HTTP])
def test_a_name_that_nobody_has(urls: dict[str, str], proxy: str) -> None:
    assert said(urls[proxy], "nobody.invalid:443") == ("unreachable", "proxy-unreachable")


@pytest.mark.parametrize(("proxy", "told"), [("ssh", "proxy-unreachable"), ("ssh4a", "proxy-broken")])
@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
def test_one_that_hangs_up_in_place_of_a_refusal(
    urls: dict[str, str], proxy: str, told: str, host: str
) -> None:
    """As OpenSSH does. In SOCKS 4a it has said nothing before, as one that speaks another protocol says nothing."""
    assert said(urls[proxy], f"{host}:{free_port()}") == ("unreachable", told)


@pytest.mark.parametrize("proxy", ["microsocks_login", "tinyproxy_login"])
@pytest.mark.parametrize("login", ["", "{user}:wrong@", "nobody:hunter2@"])
def test_without_the_right_login(urls: dict[str, str], nginx_peer: Nginx, proxy: str, login: str) -> None:
    right = LOGINS[proxy]
    guarded = urls[proxy].replace(right, login.format(user=right.split(":")[0]))
    assert said(guarded, f"127.0.0.1:{nginx_peer.ports['tls12']}") == ("unreachable", "proxy-login")


def test_what_its_policy_forbids(urls: dict[str, str], nginx_peer: Nginx) -> None:
    forbidden = ("unreachable", "proxy-policy")
    assert said(urls["danted"], f"{BLOCKED}:{nginx_peer.ports['tls12']}") == forbidden
    assert said(urls["tinyproxy_strict"], f"127.0.0.1:{nginx_peer.ports['tls13']}") == forbidden


@pytest.mark.parametrize("scheme", ["socks5", "socks4a", "http"])
def test_a_proxy_that_is_down(scheme: str) -> None:
    assert said(f"{scheme}://127.0.0.1:{free_port()}", "127.0.0.1:443") == ("unreachable", "proxy-down")


@pytest.mark.parametrize("port", ["http", "tls12"])
@pytest.mark.parametrize("scheme", ["socks5", "socks4a", "http"])
def test_a_web_server_is_no_proxy(nginx_peer: Nginx, scheme: str, port: str) -> None:
    proxy = f"{scheme}://127.0.0.1:{nginx_peer.ports[port]}"
    assert said(proxy, "127.0.0.1:443") == ("unreachable", "proxy-broken")


def test_a_proxy_of_another_kind(urls: dict[str, str]) -> None:
    """microsocks ends the connection on words that it doesn't know; tinyproxy waits for their line to end."""
    broken = ("unreachable", "proxy-broken")
    assert said(urls["microsocks"].replace("socks5", "http"), "127.0.0.1:443") == broken
    assert said(urls["microsocks"].replace("socks5", "socks4a"), "127.0.0.1:443") == broken
    waits = said(urls["tinyproxy"].replace("http", "socks5"), "127.0.0.1:443", "--timeout", "2")
    assert waits == ("unreachable", "proxy-timeout")


def test_a_greeting_right_behind_the_proxys_words_is_the_services() -> None:
    """A stand-in, since no proxy can be made to send both at once; the SMTP behind it is nobody's."""
    words: list[scripted.Step] = [scripted.HEAR, b"\0\x5a" + bytes(6) + b"220 mail.example ESMTP\r\n"]
    words += [scripted.HEAR, b"250-mail.example\r\n250 SIZE\r\n", scripted.HEAR, b"502 What?\r\n"]
    with scripted.server(words) as proxy:
        url = f"socks4a://me@{proxy.host}:{proxy.port}"
        assert said(url, "smtp://mail.example:25") == ("not-affected", "no-tls")


def test_datagrams_go_through_none(urls: dict[str, str]) -> None:
    assert said(urls["microsocks"], "dtls://127.0.0.1:4433") == ("unreachable", "proxy-udp")


@pytest.mark.parametrize("url", ["socks5://me:hunter2@", "ftp://me:hunter2@p", "http://me:hunter2/@p:1"])
def test_what_is_no_proxy_is_told_without_the_password(url: str) -> None:
    looked = look("--proxy", url, "127.0.0.1:443")
    assert (looked.status, looked.answers) == (2, [])
    assert "--proxy" in looked.said
    assert PASSWORD not in looked.said
