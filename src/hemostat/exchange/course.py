"""Which connection comes next: the course of a probe, one generator for TLS on a stream, one for DTLS.

A course yields what to ask on the next connection and is sent that connection's facts. It knows no bytes and
no clock.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.exchange import signs
from hemostat.exchange.datagram import tallied
from hemostat.exchange.facts import CLOSES_NEEDED, Asked, Connection
from hemostat.exchange.flight import wants_question
from hemostat.exchange.offers import Form, Offer
from hemostat.exchange.tally import MOST_ASKED, Tally
from hemostat.wire.heartbeat import MODE_PEER_NOT_ALLOWED
from hemostat.wire.protocol import SSL30, TLS13, version_name

__all__ = ["MOST_CONNECTIONS", "Ask", "Course", "datagram_course", "stream_course"]

MOST_CONNECTIONS: Final = {"tls": 8, "dtls": 48}
"""Connections (associations) that one answer may take, by what is spoken on them."""
_RETRIED: Final = frozenset({"timeout", "reset"})
_MOST_HELLO_LOSSES: Final = 3
_CONTROLS_GIVEN_UP: Final = 6
_HELLOS_GIVEN_UP: Final = 2
"""Associations in a row without a hello, of a peer that answered no control before: it is busy with the first."""
_PATIENCE: Final = 4
"""Round trips that own bytes alone are given at first, and the factor by which they grow."""
_MOST_PATIENCE: Final = 64
_MOST_BURSTS_OVER_SSL30: Final = 3


class Ask(NamedTuple):
    """One connection to make. `patience`: see `StreamDialogue`; `tally`: what earlier associations have shown;
    `parts`: what a library is to ask (own bytes, control).
    """

    asked: Asked
    offer: Offer
    patience: int = 4
    tally: Tally | None = None
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


def _signs(connection: Connection) -> list[signs.Sign]:
    return [(part.name, part.answer, part.microseconds) for part in connection.parts]


def _settled(connection: Connection) -> bool:
    return (
        not wants_question(connection, datagram=False)
        or _proved(connection)
        or (
            connection.version == SSL30
            and signs.no_heartbeats_over_ssl30(_signs(connection), version_name(SSL30))
        )
    )


def stream_course(
    names: tuple[str | None, str | None],
    *,
    retries: int,
    flush: bool,
    client: bool = False,
    mute: bool = False,
) -> Course:
    """The connections of a probe on a stream: at most `MOST_CONNECTIONS["tls"]`, which the caller counts. `mute`: a
    peer that refuses a hello says nothing.
    """
    connection = yield from _greet(_Names(*names), retries, client=client, mute=mute)
    if connection.version is None:
        return
    offer = connection.offer or Offer("tls12", None)
    if connection.version == TLS13:
        if not client:
            yield Ask("certificate", offer)
        return
    bursts = 1
    while connection.version == SSL30 and connection.ended == "reset" and bursts < _MOST_BURSTS_OVER_SSL30:
        # Without heartbeats it refuses them all, so only a burst that got through can tell.
        bursts += 1
        connection = yield Ask("burst", offer)
    if _settled(connection):
        return
    # The burst ended before its flush was answered (a peer that closes), or was refused: each question on its
    # own.
    own = yield from _alone("own-bytes", offer)
    part = own.part("own-bytes")
    if part is None or _settled(own) or own.error or _spoilt(own):
        return
    if part.answer == "alert" or _ignored(own):
        large = yield from _alone("large-control", offer)
        control = large.part("large-control")
        if control is None or _spoilt(large):
            return
        if control.answer not in ("none", "alert"):
            if _ignored(own) and large.ended == "ours":
                yield from _again(offer)
            return
    if connection.version == SSL30 or connection.heartbeat == MODE_PEER_NOT_ALLOWED or not flush or client:
        return
    # It may hold to the letter: no heartbeats before the handshake is over (RFC 6520 section 3).
    after = yield Ask("after-handshake", offer, parts=(True, True))
    refused = after.part("own-bytes")
    if refused is not None and refused.answer == "alert":
        yield Ask("after-handshake", offer, parts=(False, True))


def _greet(
    names: _Names, retries: int, *, client: bool, mute: bool
) -> Generator[Ask, Connection, Connection]:
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
        while _lost(connection) and retries > 0:
            # The same form again: another name may be another server's.
            retries -= 1
            connection = yield Ask("burst", Offer(form, name))
        answered_otherwise = (
            connection.not_tls not in (None, "ssl2")
            or not connection.ready
            or connection.refusal
            or connection.error
        )
        if connection.version is not None or connection.failure or answered_otherwise or not forms:
            return connection
        if any(alert.endswith("protocol_version") for alert in connection.alerts):
            # Neither name helps: it wants another version.
            forms = [other for other in forms if other[0] != form]
        elif connection.ended == "ours" and not connection.alerts:
            # Silent: a name or TLS 1.3 won't wake it, a small old hello may. Where silence is how a hello is refused,
            # TLS 1.3 may be what is missing.
            forms = [
                other for other in forms if other[0] == "ssl30" or (mute and other[0] == "tls13" != form)
            ]
            if not forms:
                return connection
        elif form == "tls13" and name != names.other and "fatal unrecognized_name" in connection.alerts:
            forms.insert(0, ("tls13", names.other))


def _lost(connection: Connection) -> bool:
    """Whether a hello may not have got there, or its answer not back: no word, and no orderly end."""
    reset = connection.ended == "reset" and connection.version is None and not connection.alerts
    return connection.failure in _RETRIED or reset


def _alone(asked: Asked, offer: Offer) -> Generator[Ask, Connection, Connection]:
    """One part alone on a connection of its own; again, with more patience, where the answer was spoilt."""
    patience = _PATIENCE
    while True:
        connection = yield Ask(asked, offer, patience)
        if connection.failure or not _spoilt(connection) or patience > _MOST_PATIENCE:
            return connection
        patience *= _PATIENCE


def _again(offer: Offer) -> Generator[Ask, Connection, None]:
    """Own bytes alone, again: the peer answered the control and stayed, so an end on own bytes may have been chance."""
    for _ in range(CLOSES_NEEDED - 1):
        own = yield from _alone("own-bytes", offer)
        if not _ignored(own):
            return


def _spoilt(connection: Connection) -> bool:
    """Whether nothing was learnt, and that may have been the way's fault or our own haste.

    A reset swallows what was under way, and an answer that was cut tells nothing by itself. An orderly end says
    something of own bytes only where it can be their doing, and nothing else of ours was there to be its cause.
    """
    if any(part.answer not in ("none", "not-a-record") for part in connection.parts):
        return False
    if connection.ended == "reset" or connection.error == "truncated":
        return True
    asked_more = len(connection.parts) > 1
    return (
        connection.asked == "own-bytes"
        and connection.ended == "fin"
        and (asked_more or not _ignored(connection))
    )


def _ignored(connection: Connection) -> bool:
    return signs.ignored(_signs(connection), connection.ended, connection.error, connection.round_trip)


def datagram_course(names: tuple[str | None, str | None], *, client: bool = False) -> Course:
    """The associations of a DTLS probe: at most `MOST_CONNECTIONS["dtls"]`, which the caller counts."""
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
        if connection.alerts or losses == _MOST_HELLO_LOSSES - 1:
            offer, other = other, offer
        connection = yield Ask("turns", offer)
    if connection.version is None or not wants_question(connection, datagram=True):
        return
    tally = Tally()
    together = True
    unheard = 0
    while True:
        tally.add(connection.asked, connection.ended, tallied(connection, connection.ended_at))
        if tally.settled or tally.enough or connection.failure:
            return
        losses += not connection.greeted
        unheard = 0 if connection.greeted else unheard + 1
        # A peer that ends an association after a heartbeat answers at most one control on it.
        together = together and sum(part.answer == "equal" for part in connection.parts) > 1
        asked = _next_question(tally, together=together)
        gone = unheard >= _HELLOS_GIVEN_UP and not tally.controls_answered
        if asked is None or ((gone or losses > 2 * MOST_ASKED) and not client):
            break
        connection = yield Ask(asked, offer, tally=tally)
    if not tally.controls_answered and not client:
        # It may hold to the letter: no heartbeats before the handshake is over (RFC 6520 section 3).
        yield Ask("after-handshake", offer, parts=(True, True))


def _next_question(tally: Tally, *, together: bool) -> Asked | None:
    """What to ask next; None where no control is ever answered, or the bounds are reached."""
    refused = tally.alerts >= 2 * 3 and not tally.controls_answered
    deaf = tally.controls >= _CONTROLS_GIVEN_UP and not tally.controls_answered
    if refused or deaf:
        return None
    if together and max(tally.owns, tally.controls) < MOST_ASKED:
        return "turns"
    if tally.owns < MOST_ASKED and (tally.owns <= tally.controls or tally.controls >= MOST_ASKED):
        return "own-bytes"
    return "large-control" if tally.controls < MOST_ASKED else None
