"""OpenVPN's control channel: how it carries TLS in numbered, acknowledged packets, under a shared key or none.

Reading order: `packets` → `control_key` (the key's file), `wrapping` (what the key does to a packet) → `reliability`
→ `layer`.
"""

from hemostat.layers.openvpn.control_key import WANTS_A_KEY, ControlKeyError, read_control_key, read_digest
from hemostat.layers.openvpn.layer import PAYLOAD, OpenVpn, begins_a_session, openvpn

__all__ = [
    "PAYLOAD",
    "WANTS_A_KEY",
    "ControlKeyError",
    "OpenVpn",
    "begins_a_session",
    "openvpn",
    "read_control_key",
    "read_digest",
]
