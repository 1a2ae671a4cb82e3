"""Far sides that follow a script: what they say to what they hear, in a line or two."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.exchange.speech import (
    DTLS10,
    TLS12,
    DatagramSpeech,
    alert,
    answers,
    flight,
    said,
)
from tests.exchange.ways import End

__all__ = ["Datagrams", "Scripted", "answering", "closing", "refusing", "silent"]

Words = list[bytes | End]


@dataclass
class Scripted:
    """`hears(names, data)`: what it answers to what we said, by name and as bytes."""

    hears: Callable[[list[str], bytes], Words]
    begins: Words = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def open(self) -> Words:
        return self.begins

    def receive(self, data: bytes) -> Words:
        names = said(data)
        self.heard += names
        return self.hears(names, data)

    def timeout(self) -> Words:
        return []


def silent() -> Scripted:
    """One that never says a word."""
    return Scripted(lambda names, data: [])


def refusing(description: int, *, end: End = "fin") -> Scripted:
    """One that takes no hello."""
    return Scripted(lambda names, data: [alert(description, version=0x0301), end])


def closing(end: End = "fin") -> Scripted:
    """One that ends whatever it is told."""
    return Scripted(lambda names, data: [end])


def answering(
    *parts: str, version: int = TLS12, heartbeat: int | None = 1, flush: bool = True, end: End | None = None
) -> Scripted:
    """A server that answers these parts of the question, and the flush by its alert; `end`: what it does after that."""

    def hears(names: list[str], data: bytes) -> Words:
        if names == ["client-hello"]:
            return [flight(version, heartbeat=heartbeat)]
        words: Words = [answers(data, *[part for part in parts if part in names], version=version)]
        if flush and "finished" in names:
            words += [alert(version=version), "fin"]
        elif end is not None:
            words.append(end)
        return [word for word in words if word]

    return Scripted(hears)


class Datagrams:
    """A DTLS server without cookies that answers the parts named; `hello`: whether it answers hellos."""

    def __init__(
        self, *parts: str, version: int = DTLS10, heartbeat: int | None = 1, hello: bool = True
    ) -> None:
        self.parts, self.heartbeat, self.greets = parts, heartbeat, hello
        self.speech = DatagramSpeech(version)
        self.heard: list[str] = []

    def open(self) -> Words:
        return []

    def receive(self, data: bytes) -> Words:
        (name,) = said(data, 13)
        self.heard.append(name)
        if name == "client-hello":
            return [self.speech.flight(self.heartbeat)] if self.greets else []
        return [self.speech.answers(data)] if name in self.parts else []

    def timeout(self) -> Words:
        return []
