"""Which peers the lab serves, under which names, and how they are announced."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hemostat.dialects import Transport, dialects
from hemostat.lab.errors import LabError
from hemostat.lab.recordings import RecordedPeer, recorded_peer, recorded_peers

__all__ = [
    "DIALECTS",
    "LabEndpoint",
    "OpenEndpoint",
    "announcement",
    "default_endpoints",
    "dialect_endpoints",
    "select_endpoints",
]


@dataclass(frozen=True, slots=True)
class LabEndpoint:
    """A server to open: its name, the recorded peer it plays, what it is, in one sentence, and the dialect in whose
    words it begins TLS; without one, from the first byte.
    """

    name: str
    peer: RecordedPeer
    says: str
    spoken: str | None = None

    @property
    def dialect(self) -> str:
        return self.spoken or ("tls" if self.peer.transport == "tcp" else "dtls")

    @property
    def has_words(self) -> bool:
        """Whether something stands before TLS."""
        return self.spoken is not None

    @property
    def transport(self) -> Transport:
        return dialects()[self.dialect].transport

    @property
    def verdict(self) -> str:
        """What `hemostat check` says of it."""
        return self.peer.build.value


@dataclass(frozen=True, slots=True)
class OpenEndpoint:
    """An endpoint that is being served, and where."""

    endpoint: LabEndpoint
    host: str
    port: int

    @property
    def target(self) -> str:
        """As `hemostat check` takes it: `127.0.0.1:4433`, `dtls://[::1]:4433`, `smtp://127.0.0.1:4434`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        dialect = self.endpoint.dialect
        scheme = "" if dialect == "tls" else f"{next(iter(dialects()[dialect].schemes))}://"
        return f"{scheme}{host}:{self.port}"

    @property
    def command(self) -> str:
        return f"./hemostat check {self.target}"

    def as_json(self) -> dict[str, str | int]:
        return {
            "name": self.endpoint.name,
            "transport": self.endpoint.transport,
            "dialect": self.endpoint.dialect,
            "host": self.host,
            "port": self.port,
            "verdict": self.endpoint.verdict,
            "says": self.endpoint.says,
            "peer": self.endpoint.peer.id,
            "command": self.command,
        }


VULNERABLE = "openssl-1.0.1f/server"
PATCHED = "openssl-1.0.1g/server"
NO_HEARTBEATS = "openssl-1.0.1f-no-heartbeats/server"
S_SERVER = "s_server-standard-input-at-its-end"
S_SERVER_PIPE = "s_server-standard-input-a-pipe"

DEFAULT = (
    (
        "vulnerable-reads-on",
        f"{VULNERABLE}/tcp/TLS1.2/rsa/apache",
        "OpenSSL 1.0.1f in Apache: answers at once",
    ),
    (
        "vulnerable-one-record",
        f"{VULNERABLE}/tcp/TLS1.2/rsa/nginx",
        "OpenSSL 1.0.1f in nginx: reads one record for each network event",
    ),
    (
        "vulnerable-closes",
        f"{VULNERABLE}/tcp/TLS1.2/rsa/{S_SERVER_PIPE}",
        "OpenSSL 1.0.1f in s_server: closes after a heartbeat",
    ),
    ("patched-reads-on", f"{PATCHED}/tcp/TLS1.2/rsa/apache", "OpenSSL 1.0.1g in Apache: answers at once"),
    (
        "patched-one-record",
        f"{PATCHED}/tcp/TLS1.2/rsa/nginx",
        "OpenSSL 1.0.1g in nginx: reads one record for each network event",
    ),
    (
        "patched-closes",
        f"{PATCHED}/tcp/TLS1.2/rsa/{S_SERVER_PIPE}",
        "OpenSSL 1.0.1g in s_server: closes after a heartbeat",
    ),
    ("no-heartbeats", f"{NO_HEARTBEATS}/tcp/TLS1.2/rsa/{S_SERVER}", "OpenSSL 1.0.1f without heartbeats"),
    (
        "no-heartbeats-pipe",
        f"{NO_HEARTBEATS}/tcp/TLS1.2/rsa/{S_SERVER_PIPE}",
        "OpenSSL 1.0.1f without heartbeats, in the s_server that would close after one",
    ),
    ("vulnerable-tls1.0", f"{VULNERABLE}/tcp/TLS1.0/rsa/stunnel", "OpenSSL 1.0.1f in stunnel, TLS 1.0 only"),
    ("vulnerable-ssl3.0", f"{VULNERABLE}/tcp/SSL3.0/rsa/nginx", "OpenSSL 1.0.1f in nginx, SSL 3.0 only"),
    (
        "no-heartbeats-ssl3.0",
        f"{NO_HEARTBEATS}/tcp/SSL3.0/rsa/{S_SERVER}",
        "OpenSSL 1.0.1f without heartbeats, SSL 3.0 only",
    ),
    (
        "vulnerable-dtls-retries",
        f"{VULNERABLE}/udp/DTLS1.0/rsa/retries-after-a-heartbeat",
        "OpenSSL 1.0.1f over DTLS: goes on after a heartbeat",
    ),
    (
        "vulnerable-dtls-closes",
        f"{VULNERABLE}/udp/DTLS1.0/rsa/closes-after-a-heartbeat",
        "OpenSSL 1.0.1f over DTLS: closes after a heartbeat",
    ),
    (
        "patched-dtls-retries",
        f"{PATCHED}/udp/DTLS1.0/rsa/retries-after-a-heartbeat",
        "OpenSSL 1.0.1g over DTLS: goes on after a heartbeat",
    ),
    (
        "patched-dtls-closes",
        f"{PATCHED}/udp/DTLS1.0/rsa/closes-after-a-heartbeat",
        "OpenSSL 1.0.1g over DTLS: closes after a heartbeat",
    ),
    (
        "no-heartbeats-dtls",
        f"{NO_HEARTBEATS}/udp/DTLS1.0/rsa/closes-after-a-heartbeat",
        "OpenSSL 1.0.1f without heartbeats, over DTLS",
    ),
)


DIALECTS = "dialects"
"""The name of all endpoints of dialects together."""

IN_DIALECTS = (
    ("vulnerable", f"{VULNERABLE}/tcp/TLS1.2/rsa/apache", "OpenSSL 1.0.1f"),
    ("patched", f"{PATCHED}/tcp/TLS1.2/rsa/apache", "OpenSSL 1.0.1g"),
)


def default_endpoints() -> tuple[LabEndpoint, ...]:
    """What `hemostat lab` serves when nothing is picked. Raises LabError where the recordings are damaged.

    Of builds without heartbeats there is none that reads one record an event: such a build never tells its
    application to read again, so what the application would do then does not show.
    """
    return tuple(LabEndpoint(name, recorded_peer(id), says) for name, id, says in DEFAULT)


def dialect_endpoints() -> tuple[LabEndpoint, ...]:
    """A vulnerable and a patched endpoint in each dialect that has words before TLS. Raises LabError as above."""
    return tuple(
        LabEndpoint(
            f"{word}-{dialect.name}", recorded_peer(id), f"{says}, behind {dialect.title}", dialect.name
        )
        for dialect in dialects().values()
        if dialect.has_words
        for word, id, says in IN_DIALECTS
    )


def select_endpoints(names: Iterable[str]) -> tuple[LabEndpoint, ...]:
    """The endpoints of these names, in the order given: names of the default set, `vulnerable-smtp`, `patched-smtp` and
    so on for every dialect, or ids of recorded servers; `dialects` is all of those of dialects.

    Raises LabError for a name that is none of these, and lists those there are.
    """
    spoken = dialect_endpoints()
    known = {endpoint.name: endpoint for endpoint in (*default_endpoints(), *spoken)}
    for peer in recorded_peers():
        if peer.role == "server":
            known[peer.id] = LabEndpoint(peer.id, peer, f"{peer.library} in {peer.application_name}")
    chosen: list[LabEndpoint] = []
    for name in names:
        if name == DIALECTS:
            chosen += spoken
        elif name in known:
            chosen.append(known[name])
        else:
            named = ", ".join([*(name for name, _, _ in DEFAULT), *(each.name for each in spoken), DIALECTS])
            raise LabError(
                f"no lab endpoint is called {name}; there are: {named}; and each recorded server's id"
            )
    return tuple(chosen)


def announcement(endpoints: Sequence[OpenEndpoint], *, as_json: bool = False) -> str:
    """What the user is told: a table of name, verdict and the command to try, or JSON Lines; no newline at
    the end.
    """
    if as_json:
        return "\n".join(json.dumps(each.as_json(), sort_keys=True) for each in endpoints)
    rows = [("name", "verdict", "try", "what it is")]
    rows += [
        (each.endpoint.name, each.endpoint.verdict, each.command, each.endpoint.says) for each in endpoints
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    )
