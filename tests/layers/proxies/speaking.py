"""A proxy's layer talked with by hand: behind its words comes the service's greeting."""

from hypothesis import strategies as st

from hemostat.layers import Layer
from hemostat.layers.proxies import Proxy, proxied

__all__ = ["GREETING", "PIECES", "answered", "layer_of"]

GREETING = b"220 mail.example ESMTP\r\n"
PIECES = st.integers(1, 9)


def layer_of(
    scheme: str, host: str = "mail.example", user: str | None = None, password: str | None = None
) -> Layer:
    """The layer that asks a proxy for port 25 of the host."""
    return proxied(Proxy(scheme, "proxy.example", 1080, user, password), host, 25)


def answered(layer: Layer, *said: bytes, cut: int = 0) -> tuple[list[bytes], bytes]:
    """What the layer says, started and told this; and what it hands up."""
    to_peer, up = list(layer.start(0).to_peer), b""
    for each in said:
        size = cut or max(1, len(each))
        for at in range(0, len(each), size):
            step = layer.from_peer(0, each[at : at + size])
            to_peer += step.to_peer
            up += b"".join(step.to_tls)
    return to_peer, up
