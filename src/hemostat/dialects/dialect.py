"""What a dialect is: how a plain connection becomes TLS, in one protocol, on both sides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hemostat.layers import Layer, Setting

__all__ = ["Dialect", "Records", "Transport", "no_words"]

Transport = Literal["tcp", "udp"]
Records = Literal["tls", "dtls"]


def no_words(setting: Setting) -> Layer:
    """The layer of no words: TLS from the first byte."""
    return Layer()


def _by_nothing(heard: bytes) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a plain connection becomes TLS, for one protocol.

    name         as in URLs, evidence and `--dialect`
    title        the protocol's name, for people
    source       where its way to TLS is written down
    transport    `tcp` or `udp`
    records      what is spoken then: TLS's stream, or DTLS's datagrams
    schemes      URL scheme → default port
    ports        on which a target without a scheme is spoken to so
    asks         a new layer for the side that asks for TLS; `grants`: for the side that grants it
    round_trips  from the connection to the moment at which the ClientHello may go out, at the least: the fewest that
                 `source` allows to one who asks whether TLS is offered before it asks for it
    flush        whether the alert that an out-of-turn Finished draws reaches the other side; where it doesn't, the
                 probe does without (own bytes, then a control larger than any buffer)
    payload      bytes of own bytes and large control: their answers must be larger than what any peer of this dialect
                 writes through a buffer
    greets       whether the first bytes of a server (up to 512, perhaps fewer) are this protocol's alone: true for one
                 dialect at most
    silence      what silence, or an end before TLS, may mean here beside the usual: a sentence for people
    patience     seconds that an answer may take where nobody says how many
    """

    name: str
    title: str
    source: str
    transport: Transport
    schemes: dict[str, int]
    asks: Callable[[Setting], Layer]
    grants: Callable[[Setting], Layer]
    records: Records = "tls"
    ports: tuple[int, ...] = ()
    round_trips: int = 0
    flush: bool = True
    payload: int = 16365
    greets: Callable[[bytes], bool] = _by_nothing
    silence: str = ""
    patience: float = 20.0

    @property
    def has_words(self) -> bool:
        """Whether anything stands before TLS."""
        return self.asks is not no_words
