"""One probe over TLS taken apart: each stage as a function that does, once, what that probe does of it."""

import hashlib
import os
from collections.abc import Callable

from bench.memory import NAME, Play, Reply
from hemostat.exchange.facts import Connection
from hemostat.exchange.flight import take_server_message
from hemostat.exchange.offers import Offer, client_hello
from hemostat.wire import protocol
from hemostat.wire.handshake import HandshakeReader, message
from hemostat.wire.heartbeat import echoed, request
from hemostat.wire.messages import finished_out_of_turn
from hemostat.wire.records import RecordReader, record

__all__ = ["stages_of"]


def stages_of(play: Play) -> dict[str, Callable[[], object]]:
    """The stages of a play of one connection over TLS, in order. Together they are less than the probe: they leave
    out what ties them together.
    """
    draws: list[bytes] = []

    def draw(length: int) -> bytes:
        draws.append(os.urandom(length))
        return draws[-1]

    facts, sent = play.dialogue(draw)
    echoes = [step for step in play.words if isinstance(step, Reply)]
    heard = [step.filled(sent).data if isinstance(step, Reply) else step.data for step in play.words]
    read = [item for data in heard for item in RecordReader().feed(data)]
    flight = [item.body for item in read if item.kind == protocol.HANDSHAKE]
    messages = [item for body in flight for item in HandshakeReader().feed(body)]
    asked = [item.body for item in RecordReader().feed(b"".join(sent)) if item.kind == protocol.HEARTBEAT]
    payloads = [body[3 : 3 + int.from_bytes(body[1:3], "big")] for body in asked]
    paddings = [body[3 + len(carried) :] for body, carried in zip(asked, payloads, strict=True)]
    answers = [item.body for item in read if item.kind == protocol.HEARTBEAT]
    hello_random = draws[0]
    offer = Offer("tls12", NAME)

    def build_hello() -> None:
        hello = message(protocol.CLIENT_HELLO, client_hello(offer, lambda _: hello_random))
        record(protocol.HANDSHAKE, protocol.TLS10, hello)

    def read_records() -> None:
        reader = RecordReader()
        for data in heard:
            reader.feed(data)

    def join_messages() -> None:
        reader = HandshakeReader()
        for body in flight:
            reader.feed(body)

    def read_messages() -> None:
        noted = Connection("burst", offer, 0)
        for item in messages:
            take_server_message(item, noted)

    def build_question() -> None:
        if payloads:
            for carried, padding in zip(payloads, paddings, strict=True):
                record(protocol.HEARTBEAT, protocol.TLS12, request(carried, padding))
            record(protocol.HANDSHAKE, protocol.TLS12, message(*finished_out_of_turn()))

    def compare() -> None:
        for body in answers:
            for carried in payloads:
                echoed(body, carried)

    def digest() -> None:
        for der in facts.certificates:
            hashlib.sha256(der).hexdigest()

    digests = {der: hashlib.sha256(der).hexdigest() for der in facts.certificates}
    lengths = [len(drawn) for drawn in draws]
    return {
        "randomness (`os.urandom`)": lambda: [os.urandom(length) for length in lengths],
        "hello built": build_hello,
        "records read": read_records,
        "messages joined": join_messages,
        "messages read, certificates taken out": read_messages,
        "question built: own bytes, control, flush": build_question,
        "answers compared": compare,
        "SHA-256 of the certificates": digest,
        "facts written out": lambda: facts.as_facts(0, digests),
        "(the bench: the peer's echo filled in)": lambda: [step.filled(sent) for step in echoes],
    }
