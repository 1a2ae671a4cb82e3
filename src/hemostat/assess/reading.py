"""Facts of a `probe` observation, read once: what the rules of `verdicts` ask of them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from hemostat.exchange import signs
from hemostat.exchange.facts import CLOSES_NEEDED, could_be_reaction
from hemostat.exchange.tally import TURNS_NEEDED, Tally

__all__ = ["Reading"]

_CONTROLS = ("control", "large-control")
_EQUAL = ("equal", "equal-so-far")
_HELLO = ("version", "cipher", "heartbeat", "certificates")
"""What a hello says of who gave it."""
_STREAM_VERSIONS = ("SSL3.0", "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3")
_DATAGRAM_VERSIONS = ("DTLS1.0", "DTLS1.2")


def _signs(connection: Mapping[str, Any]) -> list[signs.Sign]:
    return [(part["part"], part["answer"], part["microseconds"]) for part in connection["parts"]]


def _ignored(connection: Mapping[str, Any]) -> bool:
    return signs.ignored(
        _signs(connection), connection["ended"], connection["error"], connection["round_trip"]
    )


def _refused(connection: Mapping[str, Any]) -> bool:
    """Own bytes asked alone or after the handshake drew a fatal alert, no sooner than they could."""
    return connection["asked"] in ("own-bytes", "after-handshake") and any(
        part["part"] == "own-bytes"
        and part["answer"] == "alert"
        and could_be_reaction(part["microseconds"], connection["round_trip"])
        for part in connection["parts"]
    )


def _same_hello(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[field] == other[field] for field in _HELLO)


def _drew_nothing(connection: Mapping[str, Any]) -> bool:
    """Whether plain words drew not a byte, so that TLS was tried next."""
    return connection["spoke"] == "tls" and connection["not_tls"] is None


def _drew_an_alert(connection: Mapping[str, Any]) -> bool:
    """Whether plain words drew an alert of TLS, which is no other protocol's."""
    return connection["spoke"] == "tls" and connection["not_tls"] not in (None, "http")


def _as_newest(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Facts of version 1, which knew TLS and DTLS from the first byte alone, as version 2 has them."""
    if "records" in facts:
        return facts
    then = {"dialect": facts["dialect"], "ready": True, "spoke": None}
    return {
        **facts,
        "records": "tls" if facts["transport"] == "tcp" else "dtls",
        "via": None,
        "connections": [{**then, **connection} for connection in facts["connections"]],
    }


class Reading:
    """What one probe's facts (kind `probe`, of any version) say. Every property is a plain question with a plain
    answer.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts = _as_newest(facts)
        self.connections: Sequence[Mapping[str, Any]] = facts["connections"]
        self.datagrams = facts["records"] == "dtls"
        self.client = facts["role"] == "client"

    # -- hello -----------------------------------------------------------------------------------------------

    @cached_property
    def hello(self) -> Mapping[str, Any] | None:
        """The first connection on which the peer's hello came; None where none did."""
        for connection in self.connections:
            if connection["version"] is not None and connection["asked"] not in (
                "certificate",
                "after-handshake",
            ):
                return connection
        return None

    @property
    def version(self) -> str | None:
        """The version of that hello."""
        return self.hello["version"] if self.hello is not None else None

    @property
    def offers_heartbeats(self) -> bool:
        """Whether any hello of the peer had the heartbeat extension."""
        return any(connection["heartbeat"] is not None for connection in self.connections)

    @property
    def declines_requests(self) -> bool:
        """The peer's extension says "send me no requests" (RFC 6520 section 2: peer_not_allowed_to_send)."""
        return any(connection["heartbeat"] == 2 for connection in self.connections)

    @property
    def other_name(self) -> tuple[str | None, str | None] | None:
        """Where the hello came with the other form of the name only: the name sent first and the one then sent; None
        for no name.
        """
        if self.hello is None or self.client or not self.hello["offered"]["heartbeat"]:
            return None
        first, then = self.connections[0]["offered"]["name"], self.hello["offered"]["name"]
        return None if first == then else (first, then)

    @property
    def not_offered(self) -> bool:
        """A TLS 1.0 to 1.2 or DTLS hello without the extension, from a peer that was offered it; a client
        offers by itself.
        """
        hello = self.hello
        if hello is None or hello["version"] in ("SSL3.0", "TLS1.3") or self.offers_heartbeats:
            return False
        return self.version_known and (self.client or bool(hello["offered"]["heartbeat"]))

    @property
    def version_known(self) -> bool:
        """Whether that hello names a version that is spoken over this transport."""
        return self.version in (_DATAGRAM_VERSIONS if self.datagrams else _STREAM_VERSIONS)

    # -- parts -----------------------------------------------------------------------------------------------

    def parts(self, name: str) -> Iterator[Mapping[str, Any]]:
        """All parts of that name, of all connections."""
        for connection in self.connections:
            for part in connection["parts"]:
                if part["part"] == name:
                    yield part

    @property
    def asked(self) -> bool:
        """Whether the question was put at all."""
        return any(connection["parts"] for connection in self.connections)

    @property
    def own_bytes_back(self) -> int:
        """How many of our own bytes came back at most; 0: none."""
        return max((part["bytes"] for part in self.parts("own-bytes") if part["answer"] in _EQUAL), default=0)

    @property
    def answered_late_alone(self) -> bool:
        """Own bytes came back after the handshake alone, from a peer that refused heartbeats by an alert before it.
        OpenSSL answers in the handshake too.
        """
        before = [c for c in self.connections if c["asked"] != "after-handshake"]
        refused = any(
            part["answer"] == "alert" for c in before for part in c["parts"] if part["part"] != "flush"
        )
        return (
            self.own_bytes_back > 0
            and refused
            and not any(
                part["part"] == "own-bytes" and part["answer"] in _EQUAL
                for c in before
                for part in c["parts"]
            )
        )

    @property
    def ignored_in_order(self) -> bool:
        """On one stream: own bytes unanswered, a control sent after them answered. TCP's order makes the one
        prove the other read.
        """
        if self.datagrams:
            return False
        for connection in self.connections:
            passed_over = False
            for part in connection["parts"]:
                if part["part"] == "own-bytes":
                    passed_over = part["answer"] == "none"
                elif passed_over and part["part"] in _CONTROLS and part["answer"] in _EQUAL:
                    return True
        return False

    def _alone(self, after: bool) -> list[Mapping[str, Any]]:
        """The connections on a stream whose question was put after the handshake, or those where it was not:
        what one form shows says nothing of the other.
        """
        if self.datagrams:
            return []
        return [c for c in self.connections if (c["asked"] == "after-handshake") is after]

    def _put_aside(self, after: bool) -> list[Mapping[str, Any]]:
        """Connections on a stream on which own bytes drew an orderly close and nothing else, or a fatal alert: neither
        sooner than they could.
        """
        return [c for c in self._alone(after) if _ignored(c) or _refused(c)]

    def _control_answered_apart(self, after: bool) -> list[Mapping[str, Any]]:
        """Connections on a stream without own bytes on which a control was answered."""
        return [
            c
            for c in self._alone(after)
            if not any(part["part"] == "own-bytes" for part in c["parts"])
            and any(part["part"] in _CONTROLS and part["answer"] in _EQUAL for part in c["parts"])
        ]

    def _put_aside_by_who_answers(self) -> list[Mapping[str, Any]]:
        """Those on which own bytes were put aside by a peer whose hello is that of one which answered a control: what
        another server behind the address does proves nothing of this one.
        """
        return [
            own
            for after in (False, True)
            for own in self._put_aside(after)
            if any(_same_hello(own, other) for other in self._control_answered_apart(after))
        ]

    @property
    def ignored_alone(self) -> bool:
        """On a stream: own bytes alone drew nothing but an orderly close, and a control on another connection was
        answered: with a close behind it, too, or else own bytes drew one again and again. (A server that closes now and
        then for reasons of its own would not be patched for that.)
        """
        ignored = [connection for connection in self._put_aside_by_who_answers() if _ignored(connection)]
        return len(ignored) >= CLOSES_NEEDED or any(
            other["ended"] in ("fin", "reset") and _same_hello(own, other)
            for own in ignored
            for other in self._control_answered_apart(own["asked"] == "after-handshake")
        )

    @property
    def refused_alone(self) -> bool:
        """On a stream: own bytes asked alone (or after the handshake) drew a fatal alert, and a control on another
        connection was answered.
        """
        return any(_refused(connection) for connection in self._put_aside_by_who_answers())

    @property
    def answered_by_another(self) -> bool:
        """One server put own bytes aside, and only another one answered a control."""
        if self.datagrams:
            return self.tally.enough and self._several_asked
        apart = any(self._put_aside(after) and self._control_answered_apart(after) for after in (False, True))
        return apart and not self._put_aside_by_who_answers()

    @property
    def offers_differ(self) -> bool:
        """Heartbeats were offered to one hello and not to another like it, and what was asked was not answered."""
        alike = [
            c["heartbeat"] is None
            for c in self.connections
            if c["version"] in _STREAM_VERSIONS[1:-1] and (c["offered"] or {}).get("heartbeat")
        ]
        return not self.datagrams and len(set(alike)) > 1 and not self.control_answered

    @cached_property
    def tally(self) -> Tally:
        """Own bytes and large controls of all associations, counted."""
        tally = Tally()
        for connection in self.connections:
            parts = [(part["part"], part["answer"], part["microseconds"]) for part in connection["parts"]]
            tally.add(connection["asked"], connection["ended"], parts)
        return tally

    @property
    def ignored_repeatedly(self) -> bool:
        """On UDP: own bytes unanswered, and large controls answered, too often for loss to explain it."""
        return self.datagrams and self.tally.enough and not self._several_asked

    @property
    def _several_asked(self) -> bool:
        """Whether associations on which something was asked had hellos of more than one server. A chain of certificates
        may be missing, where datagrams got lost.
        """
        asked = [connection for connection in self.connections if connection["parts"]]
        hellos = {(c["version"], c["cipher"], c["heartbeat"]) for c in asked}
        chains = {tuple(c["certificates"]) for c in asked if c["certificates"]}
        return len(hellos) > 1 or len(chains) > 1

    @property
    def differs(self) -> bool:
        """A heartbeat came back that is not ours."""
        return any(
            part["answer"] == "different" for connection in self.connections for part in connection["parts"]
        )

    @property
    def no_heartbeats_over_ssl30(self) -> bool:
        """SSL 3.0: a control went unanswered before a flush that was answered."""
        return any(
            signs.no_heartbeats_over_ssl30(_signs(connection), connection["version"])
            for connection in self.connections
        )

    @property
    def control_answered(self) -> bool:
        """Whether any control was."""
        return any(part["answer"] in _EQUAL for name in _CONTROLS for part in self.parts(name))

    @property
    def control_unanswered(self) -> bool:
        """A control was read (the flush after it was answered, or all of many went unanswered) and drew
        nothing.
        """
        controls = [*self.parts("control"), *self.parts("large-control")]
        if self.control_answered:
            return False
        if self.datagrams:
            return len(controls) >= TURNS_NEEDED
        return bool(controls) and any(part["answer"] == "alert" for part in self.parts("flush"))

    @property
    def heartbeat_refused(self) -> bool:
        """A heartbeat drew a fatal alert."""
        return any(
            part["answer"] == "alert" for name in ("own-bytes", *_CONTROLS) for part in self.parts(name)
        )

    # -- ends ------------------------------------------------------------------------------------------------

    @property
    def after_handshake(self) -> Mapping[str, Any] | None:
        """The last connection on which the question was to be put after the handshake, if any."""
        return next((c for c in reversed(self.connections) if c["asked"] == "after-handshake"), None)

    @property
    def failure(self) -> str | None:
        """Why no connection came about at all; None where one did, or where the peer was heard."""
        if not self.connections or any(connection["failure"] is None for connection in self.connections):
            return None
        if any(message[:1] == "<" for connection in self.connections for message in connection["messages"]):
            return None
        return str(self.connections[-1]["failure"])

    @property
    def late_failure(self) -> str | None:
        """Why a later connection didn't come about, after an earlier one did."""
        if not self.connections or self.failure is not None:
            return None
        last = self.connections[-1]["failure"]
        return None if last is None else str(last)

    @property
    def greeting(self) -> str | None:
        """What answered in place of TLS, where no hello ever came."""
        if self.hello is not None:
            return None
        told = (c["not_tls"] for c in self.connections if c["not_tls"] and not _drew_an_alert(c))
        return next(told, None)

    @property
    def only_greeting(self) -> str | None:
        """What answered in place of TLS on every connection that came about, without one alert; None where another
        did once: that may be TLS. HTTP counts where a hello drew it, for who serves HTTPS answers other words so, too.
        """
        came = [c for c in self.connections if c["failure"] is None and not _drew_nothing(c)]
        if self.datagrams or self.hello is not None or any(connection["alerts"] for connection in came):
            return None
        greetings = {connection["not_tls"] for connection in came}
        if greetings == {"http"}:
            return "http" if came[-1]["ready"] else None
        return greetings.pop() if len(greetings) == 1 else None

    # -- before TLS ------------------------------------------------------------------------------------------

    @property
    def last_dialect(self) -> str:
        """The dialect of the last connection; of none, that which was to be spoken."""
        return str((self.connections[-1] if self.connections else self.facts)["dialect"])

    @property
    def spoken_in(self) -> str:
        """The dialect in which it came to the verdict: that of the words which ended before TLS, else the last one."""
        return self.last_dialect if self.stalled is None else str(self.stalled["dialect"])

    @property
    def spoke(self) -> str | None:
        """The dialect in which something greeted that was asked in another one, and was then asked in."""
        asked = self.facts["dialect"]
        spoke = next((c["spoke"] for c in self.connections if c["spoke"]), None)
        return spoke if spoke is not None and any(c["dialect"] != asked for c in self.connections) else None

    @property
    def refusal(self) -> str | None:
        """The last connection's word that there will be no TLS, where no hello ever came."""
        if self.hello is not None or not self.connections:
            return None
        word = self.connections[-1]["refusal"]
        return None if word is None else str(word)

    @property
    def says_no_tls(self) -> bool:
        """Whether the service itself says that it has no TLS, and never said anything else."""
        came = [c for c in self.connections if c["failure"] is None and not c["spoke"]]
        return self.hello is None and bool(came) and all(c["refusal"] == "no-tls" for c in came)

    @property
    def tried_in_tls(self) -> bool:
        """Whether words drew nothing, and TLS was asked for from the first byte, too."""
        tried = [c for c in self.connections if c["dialect"] == "tls" and c["ready"]]
        return bool(tried) and any(_drew_nothing(connection) for connection in self.connections)

    @property
    def stalled(self) -> Mapping[str, Any] | None:
        """The connection whose words ended before TLS could begin, where that is the last word of it: the last one that
        came about, or the one before TLS was tried and drew nothing that tells more.
        """
        came = [c for c in self.connections if c["failure"] is None]
        if self.hello is not None or not came:
            return None
        last = next(filter(_drew_nothing, came), came[-1])
        later = came[came.index(last) + 1 :]
        if any(c["not_tls"] in ("http", "ssh", "ssl2") or c["alerts"] or c["error"] for c in later):
            return None
        return last if not last["ready"] and last["refusal"] is None else None

    @property
    def alert(self) -> str | None:
        """The first fatal alert, by its name (with hyphens kept as the RFC has them: `handshake_failure`)."""
        for connection in self.connections:
            for alert in connection["alerts"]:
                level, _, name = alert.partition(" ")
                if level == "fatal":
                    return str(name)
        return None

    @property
    def error(self) -> str | None:
        """The first breach of the protocol, by its code."""
        return next((connection["error"] for connection in self.connections if connection["error"]), None)

    def ended(self, how: str) -> bool:
        """Whether the last connection that came about ended like that."""
        ends = [connection["ended"] for connection in self.connections if connection["ended"] != "failed"]
        return bool(ends) and ends[-1] == how

    @property
    def end(self) -> str:
        """How the talk ended, as a reason: by its alert, its close, its reset, or our time."""
        if self.alert is not None:
            return f"alert-{self.alert}"
        return "closed" if self.ended("fin") else "reset" if self.ended("reset") else "silent"

    @property
    def any_reset(self) -> bool:
        """Whether any connection ended by a reset."""
        return any(connection["ended"] == "reset" for connection in self.connections)

    @property
    def tls13(self) -> bool:
        """Whether TLS 1.3 was chosen."""
        return not self.datagrams and any(c["version"] == "TLS1.3" for c in self.connections)

    @property
    def client_certificate_asked(self) -> bool:
        """Whether the peer asked for a client certificate."""
        return any(connection["client_certificate_asked"] for connection in self.connections)
