"""The control channel as a layer: resets, then TLS in packets. It wraps all of a connection, with timers over UDP.

What may live here: one session, its first TLS session (key id 0). What may not: keys (`wrapping`), numbers and timers
(`reliability`), forms (`packets`).
"""

from collections.abc import Callable
from typing import Final

from hemostat.layers.layer import Layer, Refusal, Setting, Step
from hemostat.layers.openvpn.packets import (
    ACK,
    CONTROL,
    HEAD,
    MOST_ACKS,
    MOST_ACKS_BESIDE,
    PLAIN_RESET,
    RESET_BY_CLIENT,
    RESET_BY_SERVER,
    RESET_BY_WRAPPED_KEY,
    ROOM_BESIDE_PAYLOAD,
    SESSION,
    Packet,
    body,
    head,
    parse,
)
from hemostat.layers.openvpn.reliability import Receiver, Sender, Sending
from hemostat.layers.openvpn.wrapping import Wrapping, wrapping

__all__ = ["LARGEST_PACKET", "PAYLOAD", "OpenVpn", "begins_a_session", "openvpn"]

PAYLOAD: Final = 4112
"""Bytes of a heartbeat whose answer OpenVPN lets out: it has TLS write into memory, so what holds a handshake's bytes
back is OpenSSL's own buffer of 4096 bytes alone. Own bytes and control are seven packets then: one window.
"""
LARGEST_PACKET: Final = 1222
"""Bytes of a packet of ours: 2.6 sends no larger ones (1250 with the headers below it), and every release takes it."""
_LARGEST_FRAME: Final = 2048
"""Bytes of a packet over TCP (TLS_CHANNEL_BUF_SIZE); the words of other protocols, read as a length, are larger."""
_MOST_UNSENT: Final = 1 << 20
_HEARD: Final = 512
_LEAST_WRAPPED: Final = PLAIN_RESET + 16 + 8
"""Bytes of a reset under a key, at the least: MD5 and the replay number."""
_LENGTH: Final = 2


class OpenVpn(Layer):
    """One side of a session. `client`: which one we are; `stream`: over TCP, where each packet's length comes first.

    Raises ControlKeyError where the setting's key can't be used.
    """

    __slots__ = (
        "_client",
        "_frames",
        "_peer",
        "_receiver",
        "_sender",
        "_session",
        "_stream",
        "_unsent",
        "_wrapping",
        "heard",
        "ready",
        "refusal",
    )

    def __init__(self, setting: Setting, *, client: bool, stream: bool) -> None:
        self.ready = False
        self.refusal: Refusal | None = None
        self.heard = b""
        self._client, self._stream = client, stream
        self._session = setting.draw(SESSION)
        self._peer: bytes | None = None
        self._wrapping = wrapping(setting.key, setting.seconds, client=client)
        self._sender, self._receiver = Sender(timed=not stream), Receiver()
        self._frames = bytearray()
        self._unsent = bytearray()

    def start(self, now: int) -> Step:
        """The client begins."""
        return self._step([self._reset(now)] if self._client else [])

    def from_peer(self, now: int, data: bytes) -> Step:
        """A datagram, or a piece of the stream, of the other side."""
        if self.refusal is not None:
            return Step()
        if not self.ready and len(self.heard) < _HEARD and (self._stream or not self.heard):
            self.heard += data[: _HEARD - len(self.heard)]
        to_peer: list[bytes] = []
        to_tls: list[bytes] = []
        for packet in self._packets(data):
            to_peer += [self._control(each) for each in self._sender.acknowledged(now, packet.acks)]
            if packet.number is None:
                continue
            for opcode, payload in self._receiver.take(packet.number, packet.opcode, packet.payload):
                if opcode == CONTROL and payload:
                    to_tls.append(payload)
                if not self.ready:
                    self.ready = True
                    if not self._client:
                        to_peer.append(self._reset(now))
        to_peer += self._sendable(now)
        while self._receiver.owing:
            to_peer.append(self._acknowledgement())
        return self._step(to_peer, to_tls)

    def from_tls(self, now: int, data: bytes) -> Step:
        """TLS wants to send: in as many packets as it takes, the first of them now."""
        if self.refusal is not None:
            return Step()
        self._unsent += data
        if len(self._unsent) > _MOST_UNSENT:
            # It acknowledges nothing, and something above answers what it says all the same.
            self.refusal = "broken-words"
            self._unsent.clear()
            return Step()
        return self._step(self._sendable(now))

    def time(self, now: int) -> Step:
        """What was not acknowledged goes out again."""
        if self.refusal is not None:
            return Step()
        return self._step([self._control(each) for each in self._sender.due(now)])

    def ended(self, now: int) -> None:
        """Whether what came, if anything, was an OpenVPN that we could not read, or something else."""
        if self.refusal is None and not self.ready and self.heard and not self._stream:
            self.refusal = self._unreadable(self.heard)

    # -- what came -------------------------------------------------------------------------------------------

    def _packets(self, data: bytes) -> list[Packet]:
        """The packets of this session in what came; others are passed over."""
        packets = []
        for item in self._framed(data) if self._stream else [data]:
            if self.refusal is not None:
                return []
            parts = self._wrapping.unwrap(item)
            packet = self._in_the_clear(item) if parts is None else parse(*parts)
            if packet is not None and self._belongs(packet):
                packets.append(packet)
            elif self._stream and self._peer is None:
                # Nobody but the peer speaks on this connection, and it didn't say what it had to.
                self.refusal = self._unreadable(item)
        return packets

    def _in_the_clear(self, item: bytes) -> Packet | None:
        """The reset of a server that wants no key, to our reset under one: 2.6 passes over what it doesn't know behind
        it. We go on without, too.
        """
        packet = parse(item[:HEAD], item[HEAD:])
        if self._peer is not None or packet is None or packet.opcode != RESET_BY_SERVER or not packet.acks:
            return None
        if not self._client or packet.acked_session != self._session:
            return None
        self._wrapping = Wrapping()
        return packet

    def _unreadable(self, first: bytes) -> Refusal:
        """What it means that the first packet of the other side can't be read."""
        opcodes = (RESET_BY_SERVER, CONTROL, ACK) if self._client else (RESET_BY_CLIENT, RESET_BY_WRAPPED_KEY)
        under_a_key = len(first) >= _LEAST_WRAPPED and first[0] in [opcode << 3 for opcode in opcodes]
        return "needs-key" if under_a_key else "other-protocol"

    def _framed(self, data: bytes) -> list[bytes]:
        """The whole packets of a stream, off what came so far."""
        self._frames += data
        found = []
        while len(self._frames) >= _LENGTH:
            length = int.from_bytes(self._frames[:_LENGTH])
            if not 0 < length <= _LARGEST_FRAME:
                self.refusal = "broken-words" if self.ready else "other-protocol"
                self._frames.clear()
                break
            if len(self._frames) < _LENGTH + length:
                break
            found.append(bytes(self._frames[_LENGTH : _LENGTH + length]))
            del self._frames[: _LENGTH + length]
        return found

    def _belongs(self, packet: Packet) -> bool:
        """Whether a packet is of this session: its sender's id is the peer's, which is learnt from the first that names
        ours (a server's), or that asks for a session (a client's). Over TCP a server may speak before it has heard us
        (RouterOS does): the connection itself vouches for it.
        """
        if packet.acks and packet.acked_session != self._session:
            return False
        if packet.opcode == (RESET_BY_CLIENT if self._client else RESET_BY_SERVER):
            return False
        resets = packet.opcode in (RESET_BY_CLIENT, RESET_BY_SERVER)
        if packet.number == 0 and not resets:
            return False
        if self._peer is not None:
            return packet.session == self._peer
        first = resets and packet.number == 0 and (self._stream or not self._client)
        if not first and not (packet.acks and self._client):
            return False
        self._peer = packet.session
        return True

    # -- what goes out ---------------------------------------------------------------------------------------

    def _reset(self, now: int) -> bytes:
        opcode = RESET_BY_CLIENT if self._client else RESET_BY_SERVER
        return self._control(self._sender.send(now, opcode, b""))

    def _sendable(self, now: int) -> list[bytes]:
        """As much of what TLS said as may go out now."""
        room = LARGEST_PACKET - ROOM_BESIDE_PAYLOAD - self._wrapping.overhead
        packets = []
        while self._unsent and self.ready and self._sender.open:
            payload = bytes(self._unsent[:room])
            del self._unsent[:room]
            packets.append(self._control(self._sender.send(now, CONTROL, payload)))
        return packets

    def _control(self, sending: Sending) -> bytes:
        acks = self._receiver.acknowledge(MOST_ACKS_BESIDE, repeat=True)
        return self._wrapped(sending.opcode, acks, sending.number, sending.payload)

    def _acknowledgement(self) -> bytes:
        return self._wrapped(ACK, self._receiver.acknowledge(MOST_ACKS, repeat=False), None, b"")

    def _wrapped(self, opcode: int, acks: tuple[int, ...], number: int | None, payload: bytes) -> bytes:
        packet = Packet(opcode, self._session, acks, self._peer if acks else None, number, payload)
        return self._wrapping.wrap(head(packet), body(packet))

    def _step(self, to_peer: list[bytes], to_tls: list[bytes] | None = None) -> Step:
        if self._stream and to_peer:
            to_peer = [b"".join(len(each).to_bytes(_LENGTH) + each for each in to_peer)]
        return Step(tuple(to_peer), tuple(to_tls or ()), self._sender.wake_at)


def openvpn(*, client: bool, stream: bool) -> Callable[[Setting], Layer]:
    """What makes a layer for one side over one transport: for `Dialect.asks` and `Dialect.grants`."""

    def layer(setting: Setting) -> Layer:
        return OpenVpn(setting, client=client, stream=stream)

    return layer


def begins_a_session(frame: bytes) -> bool:
    """Whether a stream begins with a reset that a server sends before it has heard anybody (RouterOS does)."""
    return (
        frame[:_LENGTH] == PLAIN_RESET.to_bytes(_LENGTH)
        and len(frame) >= _LENGTH + PLAIN_RESET
        and frame[_LENGTH] == RESET_BY_SERVER << 3
        and not any(frame[_LENGTH + 1 + SESSION : _LENGTH + PLAIN_RESET])
    )
