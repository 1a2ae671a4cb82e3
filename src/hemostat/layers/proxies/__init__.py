"""Proxies (being written)."""

from dataclasses import dataclass

from hemostat.errors import HemostatError
from hemostat.layers.layer import Layer

__all__ = ["Proxy", "ProxyError", "proxied", "read_proxy"]


class ProxyError(HemostatError):
    """What is written is no proxy."""


@dataclass(frozen=True, slots=True)
class Proxy:
    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None


def read_proxy(text: str) -> Proxy:
    raise ProxyError("not yet")


def proxied(proxy: Proxy, host: str, port: int) -> Layer:
    raise ProxyError("not yet")
