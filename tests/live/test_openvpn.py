"""Debian's openvpn: what `check` says of its servers, and its client before hemostat's own words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from hemostat.api.control_keys import control_key
from hemostat.layers import ControlKey
from tests.live.conftest import ServerOf102q
from tests.live.looks import connections, look, none_by_timeout
from tests.live.peers import front, openvpn, scripted
from tests.live.peers.link import Link
from tests.live.peers.nginx import Nginx
from tests.live.peers.openvpn import Control, OpenVpnServer, Transport
from tests.live.tested import Tested

TESTED = (
    Tested(
        ("openvpn", "openvpn-tcp"),
        "OpenVPN",
        "openvpn",
        "plain, tls-auth and tls-crypt; without the key, with another one; a real client; ends in the middle",
    ),
)

NAMES: dict[Transport, str] = {"udp": "openvpn", "tcp": "openvpn-tcp"}
TRANSPORTS = pytest.mark.parametrize("transport", NAMES)


class Wrapped(NamedTuple):
    """How a key is used. `direction`: the server's."""

    mode: Literal["tls-auth", "tls-crypt"]
    direction: int | None = None
    digest: str | None = None

    def by_server(self, key: Path) -> Control:
        return Control(key, *self)

    def by_client(self, key: Path) -> Control:
        direction = None if self.direction is None else 1 - self.direction
        return Control(key, self.mode, direction, self.digest)

    def by_check(self, key: Path) -> list[str]:
        """Its options, as `check` has them."""
        _, mode, direction, digest = self.by_client(key)
        options = [f"--{mode}", str(key)]
        options += [] if direction is None else ["--key-direction", str(direction)]
        return options + ([] if digest is None else ["--auth", digest])

    def by_words(self, key: Path) -> ControlKey:
        """For hemostat's own server role."""
        return control_key(key.read_text(), self.mode, direction=self.direction, digest=self.digest or "SHA1")


WRAPPED = {
    "tls-auth": Wrapped("tls-auth"),
    "tls-auth with directions and SHA256": Wrapped("tls-auth", 0, "SHA256"),
    "tls-auth with directions and SHA3-512": Wrapped("tls-auth", 1, "SHA3-512"),
    "tls-crypt": Wrapped("tls-crypt"),
}
Servers = dict[tuple[str, str], OpenVpnServer]


@pytest.fixture(scope="module")
def key(logs: Path) -> Path:
    return openvpn.new_key(logs / "openvpn")


@pytest.fixture(scope="module")
def servers(logs: Path, key: Path) -> Iterator[Servers]:
    """One of each kind over each transport."""
    with ExitStack() as ends:
        found: Servers = {}
        for transport in NAMES:
            for number, (kind, wrapped) in enumerate([("plain", None), *WRAPPED.items()]):
                folder = logs / f"openvpn-{transport}-{number}"
                control = None if wrapped is None else wrapped.by_server(key)
                found[transport, kind] = ends.enter_context(openvpn.server(folder, transport, control))
        yield found


def target(peer: OpenVpnServer | front.Address | scripted.Scripted, transport: str) -> str:
    return f"openvpn+{transport}://{peer.host}:{peer.port}"


@TRANSPORTS
@pytest.mark.parametrize("kind", ["plain", *WRAPPED])
def test_tls_is_found_behind_the_control_channel(
    servers: Servers, key: Path, transport: Transport, kind: str
) -> None:
    peer = servers[transport, kind]
    looked = look(target(peer, transport), *(WRAPPED[kind].by_check(key) if kind in WRAPPED else ()))
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["dialect"] == NAMES[transport]
    assert answer["certificate"]["sha256"] == hashlib.sha256(peer.pair.der).hexdigest()
    assert [each["client_certificate_asked"] for each in connections(answer)] == [True]
    assert none_by_timeout(answer)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_tls13_alone_is_told_and_its_certificate_read(logs: Path, transport: openvpn.Transport) -> None:
    """On a hello of TLS 1.2 it closes, or says nothing over UDP; a library asks through the layer for what it shows."""
    options = ("--tls-version-min", "1.3")
    with openvpn.server(logs / f"openvpn-tls13-{transport}", transport, options=options) as peer:
        looked = look(target(peer, transport))
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "tls13", 0)
    assert answer["certificate"]["sha256"] == hashlib.sha256(peer.pair.der).hexdigest()


def test_without_the_key_it_is_silent_over_udp_and_closes_over_tcp(servers: Servers) -> None:
    keyed = [target(peer, transport) for (transport, kind), peer in servers.items() if kind in WRAPPED]
    looked = look(*keyed, "--timeout", "4")
    said = {(each["dialect"], each["verdict"], each["reason"]) for each in looked.answers}
    assert len(looked.answers) == 2 * len(WRAPPED)
    assert said == {
        ("openvpn", "inconclusive", "silent"),
        ("openvpn-tcp", "inconclusive", "closed-before-tls"),
    }
    assert looked.status == 3


@TRANSPORTS
@pytest.mark.parametrize(
    "wrong",
    [
        ("--tls-auth", "--auth", "SHA1"),
        ("--tls-auth", "--key-direction", "0", "--auth", "SHA256"),
        ("--tls-crypt",),
    ],
    ids=["no direction, SHA1", "the server's own direction", "tls-crypt"],
)
def test_with_the_key_used_otherwise_nothing_is_said(
    servers: Servers, key: Path, transport: Transport, wrong: tuple[str, ...]
) -> None:
    peer = servers[transport, "tls-auth with directions and SHA256"]
    option, *options = wrong
    answer = look(target(peer, transport), option, str(key), *options, "--timeout", "2").one()
    assert answer["verdict"] == "inconclusive"
    assert answer["reason"] == {"udp": "silent", "tcp": "closed-before-tls"}[transport]


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_key_that_a_server_does_not_want_is_left_aside(servers: Servers, key: Path, kind: str) -> None:
    """2.6 answers a reset under a key in the clear, over UDP."""
    looked = look(target(servers["udp", "plain"], "udp"), *WRAPPED[kind].by_check(key))
    assert looked.verdicts() == {("not-affected", "not-offered"): 1}


def test_a_tls_crypt_v2_key_is_refused_before_anybody_is_asked(servers: Servers, tmp_path: Path) -> None:
    made = tmp_path / "v2.key"
    made.write_text("-----BEGIN OpenVPN tls-crypt-v2 client key-----\nAAAA\n")
    looked = look(target(servers["udp", "plain"], "udp"), "--tls-crypt", str(made))
    assert (looked.status, looked.answers) == (2, [])
    assert "tls-crypt-v2 client key" in looked.said


def test_it_ends_in_the_middle() -> None:
    """A hand-written stand-in: half a reset, then the end."""
    with scripted.server([scripted.HEAR, b"\x00\x1a\x40" + b"session!"]) as peer:
        answer = look(target(peer, "tcp")).one()
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "closed-before-tls")
    assert none_by_timeout(answer)


def test_ssh_in_its_place_is_told(sshd_peer: scripted.Scripted) -> None:
    answer = look(target(sshd_peer, "tcp")).one()
    assert (answer["verdict"], answer["reason"]) == ("not-affected", "ssh")


# -- hemostat as the server ------------------------------------------------------------------------------------


@TRANSPORTS
@pytest.mark.parametrize("kind", ["plain", *WRAPPED])
def test_a_real_client_reads_the_certificate_of_the_server_behind_our_words(
    nginx_peer: Nginx, tmp_path: Path, key: Path, transport: Transport, kind: str
) -> None:
    """nginx behind hemostat's own relay: the TLS handshake gets as far as a real OpenVPN lets it, with nobody who
    speaks its key exchange.
    """
    wrapped = WRAPPED.get(kind)
    behind = (nginx_peer.host, nginx_peer.ports["tls12"])
    own, their = (None, None) if wrapped is None else (wrapped.by_words(key), wrapped.by_client(key))
    with (
        front.server(NAMES[transport], behind, key=own) as address,
        openvpn.client(tmp_path, transport, address.port, their, ca=nginx_peer.pair.certificate) as client,
    ):
        said = client.await_text("VERIFY OK")
    assert "CN=named.test" in said.partition("VERIFY OK")[2].partition("\n")[0]


@TRANSPORTS
@pytest.mark.parametrize("kind", WRAPPED)
def test_the_real_library_is_patched_under_a_key(
    server_102q: ServerOf102q, key: Path, transport: Transport, kind: str
) -> None:
    """1.0.2q behind the relay: 16 KiB of own bytes and of control go there and come back in packets, wrapped."""
    wrapped = WRAPPED[kind]
    peer = server_102q("reads-on")
    with front.server(NAMES[transport], (peer.host, peer.port), key=wrapped.by_words(key)) as address:
        answer = look(target(address, transport), *wrapped.by_check(key)).one()
    assert (answer["verdict"], answer["reason"]) == ("patched", "own-bytes-ignored")
    assert none_by_timeout(answer)


# -- over a bad path -------------------------------------------------------------------------------------------


def test_a_real_server_over_100_ms_and_2_percent_loss(distant: Link, logs: Path, key: Path) -> None:
    """Its certificate comes in packets that are lost, and sent again."""
    host, namespace = distant.server_address, distant.server_namespace
    wrapped = WRAPPED["tls-crypt"].by_server(key)
    with openvpn.server(logs / "openvpn-far", "udp", wrapped, host=host, namespace=namespace) as peer:
        asked = target(peer, "udp"), "--tls-crypt", str(key), "--looks", "40"
        looked = look(*asked, namespace=distant.client_namespace)
    verdicts = looked.verdicts()
    assert sum(verdicts.values()) == 40
    assert verdicts["not-affected", "not-offered"] >= 39, verdicts
