"""A control packet as bytes: its head (opcode, key id, session id) and the body behind it.

OpenVPN's wire protocol has no RFC: it is written down in the head of its source's ssl_pkt.h ("OpenVPN Protocol") and
in draft-openvpn-openvpn-wire-protocol.

    head  8 bits: opcode (5 bits), key id (3 bits)    64 bits: session id of the sender
    body  8 bits: number of acknowledged packet ids   32 bits each: these ids
          64 bits: session id of the other side       only where ids are acknowledged
          32 bits: packet id                          not in an acknowledgement alone
          the rest: bytes of TLS

What a shared key adds stands between the two, or wraps the body: see `wrapping`.
"""

from typing import Final, NamedTuple

__all__ = [
    "ACK",
    "CONTROL",
    "HEAD",
    "MOST_ACKS",
    "MOST_ACKS_BESIDE",
    "PLAIN_RESET",
    "RESET_BY_CLIENT",
    "RESET_BY_SERVER",
    "RESET_BY_WRAPPED_KEY",
    "ROOM_BESIDE_PAYLOAD",
    "SESSION",
    "Packet",
    "body",
    "head",
    "parse",
]

CONTROL: Final = 4
ACK: Final = 5
RESET_BY_CLIENT: Final = 7
RESET_BY_SERVER: Final = 8
"""P_CONTROL_V1, P_ACK_V1, P_CONTROL_HARD_RESET_CLIENT_V2, P_CONTROL_HARD_RESET_SERVER_V2."""

RESET_BY_WRAPPED_KEY: Final = 10
"""P_CONTROL_HARD_RESET_CLIENT_V3: tls-crypt-v2's."""

SESSION: Final = 8
"""Bytes of a session id."""
HEAD: Final = 1 + SESSION
MOST_ACKS: Final = 8
"""Packet ids in one acknowledgement (RELIABLE_ACK_SIZE, in every release)."""
MOST_ACKS_BESIDE: Final = 4
"""Packet ids that ride on a packet of another kind (CONTROL_SEND_ACK_MAX)."""
ROOM_BESIDE_PAYLOAD: Final = HEAD + 1 + 4 * MOST_ACKS_BESIDE + SESSION + 4
"""Bytes of a packet that aren't payload, at the most, without what a key adds."""
PLAIN_RESET: Final = HEAD + 1 + 4
"""Bytes of a reset under no key that acknowledges nothing."""


class Packet(NamedTuple):
    """One packet. `session`: of who sent it. `acks`: ids that it has got from the session `acked_session` (None where
    there are none). `number`: its packet id; None in an acknowledgement alone.
    """

    opcode: int
    session: bytes
    acks: tuple[int, ...] = ()
    acked_session: bytes | None = None
    number: int | None = None
    payload: bytes = b""


def head(packet: Packet) -> bytes:
    """The first bytes, which are never encrypted. The key id is 0: that of the first TLS session."""
    return bytes([packet.opcode << 3]) + packet.session


def body(packet: Packet) -> bytes:
    """Everything behind the head."""
    parts = [bytes([len(packet.acks)]), *(number.to_bytes(4) for number in packet.acks)]
    if packet.acks:
        parts.append(packet.acked_session or bytes(SESSION))
    if packet.number is not None:
        parts.append(packet.number.to_bytes(4))
    parts.append(packet.payload)
    return b"".join(parts)


def parse(first: bytes, rest: bytes) -> Packet | None:
    """The packet with this head and this body; None where it is no whole packet of the four kinds, of the first TLS
    session.
    """
    if len(first) != HEAD or first[0] & 7 or not rest:
        return None
    opcode = first[0] >> 3
    if opcode not in (CONTROL, ACK, RESET_BY_CLIENT, RESET_BY_SERVER):
        return None
    count, at = rest[0], 1
    if count > MOST_ACKS:
        return None
    end = at + 4 * count
    acks = tuple(int.from_bytes(rest[begin : begin + 4]) for begin in range(at, end, 4))
    acked_session = None
    if count:
        acked_session = rest[end : end + SESSION]
        end += SESSION
    number = None
    if opcode == ACK:
        if not count or len(rest) != end:
            return None
    else:
        number = int.from_bytes(rest[end : end + 4])
        end += 4
    if len(rest) < end:
        return None
    return Packet(opcode, first[1:], acks, acked_session, number, rest[end:])
