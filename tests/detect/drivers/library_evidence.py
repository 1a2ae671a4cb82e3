"""A library's report as evidence: what a probe makes of it, checked."""

from __future__ import annotations

import os
from typing import Any

from hemostat.dialects import dialects
from hemostat.evidence import KINDS, decode, encode
from hemostat.exchange import AskLibrary, Connected, Data, Done, LibraryAnswered, LibraryReport, Peer, Probe
from hemostat.wire import protocol
from hemostat.wire.extensions import SUPPORTED_VERSIONS, extension
from hemostat.wire.handshake import message
from hemostat.wire.hello import server_hello
from hemostat.wire.records import record


def connection_of(report: LibraryReport | None) -> dict[str, Any]:
    """The facts of the connection that a library made for a probe of a TLS 1.3 server; all of them are checked."""
    probe = Probe(
        "server",
        Peer(None, "192.0.2.1", 443),
        dialects()["tls"],
        os.urandom,
        started=0,
        deadline=20_000_000,
    )
    probe.start()
    probe.handle(Connected(1000))
    chosen = extension(SUPPORTED_VERSIONS, b"\3\4")
    hello = message(protocol.SERVER_HELLO, server_hello(protocol.TLS12, bytes(32), 0x1301, chosen))
    commands = probe.handle(Data(2000, record(protocol.HANDSHAKE, protocol.TLS12, hello)))
    assert any(isinstance(each, AskLibrary) for each in commands)
    (done,) = probe.handle(LibraryAnswered(3000, report))
    assert isinstance(done, Done)
    KINDS["probe"].check(done.facts)
    assert decode(encode(done.facts)) == done.facts
    connection: dict[str, Any] = done.facts["connections"][1]
    return connection
