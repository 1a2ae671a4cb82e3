from typing import get_args

import pytest

from hemostat import exchange
from hemostat.exchange import events
from hemostat.exchange.events import (
    AskLibrary,
    Command,
    Connected,
    Data,
    Event,
    LibraryAnswered,
    LibraryPart,
    LibraryReport,
    Send,
    WakeAt,
)


def test_each_command_and_each_event_is_shown() -> None:
    kinds = {kind.__name__ for kind in (*get_args(Command), *get_args(Event))}
    assert kinds | {"Command", "Event", "LibraryPart", "LibraryReport"} == set(events.__all__)
    assert set(events.__all__) <= set(exchange.__all__)


def test_each_event_has_its_time_first() -> None:
    for kind in get_args(Event):
        assert kind._fields[0] == "at"


def test_no_command_is_an_event() -> None:
    assert not set(get_args(Command)) & set(get_args(Event))


def test_a_command_cannot_be_changed_underway() -> None:
    command = Send(b"x")
    with pytest.raises(AttributeError):
        command.data = b"y"  # type: ignore[misc]
    assert WakeAt(5).at == Connected(5).at == Data(5, b"").at


def test_a_report_of_nothing_says_nothing() -> None:
    report = LibraryReport()
    assert (report.version, report.heartbeat, report.failure) == (None, None, None)
    assert (report.certificates, report.parts, report.alerts, report.messages) == ((), (), (), ())
    assert LibraryAnswered(1, report).report is report
    assert LibraryPart("control", 8, "equal", 8, 400).equal_bytes == 8
    assert AskLibrary("certificate", None, None, None).control is None
