"""The words of XMPP's STARTTLS; those of servers are such as Prosody 0.12 says them, where nothing else is said."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import Layer, Setting, spoken, xmpp
from tests.dialects.talking import RECORD, SETTING, say

CONTENTS = pytest.mark.parametrize("content", [xmpp.CLIENT, xmpp.SERVER])

TLS = b"xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
STARTTLS = b"<starttls " + TLS + b"/>"
PROCEED = b"<proceed " + TLS + b"/>"
SASL = (
    b"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>"
    b"<mechanism>SCRAM-SHA-1</mechanism></mechanisms>"
)
END = b"</stream:stream>"


def asking(content: bytes = xmpp.CLIENT, host: str = SETTING.host) -> Layer:
    return spoken(xmpp.asks(content))(SETTING._replace(host=host))


def granting(content: bytes = xmpp.CLIENT, host: str = SETTING.host) -> Layer:
    return spoken(xmpp.grants(content))(SETTING._replace(host=host))


def header(content: bytes = xmpp.CLIENT, version: bytes = b" version='1.0'") -> bytes:
    return (
        b"<?xml version='1.0'?><stream:stream from='www.example' xml:lang='en' xmlns='"
        + content
        + b"'"
        + version
    ) + b" xmlns:stream='http://etherx.jabber.org/streams' id='871e6a89-bd90'>"


def features(*inside: bytes) -> bytes:
    return b"<stream:features>" + b"".join(inside) + b"</stream:features>"


def error(condition: bytes) -> bytes:
    kind = b"xmlns='urn:ietf:params:xml:ns:xmpp-streams'"
    return (
        b"<stream:error><"
        + condition
        + b" "
        + kind
        + b"/><text "
        + kind
        + b">It's no use > all</text></stream:error>"
    ) + END


# -- the side that asks


@CONTENTS
@pytest.mark.parametrize("cut", [0, 1, 7])
def test_it_asks_the_host_for_its_features_then_for_tls(content: bytes, cut: int) -> None:
    layer = asking(content)
    said = say(layer, header(content), features(STARTTLS, SASL), PROCEED, cut=cut)
    assert list(said) == [
        b"<?xml version='1.0'?><stream:stream xmlns='" + content + b"' "
        b"xmlns:stream='http://etherx.jabber.org/streams' to='www.example' version='1.0'>",
        STARTTLS,
    ]
    assert layer.ready
    assert layer.refusal is None


@pytest.mark.parametrize(
    "words",
    [
        [header(), features(b"<starttls " + TLS + b"><required/></starttls>"), PROCEED],
        [header(), features(SASL, STARTTLS), b"\n" + PROCEED],
        [header(), features(b"<starttls " + TLS + b"></starttls>"), b"<proceed " + TLS + b"></proceed>"],
        [
            header(),
            features(b"<t:starttls xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'/>"),
            PROCEED.replace(b"'", b'"'),
        ],
        [header(version=b" version='1.1'"), features(STARTTLS), PROCEED],
        [
            b'<s:stream xmlns:s="http://etherx.jabber.org/streams" version="1.0" to=">">',
            b"<s:features a='/>' b=\"'>\">" + STARTTLS + b"</s:features>",
            PROCEED,
        ],
        [
            b"<stream xmlns='http://etherx.jabber.org/streams' xmlns:c='jabber:client' version='1.0'>",
            b"<features>" + STARTTLS + b"</features>",
            PROCEED,
        ],
        [
            b"<stream xmlns='http://etherx.jabber.org/streams' version='1.0'>",
            b"<features>" + STARTTLS + b"</features>",
            PROCEED,
        ],
    ],
)
def test_the_same_said_otherwise(words: list[bytes]) -> None:
    for cut in (0, 1):
        layer = asking()
        say(layer, *words, cut=cut)
        assert (layer.ready, layer.refusal) == (True, None)


@CONTENTS
def test_all_at_once_with_a_record_behind(content: bytes) -> None:
    layer = asking(content)
    layer.start(0)
    step = layer.from_peer(0, header(content) + features(STARTTLS) + PROCEED + RECORD)
    assert step.to_peer == (STARTTLS,)
    assert step.to_tls == (RECORD,)
    assert layer.ready


def test_text_behind_proceed_goes_to_nobody() -> None:
    layer = asking()
    layer.start(0)
    layer.from_peer(0, header() + features(STARTTLS))
    assert layer.from_peer(0, PROCEED + b"<message/>").to_tls == ()
    assert layer.refusal == "text-before-tls"


@pytest.mark.parametrize(
    ("host", "to"),
    [
        ("xn--bcher-kva.example", "bücher.example"),
        ("xn--" + "9" * 70, "xn--" + "9" * 70),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("a'b&c<d\udc80", "a&apos;b&amp;c&lt;d?"),
    ],
)
def test_how_a_host_is_written(host: str, to: str) -> None:
    """RFC 7622 section 3.2: internationalised names in Unicode, IPv6 addresses in brackets."""
    (said,) = asking(host=host).start(0).to_peer
    assert b" to='" + to.encode() + b"' " in said


NO_TLS = {
    "features without it": (header(), features(SASL)),
    "features of none": (header(), b"<stream:features/>"),
    "a server older than features": (header(version=b""), END),
    "one that says its old version": (header(version=b" version='0.9'"), END),
}


@pytest.mark.parametrize("words", NO_TLS.values(), ids=NO_TLS.keys())
@pytest.mark.parametrize("cut", [0, 1])
def test_a_server_that_shows_it_has_none(words: tuple[bytes, ...], cut: int) -> None:
    layer = asking()
    say(layer, *words, cut=cut)
    assert layer.refusal == "no-tls"


def test_a_server_without_features_is_asked_to_close() -> None:
    """It would wait for a login, for ever: only by its closing can it be told from one that turns us away."""
    layer = asking()
    assert list(say(layer, header(version=b"")))[1:] == [END]
    assert (layer.ready, layer.refusal) == (False, None)


REFUSALS = {
    "another host": ([header(), error(b"host-unknown")], "name-not-served"),
    "a host that has moved": ([header(), error(b"host-gone")], "name-not-served"),
    "another host, by ejabberd": (
        [
            b"<?xml version='1.0'?><stream:stream id='16124' version='1.0' xml:lang='en'",
            b" xmlns:stream='http://etherx.jabber.org/streams' from='other.test' xmlns='jabber:client'>",
            b"<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'></host-unknown></stream:error>",
            END,
        ],
        "name-not-served",
    ),
    "what it does not understand, without a version": (
        [header(version=b"") + error(b"not-well-formed")],
        "refused-by-policy",
    ),
    "policy": ([header(), error(b"policy-violation")], "refused-by-policy"),
    "a condition of its own": ([header(), error(b"undefined-condition")], "refused-by-policy"),
    "an error of text alone": ([header(), b"<stream:error>Go away</stream:error>"], "refused-by-policy"),
    "a condition of another kind": (
        [header(), b"<stream:error><reset xmlns='urn:other'/></stream:error>"],
        "refused-by-policy",
    ),
    "a stream closed": ([header(), END], "refused-by-policy"),
    "a stream closed later": ([header(), features(STARTTLS), END], "refused-by-policy"),
    "too many": ([header(), error(b"resource-constraint")], "tls-unavailable"),
    "going down": ([header(), error(b"system-shutdown")], "tls-unavailable"),
    "going down in the middle": (
        [header(), features(STARTTLS), error(b"system-shutdown")],
        "tls-unavailable",
    ),
    "failure": ([header(), features(STARTTLS), b"<failure " + TLS + b"/>" + END], "tls-unavailable"),
    "the other kind of stream": ([header(xmpp.SERVER), features(STARTTLS)], "other-protocol"),
    "a component's": ([header(b"jabber:component:accept")], "other-protocol"),
    "told that it is the other kind": ([header() + error(b"invalid-namespace")], "other-protocol"),
    "a page": ([b"<html><body>"], "other-protocol"),
    "a stream of something else": (
        [b"<stream:stream xmlns:stream='urn:other' version='1.0'>"],
        "other-protocol",
    ),
    "HTTP": ([b"HTTP/1.1 400 Bad Request\r\n"], "other-protocol"),
    "an offer overwritten": ([header(), features(b"<XXXXXXXX " + TLS + b"/>")], "stripped"),
    "an offer in another namespace": ([header(), features(b"<starttls xmlns='urn:none'/>")], "stripped"),
    "something else than features": ([header(), b"<presence/>"], "broken-words"),
    "features of something else": ([header(), b"<features/>"], "broken-words"),
    "something else than proceed": ([header(), features(STARTTLS), b"<presence/>"], "broken-words"),
    "a proceed of something else": ([header(), features(STARTTLS), b"<proceed/>"], "broken-words"),
    "no version": ([header(version=b" version='one'")], "broken-words"),
    "features for ever": ([header(), b"<stream:features>" + b"<a/>" * 20000], "too-long"),
}


@pytest.mark.parametrize(("words", "code"), REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("cut", [0, 1])
def test_why_there_will_be_no_tls(words: list[bytes], code: str, cut: int) -> None:
    layer = asking()
    say(layer, *words, cut=cut)
    assert layer.refusal == code
    assert layer.from_peer(0, RECORD).to_tls == ()


@CONTENTS
@given(st.integers(0, 1000))
def test_cut_anywhere_it_waits(content: bytes, end: int) -> None:
    dialogue = header(content) + features(STARTTLS, SASL) + PROCEED
    layer = asking(content)
    say(layer, dialogue[: min(end, len(dialogue) - 1)])
    assert (layer.ready, layer.refusal) == (False, None)


# -- the side that grants


OPEN = (
    b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' to='www.example' "
    b"version='1.0'>"
)
"""As OpenSSL's s_client opens it: without a declaration."""


@pytest.mark.parametrize("cut", [0, 1])
def test_it_grants_tls(cut: int) -> None:
    layer = granting()
    said = say(layer, OPEN, STARTTLS, cut=cut)
    assert said[0].startswith(b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' ")
    assert said[0].endswith(b"' version='1.0'>")
    assert b" from='www.example' id='" in said[0]
    assert said[1:] == [
        b"<stream:features><starttls " + TLS + b"><required/></starttls></stream:features>",
        PROCEED,
    ]
    assert layer.ready


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (b" to='named.test'", b" from='named.test' "),
        (b"", b" from='www.example' "),
        (b' to="it\'s"', b" from='www.example' "),
        (b" to='a&amp;b'", b" from='www.example' "),
    ],
)
def test_it_answers_as_the_domain_that_it_was_asked_as(asked: bytes, answered: bytes) -> None:
    """Where that is one: nothing that must be escaped comes back."""
    assert answered in say(granting(), OPEN.replace(b" to='www.example'", asked))[0]


def test_each_stream_has_a_number_of_its_own() -> None:
    assert say(granting(), OPEN)[0] != say(granting(), OPEN)[0]


@pytest.mark.parametrize(
    ("words", "last", "code"),
    [
        ([OPEN.replace(b"client", b"server")], b"<invalid-namespace ", "other-protocol"),
        ([OPEN.replace(b"etherx", b"other")], b"<invalid-namespace ", "other-protocol"),
        ([b"GET / HTTP/1.1\r\n"], b"<not-well-formed ", "other-protocol"),
        ([RECORD], b"<not-well-formed ", "other-protocol"),
        ([OPEN.replace(b" version='1.0'", b"")], b"<unsupported-version ", "refused-by-policy"),
        ([OPEN, END], END, "refused-by-policy"),
        (
            [OPEN, b"<iq type='get'><query xmlns='jabber:iq:auth'/></iq>"],
            b"<not-authorized ",
            "refused-by-policy",
        ),
        ([OPEN, b"<starttls/>"], b"<not-authorized ", "refused-by-policy"),
        ([OPEN, b"<iq></presence>"], b"<not-well-formed ", "broken-words"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_it_does_not_grant(words: list[bytes], last: bytes, code: str, cut: int) -> None:
    layer = granting()
    said = say(layer, *words, cut=cut)
    assert last in said[-1]
    assert said[-1].endswith(END)
    assert said[0].startswith(b"<?xml")
    assert layer.refusal == code


def test_who_logs_in_first_is_told_to_encrypt_and_may() -> None:
    layer = granting()
    auth = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>"
    said = say(layer, OPEN, auth, STARTTLS)
    assert b"<encryption-required/>" in said[2]
    assert said[3] == PROCEED
    assert layer.ready


def test_it_does_not_listen_for_ever() -> None:
    auth = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
    layer = granting()
    say(layer, OPEN, *[auth] * 2000)
    assert layer.refusal == "too-long"


# -- both


@CONTENTS
@pytest.mark.parametrize(
    "heard", [header, lambda content: b"\n" + header(content).partition(b"?>")[2] + b"<stream:er"]
)
def test_a_header_tells_what_begins(content: bytes, heard: Callable[[bytes], bytes]) -> None:
    other = xmpp.SERVER if content == xmpp.CLIENT else xmpp.CLIENT
    assert xmpp.begins(heard(content), content)
    assert not xmpp.begins(heard(content), other)
    assert not xmpp.begins(heard(content).partition(b" id=")[0], content)
    assert not xmpp.begins(heard(content).replace(b"etherx", b"other"), content)


words_of_xmpp = st.lists(
    st.sampled_from(
        [
            header(),
            OPEN,
            STARTTLS,
            PROCEED,
            features(STARTTLS),
            b"<stream:features>",
            END,
            error(b"reset"),
            b">",
            b"'",
        ]
    ),
    max_size=12,
).map(b"".join)


@given(
    st.one_of(words_of_xmpp, st.binary(max_size=80)),
    st.integers(1, 40),
    st.sampled_from([xmpp.asks, xmpp.grants]),
)
def test_whatever_a_peer_says_means_the_same_in_pieces(
    data: bytes, cut: int, side: Callable[[bytes], Callable[[Setting], object]]
) -> None:
    asks = side is xmpp.asks
    whole, pieces = (asking(), asking()) if asks else (granting(), granting())
    say(whole, data)
    say(pieces, data, cut=cut)
    assert whole.refusal == pieces.refusal
    assert whole.ready == pieces.ready or whole.refusal == "text-before-tls"
