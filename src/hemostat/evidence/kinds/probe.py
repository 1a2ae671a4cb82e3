"""One probe of a server, client or build, with all the connections that one answer took: what was sent, what came back.

- `role` of the peer, `transport`, `dialect` that was asked for, `records` (`tls` or `dtls`), `form` (`hello`: inside
  the unfinished handshake; `after-handshake`; `library`: a build, asked through memory)
- `host`: the name that was asked for; `address`, `port`: what was connected to, null where nothing was
- `via`: the proxy that was connected to in their place, null where none was: `scheme`, `address`, `port`; then
  `address` may be a name, which the proxy looked up
- `budget`: the most `connections` and `microseconds` that the probe was given
- `connections`, in order, each:
  - `dialect`: the protocol in which TLS was asked for; `ready`: whether its words came to their end, so that TLS could
    begin
  - `asked`: what this connection was for; `offered`: `versions`, `name` sent, `heartbeat` offered
  - `version`, `cipher`, `heartbeat` (mode) of the peer's hello; null where none was seen or offered
  - `client_certificate_asked`; `certificates` shown, as SHA-256, the peer's own first → links
  - `parts` of the question: `part`, `length` sent, `answer`, `bytes` of ours that came back (all of them for `equal`,
    the first of them for `equal-so-far`, else 0), `microseconds` until the answer, or until nobody waited for it any
    more
  - `nudges`: further Finished messages that were needed; `alerts` received, in order
  - `ended`: by whom; `failure`: why there was no connection, or, of `certificate` and `after-handshake`, why the
    library that was asked did not answer to the end; `not_tls`: what was spoken instead; `spoke`: the dialect whose
    servers answer so (to words, those of `tls` by an alert or in HTTP), which was asked in next; `refusal`: the word of
    the dialect that there will be no TLS; `error`: how the peer broke the protocol
  - `messages`: direction, name and length of each message, as far as they are noted: at most 120 of a connection (64
    of a library's), 2000 of a probe; `started` (since the probe began), `microseconds` (how long), `round_trip`

No field holds what a peer sent: answers are counted, certificates are digests, messages are names and lengths.
"""

from collections.abc import Mapping
from typing import Any

from hemostat.evidence.addresses import canonical_address
from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.kind import Kind
from hemostat.evidence.names import AssetName
from hemostat.evidence.shape import Mismatch, boolean, fields, integer, optional, pattern, sequence, word

__all__ = ["KIND"]

# Words with single hyphens and few digits: a name of ours fits, a stranger's bytes as hex do not.
_code = pattern(r"[a-z]+(?:-(?:[a-z]+|[0-9]{1,3}))*", 48, "a code")
_host = pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*", 255, "a host")
_address = pattern(r"[A-Za-z0-9_:][A-Za-z0-9._:-]*(?:%[A-Za-z0-9._@+~-]{1,32})?", 255, "an address")
_version = pattern(r"(?:SSL|TLS|DTLS)[0-9]\.[0-9]|0x[0-9a-f]{4}", 7, "a version's name")
_alert = pattern(r"(?:warning|fatal|level-[0-9]{1,3}) (?:[a-z]+(?:_[a-z]+)*|[0-9]{1,3})", 64, "an alert")
_message = pattern(
    r"[<>] [a-z]+(?:-(?:[a-z]+|[0-9]{1,3})){0,4} (?:0|[1-9][0-9]{0,7})", 64, "a message's name and length"
)
_sha256 = pattern(r"[0-9a-f]{64}", 64, "a SHA-256")
_microseconds = integer()

_dialect = pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", 32, "a dialect")

_CONNECTION = fields(
    {
        "dialect": _dialect,
        "ready": boolean,
        "asked": word("burst", "own-bytes", "large-control", "turns", "certificate", "after-handshake"),
        "offered": fields(
            {"versions": sequence(_version, 16), "name": optional(_host), "heartbeat": boolean}
        ),
        "version": optional(_version),
        "cipher": optional(integer(most=0xFFFF)),
        "heartbeat": optional(integer(most=0xFF)),
        "client_certificate_asked": boolean,
        "certificates": sequence(_sha256, 64),
        "parts": sequence(
            fields(
                {
                    "part": word("own-bytes", "control", "large-control", "flush"),
                    "length": integer(most=0xFFFF),
                    "answer": word("equal", "equal-so-far", "different", "none", "alert", "not-a-record"),
                    "bytes": integer(most=0xFFFF),
                    "microseconds": optional(_microseconds),
                }
            ),
            64,
        ),
        "nudges": integer(most=0xFFFF),
        "alerts": sequence(_alert, 32),
        "ended": word("fin", "reset", "ours", "failed"),
        "failure": optional(_code),
        "not_tls": optional(word("ssh", "http", "text", "ssl2", "binary")),
        "spoke": optional(_dialect),
        "refusal": optional(_code),
        "error": optional(_code),
        "messages": sequence(_message, 256),
        "started": _microseconds,
        "microseconds": _microseconds,
        "round_trip": optional(_microseconds),
    }
)


_SHAPE = fields(
    {
        "role": word("server", "client"),
        "transport": word("tcp", "udp"),
        "dialect": _dialect,
        "records": word("tls", "dtls"),
        "form": word("hello", "after-handshake", "library"),
        "host": optional(_address),
        "address": optional(_address),
        "port": optional(integer(most=0xFFFF)),
        "via": optional(
            fields(
                {
                    "scheme": word("socks4a", "socks5", "http"),
                    "address": _address,
                    "port": integer(most=0xFFFF),
                }
            )
        ),
        "budget": fields({"connections": integer(most=0xFFFF), "microseconds": _microseconds}),
        "connections": sequence(_CONNECTION, 64),
    }
)


def _check(facts: object) -> None:
    _SHAPE(facts)
    if not isinstance(facts, dict):  # the shape has seen to that
        return
    for number, connection in enumerate(facts["connections"]):
        for place, part in enumerate(connection["parts"]):
            answer, count, length = part["answer"], part["bytes"], part["length"]
            fits = {"equal": count == length, "equal-so-far": 0 < count < length}.get(answer, count == 0)
            if not fits:
                raise Mismatch(
                    "not a count that goes with the answer", f".connections[{number}].parts[{place}].bytes"
                )


def _about(facts: Mapping[str, Any], subject: AssetName) -> bool:
    """An endpoint is where the connections went, by a proxy where one is named; in which network, no fact says."""
    if subject.type != "endpoint":
        return True
    address = facts["address"]
    if (
        address is None
        or facts["transport"] != subject.parts["transport"]
        or facts["port"] != subject.parts["port"]
    ):
        return False
    if "via" in subject.parts and facts["via"] is None:
        return False
    if address.lower() == subject.parts["address"]:
        return True
    try:
        return str(canonical_address(address)[0]) == subject.parts["address"]
    except EvidenceError:
        return False


def _links(facts: Mapping[str, Any]) -> tuple[str, ...]:
    shown = {digest for connection in facts["connections"] for digest in connection["certificates"]}
    return tuple([f"cert:{digest}" for digest in sorted(shown)])


KIND = Kind(
    name="probe",
    version=2,
    subjects=frozenset({"endpoint", "client", "build"}),
    shape=_check,
    links=_links,
    about=_about,
    example={
        "role": "server",
        "transport": "tcp",
        "dialect": "tls",
        "records": "tls",
        "form": "hello",
        "host": "www.example",
        "address": "192.0.2.7",
        "port": 443,
        "via": None,
        "budget": {"connections": 8, "microseconds": 20_000_000},
        "connections": [
            {
                "dialect": "tls",
                "ready": True,
                "asked": "burst",
                "offered": {"versions": ["TLS1.2"], "name": "www.example", "heartbeat": True},
                "version": "TLS1.2",
                "cipher": 49199,
                "heartbeat": 1,
                "client_certificate_asked": False,
                "certificates": ["5c9f6d4d7bd8a1c5d9b7f2a0e3c46f1b8a7d2e9054c3b1a6f8e7d6c5b4a39281"],
                "parts": [
                    {
                        "part": "own-bytes",
                        "length": 16365,
                        "answer": "none",
                        "bytes": 0,
                        "microseconds": 424,
                    },
                    {"part": "control", "length": 8, "answer": "equal", "bytes": 8, "microseconds": 412},
                    {"part": "flush", "length": 12, "answer": "alert", "bytes": 0, "microseconds": 415},
                ],
                "nudges": 0,
                "alerts": ["fatal unexpected_message"],
                "ended": "fin",
                "failure": None,
                "not_tls": None,
                "spoke": None,
                "refusal": None,
                "error": None,
                "messages": [
                    "> client-hello 524",
                    "< server-hello 66",
                    "< certificate 1210",
                    "< server-hello-done 0",
                ],
                "started": 0,
                "microseconds": 1630,
                "round_trip": 204,
            }
        ],
    },
)
