"""OpenVPN over UDP: resets, then TLS records in the packets of its control channel (`layers.openvpn`).

A server that wants a key of its control channel (--tls-auth, --tls-crypt) answers nothing to those who have none.
"""

from hemostat.dialects.dialect import Dialect
from hemostat.layers.openvpn import PAYLOAD, WANTS_A_KEY, openvpn

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="openvpn",
    title="OpenVPN",
    source="draft-openvpn-openvpn-wire-protocol",
    transport="udp",
    schemes={"openvpn": 1194, "openvpn+udp": 1194},
    ports=(1194,),
    asks=openvpn(client=True, stream=False),
    grants=openvpn(client=False, stream=False),
    round_trips=1,
    # The alert stays in the buffer between TLS and the packets when OpenVPN gives the session up.
    flush=False,
    payload=PAYLOAD,
    silence=WANTS_A_KEY,
)
