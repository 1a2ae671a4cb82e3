"""The peers as fixtures: each is started once a session, on first use, and ended with the session."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.peers import (
    coturn,
    gnutls,
    link,
    needs,
    nginx,
    openssl102q,
    openssl102q_library,
    plain_http,
    sshd,
)


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the peers write to; pytest keeps it for a look after a failure."""
    return tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="session")
def openssl102q_libraries() -> Path:
    """The folder with the real OpenSSL 1.0.2q, downloaded on first use."""
    needs.x86_64_glibc()
    try:
        return openssl102q_library.fetch()
    except openssl102q_library.Unobtainable as problem:
        pytest.skip(str(problem))


ServerOf102q = Callable[..., openssl102q.Peer]
"""`openssl102q.server` without its folder: a kind and options give a peer that runs."""


@pytest.fixture(scope="session")
def server_102q(logs: Path, openssl102q_libraries: Path) -> Iterator[ServerOf102q]:
    """Gives a running 1.0.2q server of a kind; the same one to all who ask for the same."""
    running: dict[tuple[object, ...], openssl102q.Peer] = {}
    with contextlib.ExitStack() as ends:

        def of(
            kind: str,
            *,
            dtls: bool = False,
            versions: tuple[str, ...] | None = None,
            certificate: str = "rsa",
            asks_client_certificate: bool = False,
            link: link.Link | None = None,
        ) -> openssl102q.Peer:
            wanted = (kind, dtls, versions, certificate, asks_client_certificate, link)
            if wanted not in running:
                running[wanted] = ends.enter_context(
                    openssl102q.server(
                        logs,
                        kind,
                        dtls=dtls,
                        versions=versions,
                        certificate=certificate,
                        asks_client_certificate=asks_client_certificate,
                        host=link.server_address if link else "127.0.0.1",
                        namespace=link.server_namespace if link else None,
                    )
                )
            return running[wanted]

        yield of


@pytest.fixture(scope="session")
def nginx_peer(logs: Path) -> Iterator[nginx.Nginx]:
    """Debian's nginx with its six ports."""
    with nginx.server(logs / "nginx") as peer:
        yield peer


@pytest.fixture(scope="session")
def gnutls_peer(logs: Path) -> Iterator[gnutls.GnuTls]:
    """gnutls-serv with heartbeats, in a namespace of its own."""
    with gnutls.server(logs / "gnutls") as peer:
        yield peer


@pytest.fixture(scope="session")
def coturn_peer(logs: Path) -> Iterator[coturn.Coturn]:
    """Debian's coturn."""
    with coturn.server(logs / "coturn") as peer:
        yield peer


@pytest.fixture(scope="session")
def sshd_peer(logs: Path) -> Iterator[sshd.Sshd]:
    """Debian's OpenSSH server."""
    with sshd.server(logs / "sshd") as peer:
        yield peer


@pytest.fixture(scope="session")
def plain_http_peer(logs: Path) -> Iterator[plain_http.PlainHttp]:
    """Python's HTTP server, without TLS."""
    with plain_http.server(logs / "http") as peer:
        yield peer


@pytest.fixture(scope="session")
def distant(logs: Path) -> Iterator[link.Link]:
    """A link of 100 ms there and back, 2% of packets lost each way, MTU 1500."""
    with link.lossy(logs) as made:
        yield made
