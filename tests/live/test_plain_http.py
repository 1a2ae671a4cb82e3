"""An HTTP server without TLS: it answers a hello by a page; then what `check` says of it."""

from __future__ import annotations

import urllib.request

from tests.live.looks import look, none_by_timeout
from tests.live.peers.plain_http import PlainHttp


def test_it_speaks_http(plain_http_peer: PlainHttp) -> None:
    with urllib.request.urlopen(f"http://{plain_http_peer.host}:{plain_http_peer.port}/", timeout=5) as page:
        assert page.status == 200


def test_check_says_not_affected(plain_http_peer: PlainHttp) -> None:
    looked = look(f"{plain_http_peer.host}:{plain_http_peer.port}")
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "plain-http", 0)
    assert none_by_timeout(answer)
