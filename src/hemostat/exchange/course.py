"""Which connection comes next: the course of a probe, one generator for TLS on a stream, one for DTLS.

A course yields what to ask on the next connection and is sent that connection's facts. It knows no bytes and
no clock.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.exchange.datagram import TURNS_NEEDED
from hemostat.exchange.facts import Asked, Connection
from hemostat.exchange.flight import wants_question
from hemostat.exchange.offers import Form, Offer
from hemostat.wire.heartbeat import MODE_PEER_NOT_ALLOWED
from hemostat.wire.protocol import SSL30, TLS13

__all__ = ["MOST_ASKED", "MOST_CONNECTIONS", "Ask", "Course", "datagram_course", "stream_course"]

MOST_CONNECTIONS: Final = {"tcp": 8, "udp": 48}
"""Connections (associations) that one answer may take."""
MOST_ASKED: Final = 16
"""How often own bytes, and how often the large control, are asked on UDP at most."""
_RETRIED: Final = frozenset({"timeout", "reset"})
_MOST_HELLO_LOSSES: Final = 3
_CONTROLS_GIVEN_UP: Final = 6


class Ask(NamedTuple):
    """One connection to make. `patience`: see `StreamDialogue`; `parts`: what a library is to ask (own bytes,
    control).
    """

    asked: Asked
    offer: Offer
    patience: int = 4
    parts: tuple[bool, bool] = (False, False)


Course = Generator[Ask, Connection, None]


class _Names(NamedTuple):
    """The server name to send first, and the other form (a name where there was none, none where there was
    one).
    """

    first: str | None
    other: str | None


def _proved(connection: Connection) -> bool:
    """The question is answered: by our own bytes, or by a control that came after them on the same
    connection.
    """
    own = connection.part("own-bytes")
    control = connection.part("control") or connection.part("large-control")
    if own is None or own.answer in ("equal", "equal-so-far", "different"):
        return own is not None
    return control is not None and control.answer in ("equal", "equal-so-far", "different")


def _no_heartbeats_over_ssl30(connection: Connection) -> bool:
    """SSL 3.0: the flush was answered and the control before it wasn't."""
    flush, control = connection.part("flush"), connection.part("control")
    return (
        connection.version == SSL30
        and flush is not None
        and flush.answer == "alert"
        and control is not None
        and control.answer == "none"
    )


def _settled(connection: Connection) -> bool:
    return not wants_question(connection) or _proved(connection) or _no_heartbeats_over_ssl30(connection)


def stream_course(
    names: tuple[str | None, str | None], *, retries: int, flush: bool, client: bool = False
) -> Course:
    """The connections of a probe on a stream: at most `MOST_CONNECTIONS["tcp"]`, which the caller counts."""
    connection = yield from _greet(_Names(*names), retries, client=client)
    if connection.version is None:
        return
    offer = connection.offer or Offer("tls12", None)
    if connection.version == TLS13:
        yield Ask("certificate", offer)
        return
    if _settled(connection):
        return
    # The burst ended before its flush was answered (a peer that closes), or was refused: each question on its
    # own.
    own = yield from _alone("own-bytes", offer)
    if _settled(own) or own.failure or own.version is None:
        return
    part = own.part("own-bytes")
    if part is not None and (
        part.answer == "alert" or (part.answer == "none" and len(own.parts) == 1 and own.ended == "fin")
    ):
        large = yield from _alone("large-control", offer)
        control = large.part("large-control")
        if (
            control is None
            or control.answer in ("equal", "equal-so-far", "different")
            or large.ended == "reset"
        ):
            return
    elif own.ended == "reset":
        return
    if connection.version == SSL30 or connection.heartbeat == MODE_PEER_NOT_ALLOWED or not flush or client:
        return
    # It may hold to the letter: no heartbeats before the handshake is over (RFC 6520 section 3).
    after = yield Ask("after-handshake", offer, parts=(True, True))
    refused = after.part("own-bytes")
    if refused is not None and refused.answer == "alert":
        yield Ask("after-handshake", offer, parts=(False, True))


def _greet(names: _Names, retries: int, *, client: bool) -> Generator[Ask, Connection, Connection]:
    """Connect, with one form of hello after the other, until a hello comes; the last connection made."""
    if client:
        return (yield Ask("burst", Offer("tls12", None)))
    forms: list[tuple[Form, str | None]] = [("tls12", names.first)]
    if names.other != names.first:
        forms.append(("tls12", names.other))
    forms += [("tls13", names.first), ("ssl30", None)]
    while True:
        form, name = forms.pop(0)
        connection = yield Ask("burst", Offer(form, name))
        while connection.failure in _RETRIED and retries > 0:
            retries -= 1
            connection = yield Ask("burst", Offer(form, name))
        answered_otherwise = (
            connection.not_tls not in (None, "ssl2") or connection.refusal or connection.error
        )
        if connection.version is not None or connection.failure or answered_otherwise or not forms:
            return connection
        if any(alert.endswith("protocol_version") for alert in connection.alerts):
            # Neither name helps: it wants another version.
            forms = [other for other in forms if other[0] != form]
        elif connection.ended == "ours" and not connection.alerts:
            # Silent: a name or TLS 1.3 won't wake it, a small old hello may.
            forms = [other for other in forms if other[0] == "ssl30"]
            if not forms:
                return connection
        elif form == "tls13" and name != names.other and "fatal unrecognized_name" in connection.alerts:
            forms.insert(0, ("tls13", names.other))


def _alone(asked: Asked, offer: Offer) -> Generator[Ask, Connection, Connection]:
    """One part alone on a connection of its own; again, with more patience, where a reset or our own haste
    spoilt the answer.
    """
    patience = 4
    while True:
        connection = yield Ask(asked, offer, patience)
        hasty = (
            asked == "own-bytes"
            and len(connection.parts) > 1
            and not _proved(connection)
            and connection.ended == "fin"
        )
        spoilt = connection.ended == "reset" and not any(part.answer != "none" for part in connection.parts)
        if not (hasty or spoilt) or _settled_by_prefix(connection) or patience > 64:
            return connection
        patience *= 4


def _settled_by_prefix(connection: Connection) -> bool:
    return any(part.answer == "equal-so-far" for part in connection.parts)


class _Count:
    """What a DTLS probe has gathered over its associations."""

    __slots__ = ("alerts", "controls", "controls_answered", "owns", "owns_unanswered")

    def __init__(self) -> None:
        self.owns = self.owns_unanswered = self.controls = self.controls_answered = self.alerts = 0

    def add(self, connection: Connection) -> bool:
        """Count an association's parts; True when own bytes came back.

        Own bytes asked together with controls count as unanswered only where a control after them was
        answered: a peer that had ended the association would have been silent to anything.
        """
        pending = 0
        for part in connection.parts:
            self.alerts += part.answer == "alert"
            if part.name == "own-bytes":
                if part.answer == "equal":
                    return True
                self.owns += 1
                pending += 1
            else:
                self.controls += 1
                if part.answer == "equal":
                    self.controls_answered += 1
                    self.owns_unanswered += pending
                    pending = 0
        if connection.asked == "own-bytes":
            self.owns_unanswered += pending
        return False

    @property
    def enough(self) -> bool:
        return self.owns_unanswered >= TURNS_NEEDED and self.controls_answered >= TURNS_NEEDED

    @property
    def hopeless(self) -> bool:
        """No control is ever answered, or the bounds are reached."""
        refused = self.alerts >= 2 * 3 and not self.controls_answered
        deaf = self.controls >= _CONTROLS_GIVEN_UP and not self.controls_answered
        return refused or deaf or (self.owns >= MOST_ASKED and self.controls >= MOST_ASKED)


def _goes_on(connection: Connection) -> bool:
    """Whether the peer keeps an association after a heartbeat: it answered two controls on it. One that ends it
    answers at most one, where the own bytes before got lost.
    """
    controls = [part for part in connection.parts if part.name == "large-control"]
    return sum(part.answer == "equal" for part in controls) > 1


def datagram_course(names: tuple[str | None, str | None], *, client: bool = False) -> Course:
    """The associations of a DTLS probe: at most `MOST_CONNECTIONS["udp"]`, which the caller counts."""
    offer = Offer("dtls12", names[0])
    other = Offer("dtls12", names[1])
    connection = yield Ask("turns", offer)
    losses = 0
    while (
        connection.version is None
        and connection.failure is None
        and losses < _MOST_HELLO_LOSSES
        and not client
    ):
        losses += 1
        if connection.alerts or losses == 1:
            offer, other = other, offer
        connection = yield Ask("turns", offer)
    if connection.version is None or not wants_question(connection):
        return
    count = _Count()
    if count.add(connection):
        return
    together = _goes_on(connection)
    while not count.enough and not count.hopeless:
        if together:
            connection = yield Ask("turns", offer)
            together = _goes_on(connection)
        elif (
            count.owns_unanswered < TURNS_NEEDED and count.owns <= count.controls and count.owns < MOST_ASKED
        ):
            connection = yield Ask("own-bytes", offer)
        elif count.controls_answered < TURNS_NEEDED and count.controls < MOST_ASKED:
            connection = yield Ask("large-control", offer)
        elif count.owns < MOST_ASKED:
            connection = yield Ask("own-bytes", offer)
        else:
            break
        if count.add(connection) or connection.failure:
            return
        if connection.version is None and not client:
            losses += 1
            if losses > 2 * MOST_ASKED:
                return
    if not count.controls_answered and count.alerts and not client:
        yield Ask("after-handshake", offer, parts=(True, True))
