"""Proxies in front of a service: SOCKS 4a, SOCKS 5, HTTP CONNECT. They look names up; nothing here does.

Reading order: `proxy` (what a user writes) → `proxied` (the layer for it) → `socks5`, `socks4a`,
`http_connect` (the words).
"""

from hemostat.layers.proxies.proxied import proxied
from hemostat.layers.proxies.proxy import CODES, Proxy, ProxyError, read_proxy

__all__ = ["CODES", "Proxy", "ProxyError", "proxied", "read_proxy"]
