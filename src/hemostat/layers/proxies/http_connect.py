"""HTTP's CONNECT (RFC 9110 section 9.3.6), spoken as HTTP/1.1 (RFC 9112), with Basic login (RFC 7617)."""

import re
from base64 import b64encode
from typing import Final

from hemostat.layers.layer import Refusal
from hemostat.layers.spoken import Line, Refused, Words

__all__ = ["asks"]

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?", re.DOTALL)
_MOST_HEADERS: Final = 128
_MOST_INTERIM: Final = 8
_REFUSALS: Final[dict[int, Refusal]] = {
    # It knows no such request: a web server rather than a proxy.
    400: "proxy-broken",
    404: "proxy-broken",
    501: "proxy-broken",
    505: "proxy-broken",
    # 401 is an origin's word, and what tinyproxy says to a wrong password.
    401: "proxy-login",
    407: "proxy-login",
    408: "proxy-timeout",
    504: "proxy-timeout",
}


def asks(host: str, port: int, user: str | None, password: str | None) -> Words:
    """Ask for a tunnel to a name or an address. `user`, `password`: no control characters; no colon in `user`."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    said = f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n"
    if user:
        login = b64encode(f"{user}:{password or ''}".encode()).decode()
        said += f"Proxy-Authorization: Basic {login}\r\n"
    yield f"{said}\r\n".encode("ascii")
    for _ in range(_MOST_INTERIM):
        status = _STATUS.fullmatch((yield Line()))
        if status is None:
            raise Refused("proxy-broken")
        code = int(status[1])
        if code >= 300:
            # Its headers and body are for people, and go unread.
            raise Refused(_refusal(code))
        for _ in range(_MOST_HEADERS):
            if not (yield Line()):
                break
        else:
            raise Refused("proxy-broken")
        if code >= 200:
            # Behind the headers of any 2xx the tunnel begins, whatever length they name.
            return
    raise Refused("proxy-broken")


def _refusal(code: int) -> Refusal:
    if code < 400:
        return "proxy-broken"
    return _REFUSALS.get(code, "proxy-policy" if code < 500 else "proxy-unreachable")
