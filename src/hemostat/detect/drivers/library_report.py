"""What a library found, in the words of `exchange`."""

from typing import Final, Literal

from hemostat.detect.drivers.library_question import LibraryResult
from hemostat.exchange import LibraryPart, LibraryReport
from hemostat.wire.protocol import VERSION_NAMES

__all__ = ["as_report"]

_NUMBERS: Final = {name: number for number, name in VERSION_NAMES.items()}


def as_report(result: LibraryResult) -> LibraryReport:
    """The result as an answer to `AskLibrary`. Codes are written with hyphens, as evidence has them."""
    return LibraryReport(
        version=_NUMBERS.get(result.version or ""),
        cipher=result.cipher,
        heartbeat=result.heartbeat,
        certificates=tuple(result.certificates),
        client_certificate_asked=result.client_certificate_asked,
        parts=tuple(
            LibraryPart(part.part, part.length, part.answer, part.equal, part.microseconds)
            for part in result.parts
        ),
        alerts=tuple(result.alerts),
        ended=result.ended,
        failure=None if result.failure is None else result.failure.replace("_", "-"),
        messages=tuple(_message(text) for text in result.messages),
    )


def _message(text: str) -> tuple[Literal["<", ">"], str, int]:
    direction, name, length = text.split(" ")
    return (">" if direction == ">" else "<"), name, int(length)
