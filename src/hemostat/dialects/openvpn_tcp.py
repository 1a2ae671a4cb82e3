"""OpenVPN over TCP: the same packets as over UDP, each behind its length.

A server that wants a key of its control channel (--tls-auth, --tls-crypt) closes on those who have none. RouterOS's
server speaks first, before it has heard its client's reset.
"""

from hemostat.dialects.dialect import Dialect
from hemostat.layers.openvpn import PAYLOAD, WANTS_A_KEY, begins_a_session, openvpn

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="openvpn-tcp",
    title="OpenVPN",
    source="draft-openvpn-openvpn-wire-protocol",
    transport="tcp",
    schemes={"openvpn+tcp": 1194},
    asks=openvpn(client=True, stream=True),
    grants=openvpn(client=False, stream=True),
    round_trips=1,
    flush=False,
    payload=PAYLOAD,
    silence=WANTS_A_KEY,
    greets=begins_a_session,
)
