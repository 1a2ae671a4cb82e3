"""What a user may write as a proxy, and that a password shows nowhere."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers.proxies import CODES, Proxy, ProxyError, read_proxy


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("socks5://proxy.example", Proxy("socks5", "proxy.example", 1080)),
        ("socks5h://proxy.example:9050/", Proxy("socks5", "proxy.example", 9050)),
        (" SOCKS5://Proxy.Example. ", Proxy("socks5", "proxy.example", 1080)),
        ("socks4a://me@192.0.2.1", Proxy("socks4a", "192.0.2.1", 1080, "me")),
        ("http://[2001:DB8::0:1]", Proxy("http", "2001:db8::1", 3128)),
        ("http://[fe80::1%eth0]:8080", Proxy("http", "fe80::1%eth0", 8080)),
        ("socks5://user:word@proxy.example", Proxy("socks5", "proxy.example", 1080, "user", "word")),
        ("socks5://user:@proxy.example", Proxy("socks5", "proxy.example", 1080, "user", "")),
        ("socks5://a%3Ab:c:d%40%25%c3%a9@p:1", Proxy("socks5", "p", 1, "a:b", "c:d@%é")),
        ("http://user:p@ss@proxy.example", Proxy("http", "proxy.example", 3128, "user", "p@ss")),
        ("http://bücher.example", Proxy("http", "xn--bcher-kva.example", 3128)),
    ],
)
def test_a_url_names_a_proxy(text: str, proxy: Proxy) -> None:
    assert read_proxy(text) == proxy


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unknown-scheme"),
        ("proxy.example:1080", "unknown-scheme"),
        ("https://proxy.example", "unknown-scheme"),
        ("socks4://proxy.example", "unknown-scheme"),
        ("socks5://", "bad-host"),
        ("socks5://user:secret@", "bad-host"),
        ("socks5://user:secret@-x-", "bad-host"),
        ("socks5://user:secret@300.1.1.1", "bad-host"),
        ("socks5://user:secret@[::1", "bad-form"),
        ("socks5://user:secret@[fe80::1]", "bad-host"),
        ("socks5://user:secret@[192.0.2.1]", "bad-host"),
        ("socks5://user:secret@2001:db8::1", "bad-form"),
        ("socks5://user:secret@p:", "bad-port"),
        ("socks5://user:secret@p:0", "bad-port"),
        ("socks5://user:secret@p:65536", "bad-port"),
        ("socks5://user:secret@p:\u0661", "bad-port"),
        ("socks5://user:sec/ret@p:1", "bad-form"),
        ("socks5://user:secret@p/path", "bad-form"),
        ("socks5://user:secret@p?x", "bad-form"),
        ("socks5://user:sec ret@p", "bad-form"),
        ("socks5://:secret@p", "bad-user-info"),
        ("socks5://user:secret%@p", "bad-user-info"),
        ("socks5://user:secret%4@p", "bad-user-info"),
        ("socks5://user:secret%zz@p", "bad-user-info"),
        ("socks5://user:secret%ff@p", "bad-user-info"),
        ("socks5://user:secret%00@p", "bad-user-info"),
        ("http://user:secret%0d%0a@p", "bad-user-info"),
        ("http://us%3Aer:secret@p", "bad-user-info"),
        ("socks4a://user:secret@p", "bad-user-info"),
        ("socks5://user:" + "secret" * 50 + "@p", "bad-user-info"),
        ("socks5://user:secret\ud800@p", "bad-user-info"),
    ],
)
def test_what_is_no_proxy_is_told_by_its_code_and_not_repeated(text: str, code: str) -> None:
    with pytest.raises(ProxyError) as refused:
        read_proxy(text)
    assert refused.value.code == code
    assert code in CODES
    assert str(refused.value)
    assert "sec" not in repr(refused.value)


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["socks5", "socks4a", "http"]))
def test_text_of_any_kind_is_read_or_refused(before: str, after: str, scheme: str) -> None:
    read = None
    with contextlib.suppress(ProxyError):
        read = read_proxy(f"{scheme}://{before}@{after}")
    assert read is None or (1 <= read.port <= 65535 and read.host.isascii())


def test_a_password_is_never_shown() -> None:
    proxy = read_proxy("socks5://user:hunter2@p")
    assert "hunter2" not in f"{proxy!r} {proxy}"
    assert proxy.password == "hunter2"
