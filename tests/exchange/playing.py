"""Courses played by hand: what came of each connection is told, what is asked next is seen."""

from typing import Any

from hemostat.exchange.course import Ask, Course, datagram_course, stream_course
from hemostat.exchange.facts import Connection, Part
from hemostat.wire.protocol import TLS12

__all__ = ["NAME", "ROUND_TRIP", "Playing", "came", "datagrams", "stream", "unheard", "what"]

NAME = "www.example"
ROUND_TRIP = 20_000
BURST = ("own-bytes", "control", "flush")


def came(ask: Ask, *answers: str, names: tuple[str, ...] = BURST, **how: Any) -> Connection:
    """What came of a connection: the hello of a TLS 1.2 server with heartbeats, parts with these answers, our end."""
    connection = Connection(ask.asked, ask.offer, 0)
    connection.version, connection.heartbeat, connection.round_trip = TLS12, 1, ROUND_TRIP
    for name, answer in zip(names, answers, strict=False):
        part = Part(name, b"", 0)  # type: ignore[arg-type]
        part.answer = answer  # type: ignore[assignment]
        part.microseconds = 2 * ROUND_TRIP
        connection.parts.append(part)
    for field, value in how.items():
        setattr(connection, field, value)
    return connection


def unheard(ask: Ask, **how: Any) -> Connection:
    """A connection on which no hello came."""
    return came(ask, **{"version": None, "heartbeat": None, **how})


class Playing:
    """A course that is told what came of each connection."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.ask: Ask | None = next(course)

    def tells(self, *answers: str, **how: Any) -> Ask | None:
        assert self.ask is not None, "nothing is asked any more"
        return self._on(came(self.ask, *answers, **how))

    def unheard(self, **how: Any) -> Ask | None:
        assert self.ask is not None, "nothing is asked any more"
        return self._on(unheard(self.ask, **how))

    def _on(self, connection: Connection) -> Ask | None:
        try:
            self.ask = self.course.send(connection)
        except StopIteration:
            self.ask = None
        return self.ask


def stream(*, names: tuple[str | None, str | None] = (NAME, None), **how: Any) -> Playing:
    return Playing(stream_course(names, **{"retries": 1, "flush": True, **how}))


def datagrams(**how: Any) -> Playing:
    return Playing(datagram_course((NAME, None), **how))


def what(ask: Ask | None) -> tuple[str, str, str | None] | None:
    """What is asked, with which form of hello, and which name."""
    return None if ask is None else (ask.asked, ask.offer.form, ask.offer.name)
