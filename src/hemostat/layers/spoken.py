"""A layer of plain words, then TLS: the words are a generator's, which reads as the RFC's dialogue does.

def asks(setting: Setting) -> Words:
    if not (yield Line()).startswith(b"+OK"):
        raise Refused("other-protocol")
    yield b"STLS\\r\\n"
    if not (yield Line()).startswith(b"+OK"):
        raise Refused("no-tls")
"""

from collections.abc import Callable, Generator
from typing import Final, NamedTuple

from hemostat.layers.layer import Layer, Refusal, Setting, Step

__all__ = ["Line", "Refused", "Spoken", "Until", "Want", "Words", "spoken"]

HEARD: Final = 512
"""First bytes of a peer that `Layer.heard` holds: a greeting's first line (RFC 5321 section 4.5.3.1.5: 512)."""
MOST_BYTES: Final = 1 << 16
"""Bytes that the peer may say before TLS."""
_TLS_RECORDS: Final = frozenset(range(20, 25))
"""What the first byte of a TLS record can be (RFC 5246 section 6.2.1, RFC 6520 section 6)."""


class Until(NamedTuple):
    """Bytes up to and with a mark; more than `limit` bytes without it are too long."""

    mark: bytes
    limit: int = 4096


class Line(NamedTuple):
    """One line, given without its CR LF or LF; one of more than `limit` bytes is too long."""

    limit: int = 4096


Want = bytes | int | Line | Until
"""Bytes: say them. A number: hear so many bytes, exactly. `Line`, `Until`: hear that."""

Words = Generator[Want, bytes, None]
"""Yields wants and is sent what was heard (nothing, where something was said). Its end: TLS begins."""


class Refused(Exception):
    """Raised by words: there will be no TLS."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code: Refusal = code


class Spoken(Layer):
    """Speaks words until they end, then passes everything through.

    `then_tls`: what follows the last word at once is TLS's (a server may send its first record behind "ready"), and is
    held to that: where the first byte of it is none of a record, somebody has put text between (CVE-2011-0411), and it
    goes to nobody. Behind a proxy's words comes what the service says, so there it is False. `too_long`: the refusal of
    a peer that goes on and on.
    """

    __slots__ = (
        "_checked",
        "_taken",
        "_too_long",
        "_unheard",
        "_wanted",
        "_words",
        "heard",
        "ready",
        "refusal",
    )

    def __init__(self, words: Words, *, then_tls: bool = True, too_long: Refusal = "too-long") -> None:
        self.ready = False
        self.refusal: Refusal | None = None
        self.heard = b""
        self._words = words
        self._wanted: Want | None = None
        self._unheard = bytearray()
        self._taken = 0
        self._checked = not then_tls
        self._too_long: Refusal = too_long

    @property
    def answered(self) -> bool:
        """Whether anything that was wanted has come whole."""
        return self._taken > 0

    def start(self, now: int) -> Step:
        """The words up to the first that wants an answer."""
        return self._speak(None)

    def from_peer(self, now: int, data: bytes) -> Step:
        """Words while they last, then TLS."""
        if self.refusal is not None:
            return Step()
        if self.ready:
            return Step((), self._checked_tls(data))
        if len(self.heard) < HEARD:
            self.heard += data[: HEARD - len(self.heard)]
        self._unheard += data
        try:
            heard = self._take()
        except Refused as refused:
            return self._refused(refused)
        return Step() if heard is None else self._speak(heard)

    def from_tls(self, now: int, data: bytes) -> Step:
        """Everything, but where there will be no TLS."""
        return Step((data,)) if self.refusal is None else Step()

    def _refused(self, refused: Refused, *said: bytes) -> Step:
        self.refusal = self._too_long if refused.code == "too-long" else refused.code
        self._unheard.clear()
        return Step(said)

    def _speak(self, heard: bytes | None) -> Step:
        """Go on with the words until they want what is not there yet, or end."""
        said: list[bytes] = []
        try:
            want = next(self._words) if heard is None else self._words.send(heard)
            while True:
                if isinstance(want, bytes):
                    if want:
                        said.append(want)
                    want = self._words.send(b"")
                    continue
                self._wanted = want
                heard = self._take()
                if heard is None:
                    return Step(tuple(said))
                want = self._words.send(heard)
        except StopIteration:
            rest, self._unheard = bytes(self._unheard), bytearray()
            passed = self._checked_tls(rest) if rest else ()
            self.ready = self.refusal is None
            return Step(tuple(said), passed)
        except Refused as refused:
            return self._refused(refused, *said)

    def _take(self) -> bytes | None:
        """What is wanted, off what was heard; None where it is not whole yet."""
        want, unheard = self._wanted, self._unheard
        if isinstance(want, int):
            end = want if len(unheard) >= want else -1
        elif isinstance(want, Line | Until):
            mark = b"\n" if isinstance(want, Line) else want.mark
            at = unheard.find(mark)
            end = at + len(mark) if at >= 0 else -1
            if end > want.limit or (end < 0 and len(unheard) >= want.limit):
                raise Refused("too-long")
        else:
            return None
        # What lies behind a word may be TLS's already, and counts only while more is wanted.
        if self._taken + (len(unheard) if end < 0 else end) > MOST_BYTES:
            raise Refused("too-long")
        if end < 0:
            return None
        self._taken += end
        taken = bytes(unheard[:end])
        del unheard[:end]
        if isinstance(want, Line):
            taken = taken[:-1].removesuffix(b"\r")
        return taken

    def _checked_tls(self, data: bytes) -> tuple[bytes, ...]:
        if not self._checked and data:
            self._checked = True
            if data[0] not in _TLS_RECORDS:
                self.refusal = "text-before-tls"
                return ()
        return (data,)


def spoken(words: Callable[[Setting], Words]) -> Callable[[Setting], Layer]:
    """What makes a layer of these words: for `Dialect.asks` and `Dialect.grants`."""

    def layer(setting: Setting) -> Layer:
        return Spoken(words(setting))

    return layer
