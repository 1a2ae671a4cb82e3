"""Every dialect before the real OpenSSL 1.0.2q, and before the lab's recorded peers; real clients before the words.

The words are spoken by hemostat's own relay (`front`), as the dialect's server; the TLS server behind it is real, or
answers as a real one was recorded to.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hemostat.dialects import dialects
from tests.live.conftest import ServerOf102q
from tests.live.looks import look, none_by_timeout
from tests.live.peers import front, needs
from tests.live.peers.processes import running

SPOKEN = sorted(name for name, dialect in dialects().items() if dialect.has_words)
STARTTLS = {
    "ftp": "ftp",
    "imap": "imap",
    "irc": "irc",
    "ldap": "ldap",
    "lmtp": "lmtp",
    "managesieve": "sieve",
    "mysql": "mysql",
    "nntp": "nntp",
    "pop3": "pop3",
    "postgresql": "postgres",
    "smtp": "smtp",
    "xmpp": "xmpp",
    "xmpp-server": "xmpp-server",
}
"""What `openssl s_client -starttls` calls the dialects that it knows."""


def target(name: str, address: front.Address) -> str:
    return f"{next(iter(dialects()[name].schemes))}://{address.host}:{address.port}"


@pytest.fixture(scope="module")
def before_102q(server_102q: ServerOf102q) -> Iterator[dict[str, front.Address]]:
    """Every dialect in front of one 1.0.2q."""
    with ExitStack() as ends:
        peer = server_102q("reads-on")
        behind = (peer.host, peer.port)
        yield {name: ends.enter_context(front.server(name, behind)) for name in SPOKEN}


@pytest.mark.parametrize("name", SPOKEN)
def test_the_real_library_is_patched_through_every_dialect(
    before_102q: dict[str, front.Address], name: str
) -> None:
    answer = look(target(name, before_102q[name])).one()
    assert (answer["verdict"], answer["reason"]) == ("patched", "own-bytes-ignored")
    assert answer["dialect"] == name
    assert none_by_timeout(answer)


@pytest.mark.parametrize("kind", ["one-record-an-event", "closes"])
@pytest.mark.parametrize("name", [name for name in SPOKEN if dialects()[name].flush])
def test_so_it_is_however_it_reads(server_102q: ServerOf102q, name: str, kind: str) -> None:
    peer = server_102q(kind)
    with front.server(name, (peer.host, peer.port)) as address:
        answer = look(target(name, address)).one()
    assert (answer["verdict"], answer["reason"]) == ("patched", "own-bytes-ignored")


@pytest.mark.parametrize("name", SPOKEN)
def test_a_vulnerable_server_is_found_in_every_dialect(name: str, logs: Path) -> None:
    """The lab's, as `hemostat lab` serves it."""
    argv = ["./hemostat", "lab", "--json", f"vulnerable-{name}", f"patched-{name}"]
    with running(argv, logs / f"lab-{name}.log") as lab:
        lines = [json.loads(line) for line in lab.await_text("\n\n").splitlines() if line.startswith("{")]
        targets = {line["verdict"]: line["command"].rpartition(" ")[2] for line in lines}
        looked = look(targets["vulnerable"], targets["patched"])
    assert looked.status == 1
    said = {
        answer["target"]: (answer["verdict"], answer["reason"], answer["dialect"])
        for answer in looked.answers
    }
    assert said == {
        targets["vulnerable"]: ("vulnerable", "own-bytes-answered", name),
        targets["patched"]: ("patched", "own-bytes-ignored", name),
    }


@pytest.mark.parametrize("name", STARTTLS)
def test_a_real_client_takes_the_words_for_a_servers(
    before_102q: dict[str, front.Address], name: str
) -> None:
    """OpenSSL's own s_client comes through them to the 1.0.2q, and finishes a handshake with it."""
    address = before_102q[name]
    argv = [
        needs.program("openssl", "openssl"),
        *(
            "s_client",
            "-connect",
            f"{address.host}:{address.port}",
            "-starttls",
            STARTTLS[name],
            "-brief",
            "-tls1_2",
        ),
        *("-cipher", "ALL:@SECLEVEL=0"),
    ]
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
    )
    assert "CONNECTION ESTABLISHED" in done.stderr, done.stderr
    assert "Protocol version: TLSv1.2" in done.stderr
