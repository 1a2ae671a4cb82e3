"""One target: from what a user writes to who is asked, and how."""

import re
from inspect import ismodule
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hemostat.targets
from hemostat.targets import CODES, Scheme, Schemes, Target, TargetError
from hemostat.targets.target import MAX_TARGET, split_target
from tests.targets.known import KNOWN, parse_target

PAGE = Path(__file__).parents[2] / "docs" / "targets.md"
OF_LISTS = {"not-utf-8", "utf-16"}


def refused(text: str) -> TargetError:
    with pytest.raises(TargetError) as caught:
        parse_target(text)
    return caught.value


def rows_of_the_page() -> list[tuple[str, str, int, str]]:
    rows = re.findall(
        r"^\| `([^`]+)` \| (\S+) \| (\d+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [(written, host, int(port), how) for written, host, port, how in rows]


@pytest.mark.parametrize(("written", "host", "port", "how"), rows_of_the_page())
def test_forms_of_the_page_mean_what_it_says(written: str, host: str, port: int, how: str) -> None:
    target = parse_target(written)
    assert (target.host, target.port) == (host, port)
    assert f"{target.dialect.upper()} over {target.transport.upper()}" == how


def test_page_shows_every_scheme_and_all_the_kinds_of_host() -> None:
    forms = [row[0] for row in rows_of_the_page()]
    assert len(forms) >= 20
    for scheme in KNOWN.named:
        assert any(form.lower().startswith(f"{scheme}://") for form in forms), scheme


def test_a_name_is_looked_up_and_sent() -> None:
    assert parse_target(" Example.ORG.:8443\n") == Target(
        written="Example.ORG.:8443",
        host="example.org.",
        address=None,
        port=8443,
        transport="tcp",
        dialect="tls",
        name="example.org",
    )


def test_an_address_is_neither() -> None:
    target = parse_target("192.0.2.1")
    assert (target.host, target.address, target.name) == ("192.0.2.1", IPv4Address("192.0.2.1"), None)
    target = parse_target("dtls://[2001:DB8:0::1]:4433")
    assert (target.host, target.address, target.name) == ("2001:db8::1", IPv6Address("2001:db8::1"), None)
    assert (target.transport, target.dialect) == ("udp", "dtls")


def test_targets_that_ask_the_same_are_equal_however_written() -> None:
    assert (
        len({parse_target(text) for text in ("example.org", "EXAMPLE.org:443", "https://example.org/x")}) == 1
    )
    assert (
        len({parse_target(text) for text in ("h", "h:444", "dtls://h:443", "h.", "[::1]", "127.0.0.1")}) == 6
    )


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("example.org", 993),
        ("[::1]", 993),
        ("::1", 993),
        ("https://example.org", 443),
        ("tls://example.org", 443),
        ("dtls://example.org", 4433),
        ("https://example.org:1", 1),
        ("example.org:65535", 65535),
        ("example.org:00443", 443),
    ],
)
def test_the_default_port_is_for_who_has_none(text: str, port: int) -> None:
    assert parse_target(text, default_port=993).port == port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_default_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target("example.org:443", default_port=port)
    assert caught.value.code == "bad-port"


def test_dialects_that_come_later_bring_their_schemes() -> None:
    schemes = Schemes({**KNOWN.named, "openvpn": Scheme("openvpn", "udp", 1194)})
    target = parse_target("SMTP://mail.example", schemes)
    assert (target.dialect, target.transport, target.port) == ("smtp", "tcp", 25)
    assert parse_target("openvpn://vpn.example", schemes, default_port=993).port == 1194
    with pytest.raises(TargetError, match=r"is openvpn:// meant\?") as caught:
        parse_target("opnvpn://example.org", schemes)
    assert caught.value.code == "unknown-scheme"


def test_a_port_says_how_a_target_without_a_scheme_is_spoken_to() -> None:
    for written, port, dialect in (("h:25", 25, "smtp"), ("h:587", 587, "smtp"), ("h:8443", 8443, "tls")):
        target = parse_target(written)
        assert (target.port, target.dialect) == (port, dialect)
    assert parse_target("h", default_port=587).dialect == "smtp"
    assert parse_target("tls://h:25").dialect == "tls", "a scheme overrides the port"


def test_one_dialect_may_be_meant_by_every_target_without_a_scheme() -> None:
    schemes = Schemes(KNOWN.named, KNOWN.on_port, Scheme("dtls", "udp", 4433))
    for written, port in (("h", 4433), ("h:25", 25), ("[::1]", 4433)):
        target = parse_target(written, schemes)
        assert (target.port, target.dialect, target.transport) == (port, "dtls", "udp")
    assert parse_target("h", schemes, default_port=5684).port == 5684
    assert parse_target("smtp://h", schemes).dialect == "smtp", "a scheme overrides that, too"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "empty", "example.org:8443"),
        (" \t\r\n", "empty", "example.org:8443"),
        (":443", "empty", "no host"),
        ("https://", "empty", "no host"),
        ("https://:443/", "empty", "no host"),
        ("a" * (MAX_TARGET + 1), "too-long", "2048"),
        ("exam\x1b[31mple.org", "bad-character", r"\x1b"),
        ("example.org\u202e", "bad-character", r"\u202e"),
        ("exam\u00adple.org", "bad-character", r"\xad"),
        ("exam\x00ple.org", "bad-character", r"\x00"),
        ("\ud800", "bad-character", r"\ud800"),
        ("a.example b.example", "several", "on its own"),
        ("a.example\u3000b.example", "several", "on its own"),
        ("a.example,b.example", "several", "on its own"),
        ("https://a.example,b.example/", "several", "on its own"),
        ("example.org:443:443", "bad-form", "host:port"),
        ("https://::1", "bad-form", "https://[2001:db8::1]:443"),
        ("[::1", "bad-form", "closes none"),
        ("[::1]443", "bad-form", "'443' stands after the bracket"),
        ("[192.0.2.1]:443", "bad-form", "write 192.0.2.1 without"),
        ("example.org/login", "bad-form", "https://"),
        ("https:example.org", "bad-form", "write https://example.org"),
        ("https:/example.org", "bad-form", "write https://example.org"),
        ("https:\\\\example.org", "bad-form", "write https://example.org"),
        ("://example.org", "bad-form", "no scheme"),
        ("gopher://example.org", "unknown-scheme", "docs/targets.md"),
        ("http://example.org", "no-tls", "https://"),
        ("HTTP://example.org", "no-tls", "https://"),
        ("ssh://example.org", "no-tls", "never had heartbeats"),
        ("https://me:secret@example.org", "user-info", "the host alone"),
        ("me@example.org", "user-info", "the host alone"),
        ("example.org:0", "bad-port", "1 to 65535"),
        ("example.org:65536", "bad-port", "1 to 65535"),
        ("example.org:abc", "bad-port", "'abc'"),
        ("example.org:+443", "bad-port", "1 to 65535"),
        ("example.org:-1", "bad-port", "1 to 65535"),
        ("example.org:000443", "bad-port", "1 to 65535"),
        ("example.org:４４３", "bad-port", "1 to 65535"),
        ("example.org:", "bad-port", "leave the colon out"),
        ("[::1]:", "bad-port", "leave the colon out"),
        ("https://example.org:/", "bad-port", "leave the colon out"),
        ("[::1]:x", "bad-port", "'x'"),
        ("[]", "bad-address", "IPv6"),
        ("[example.org]", "bad-address", "IPv6"),
        ("1:2:3", "bad-address", "[2001:db8::1]:443"),
        ("2001:db8::12345", "bad-address", "IPv6"),
        ("fe80::1", "bad-zone", "fe80::1%eth0"),
        ("0.0.0.0:443", "not-a-host", "127.0.0.1"),
        ("[::]:443", "not-a-host", "[::1]"),
        ("::ffff:0.0.0.0", "not-a-host", "127.0.0.1"),
        ("10.0.0.0/8", "network", "one by one"),
        ("10.0.0.0/255.0.0.0", "network", "one by one"),
        ("10.0/16", "network", "one by one"),
        ("2001:db8::/32", "network", "one by one"),
        ("[2001:db8::]/32", "network", "one by one"),
        ("10.0.0.*", "network", "one by one"),
        ("10.0.0.1-20", "network", "one by one"),
        ("*.example.org", "wildcard", "www.example.org"),
        ("https://*.example.org/", "wildcard", "www.example.org"),
    ],
)
def test_what_is_no_target_is_refused_with_what_to_write(text: str, code: str, says: str) -> None:
    error = refused(text)
    assert error.code == code
    assert says in error.message
    assert error.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "https://me:hunter2@example.org",
        "me:hunter2@example.org",
        "https://me:hunter2/x@example.org",
        "https://me:hunter2?x@example.org",
        "https://me:hunter2#x@example.org",
        "gopher://me:hunter2@example.org",
        "https://me:hunter2@a b",
        "https://me:hunter2@[::1",
        "https://example.org:0/?password=hunter2",
        "https://exa mple.org/?password=hunter2",
        "https://*.example.org/?password=hunter2",
        "https://me:hunter2@" + "a" * 3000,
        "hunter2@\x1b[2J",
    ],
)
def test_secrets_are_never_repeated(text: str) -> None:
    assert "hunter2" not in str(refused(text))


def test_the_query_is_not_even_kept() -> None:
    assert parse_target("https://example.org/login?password=hunter2#x").written == "https://example.org/login"
    assert parse_target("https://example.org?password=hunter2").written == "https://example.org"
    assert parse_target("https://example.org/@user").written == "https://example.org/@user"


def test_a_zone_in_a_url_may_be_written_with_its_percent_sign_encoded() -> None:
    assert parse_target("https://[fe80::1%25eth0]:8443/").host == "fe80::1%eth0"
    assert parse_target("https://[fe80::1%eth0]/").host == "fe80::1%eth0"


def test_what_stood_in_the_port_s_place_is_told_apart_from_none() -> None:
    assert split_target("example.org:443", KNOWN).port == "443"
    assert split_target("example.org", KNOWN).port is None
    assert split_target("2001:db8::1", KNOWN).port is None
    assert split_target("https://[::1]:1/x", KNOWN).port == "1"


def test_package_exports_what_it_says_and_no_more() -> None:
    public = {
        name for name, value in vars(hemostat.targets).items() if name[0] != "_" and not ismodule(value)
    }
    assert set(hemostat.targets.__all__) == public


WORDS = """
    https dtls tls :// : [ ] % %25 eth0 . .. - _ @ / ? # , * example org xn-- ü ß ١
    1 0 256 443 65536 :: fe80::1 ffff
"""
SCRAPS = st.sampled_from([*WORDS.split(), " ", "\x1b", "\u202e", "\u200c"])


def attempt(text: str, default_port: int | None) -> Target | TargetError:
    try:
        return parse_target(text, default_port=default_port)
    except TargetError as error:
        return error


@given(st.text() | st.lists(SCRAPS, max_size=12).map("".join), st.integers(1, 65535))
@example("https://[%25]", 443)
@example("[%]:1", 443)
@example("::%", 443)
@example("\u200c", 443)
@example("https://\u200d", 443)
def test_any_text_is_a_target_or_refused(text: str, default_port: int) -> None:
    target = attempt(text, default_port)
    if isinstance(target, TargetError):
        assert target.code in set(CODES) - OF_LISTS
        assert target.message.isprintable()
        assert len(target.message) < 400
        return
    assert 1 <= target.port <= 65535
    assert target.host.isascii()
    assert (target.address is None) == (target.name is not None)
    assert target.host == (
        target.name if target.address is None else str(target.address)
    ) or target.host.endswith(".")
    # What was understood, written down again, is understood the same.
    host = f"[{target.host}]" if ":" in target.host else target.host
    scheme = target.dialect
    assert parse_target(f"{scheme}://{host}:{target.port}") == target
    assert parse_target(target.written, default_port=default_port) == target
