import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import Spoken, Words
from hemostat.layers.elements import Element, element, opening

HEADER = b"<?xml version='1.0'?><s:stream xmlns='jabber:client' xmlns:s='urn:streams' id='7'>"


def hear(data: bytes, *, cut: int = 0) -> tuple[list[Element | None], Spoken]:
    """A stream's opening, and what comes in it until it is closed; and the layer that heard it."""
    heard: list[Element | None] = []

    def words() -> Words:
        stream = yield from opening()
        heard.append(stream)
        while heard[-1] is not None:
            heard.append((yield from element(stream)))

    layer = Spoken(words())
    layer.start(0)
    size = cut or max(1, len(data))
    for at in range(0, len(data), size):
        layer.from_peer(0, data[at : at + size])
    return heard, layer


def one(data: bytes) -> Element:
    """The one element behind the header, whole and byte by byte."""
    heard, layer = hear(HEADER + data)
    assert layer.refusal is None
    assert len(heard) == 2
    assert hear(HEADER + data, cut=1)[0] == heard
    found = heard[1]
    assert found is not None
    return found


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        b"\xef\xbb\xbf \r\n" + HEADER,
        b"""<?xml version="1.0" encoding='utf-8' standalone="yes"?>
        <s:stream\txmlns:s="urn:streams" id = '7' xmlns="jabber:client"\r\n>""",
        b"<s:stream id='7' xmlns:s='urn:streams' xmlns='jabber:client'>",
    ],
)
@pytest.mark.parametrize("cut", [0, 1, 5])
def test_how_a_stream_opens(header: bytes, cut: int) -> None:
    ((stream,), layer) = hear(header, cut=cut)
    assert stream is not None
    assert (stream.namespace, stream.name, stream.written) == (b"urn:streams", b"stream", b"s:stream")
    assert stream.attributes[b"id"] == b"7"
    assert stream.scope[b""] == b"jabber:client"
    assert layer.refusal is None


@pytest.mark.parametrize(
    "data",
    [
        b"220 mx.example ESMTP\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x16\x03\x01",
        b"<!DOCTYPE html>",
        b"<!-- it's -->",
        b"</s:stream>",
        b"<?php?>",
        b"<?xml version='1.0'?><!DOCTYPE html>",
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_opens_no_stream(data: bytes, cut: int) -> None:
    heard, layer = hear(data, cut=cut)
    assert heard == []
    assert layer.refusal == "other-protocol"


def test_an_element_with_others_in_it() -> None:
    found = one(b"\n <a xmlns='urn:a' x='1'>text<b/>a > b<p:c xmlns:p=\"urn:p\"><d/></p:c  ></a\n>")
    assert (found.namespace, found.name, found.attributes[b"x"]) == (b"urn:a", b"a", b"1")
    assert [(each.namespace, each.name) for each in found.children] == [(b"urn:a", b"b"), (b"urn:p", b"c")]
    assert [(each.namespace, each.name) for each in found.children[1].children] == [(b"urn:a", b"d")]


def test_a_namespace_lasts_as_long_as_its_element() -> None:
    heard, _ = hear(HEADER + b"<a xmlns='urn:a'/><b/><s:c/>")
    assert [each and each.namespace for each in heard[1:]] == [b"urn:a", b"jabber:client", b"urn:streams"]


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (b">", b"'>'"),
        (b"/>", b'"/>"'),
        (b"it's > </a", b""),
        (b'">"', b"'\">\"'"),
        (b"'>'", b"\"'>'\""),
        (b"</s:stream>"[1:], b"'/s:stream>'"),
        (b">" * 40, b"'" + b">" * 40 + b"'"),
    ],
)
def test_a_bracket_between_quotes_ends_nothing(value: bytes, quoted: bytes) -> None:
    if quoted:
        assert one(b"<a x=" + quoted + b" y='2'/>").attributes == {b"x": value, b"y": b"2"}
    else:
        # The other bracket may not stand there (XML 1.0, section 3.1).
        assert hear(HEADER + b'<a x="' + value + b'"/>')[1].refusal == "broken-words"


def test_quotes_in_text_are_text() -> None:
    assert one(b"<a>it's > \"so</a>").children == []


def test_the_end_of_the_stream() -> None:
    heard, layer = hear(HEADER + b"<a/></s:stream>")
    assert heard[2:] == [None]
    assert layer.ready


@pytest.mark.parametrize(
    "data",
    [
        b"<a></b>",
        b"<a><b></a></b>",
        b"</stream>",
        b"</a>",
        b"<a x='1' x='2'/>",
        b"<a x=1/>",
        b"<a x/>",
        b"<a x='1'y='2'/>",
        b"<a / >",
        b"<a <b>",
        b"<p:a/>",
        b"<a:b:c/>",
        b"<>",
        b"< a>",
        b"<a x='<'/>",
        b"<!-- it's -->",
        b"<!ENTITY a 'b'>",
        b"<?pi?>",
        b"<a><![CDATA[<b>]]></a>",
        b"<&>",
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_is_broken_is_refused(data: bytes, cut: int) -> None:
    _, layer = hear(HEADER + data, cut=cut)
    assert layer.refusal == "broken-words"


@pytest.mark.parametrize(
    "data",
    [
        b"<a x='" + b"y" * 5000,
        b"<a x='" + (b"y" * 1000 + b">") * 9,
        b"y" * 5000,
        b"<a>" * 17,
        b"<a/>" * 20000,
        b"<a>" + b"<b/>" * 512,
    ],
)
def test_what_goes_on_and_on_is_too_long(data: bytes) -> None:
    for cut in (0, 1000):
        assert hear(HEADER + data, cut=cut)[1].refusal == "too-long"


def test_as_many_elements_as_there_may_be() -> None:
    assert len(one(b"<a>" + b"<b/>" * 511 + b"</a>").children) == 511


def test_no_scope_is_kept_of_what_is_closed() -> None:
    """A peer could make each of them as large as a tag can be."""
    many = b"".join(b" xmlns:n%d='urn:%d'" % (number, number) for number in range(150))
    found = one(b"<a" + many + b"><b xmlns='urn:b'/><n7:c/></a>")
    assert [(each.namespace, each.scope) for each in (*found.children, found)] == [
        (b"urn:b", {}),
        (b"urn:7", {}),
        (b"jabber:client", {}),
    ]


def test_sixteen_elements_deep_is_not_too_deep() -> None:
    found = one(b"<a>" * 16 + b"</a>" * 16)
    for _ in range(15):
        (found,) = found.children
    assert found.children == []


words_of_xml = st.lists(
    st.sampled_from(
        [
            b"<a",
            b"<b>",
            b"</b>",
            b">",
            b"/>",
            b" x='",
            b"'",
            b'"',
            b"=",
            b"xmlns",
            b"<!",
            b"?",
            b"</s:stream>",
            b"text",
        ]
    ),
    max_size=30,
).map(b"".join)


@given(st.one_of(words_of_xml, st.binary(max_size=80)), st.integers(1, 9), st.booleans())
def test_whatever_comes_means_the_same_in_pieces(data: bytes, cut: int, opened: bool) -> None:
    data = HEADER * opened + data
    whole, pieces = hear(data), hear(data, cut=cut)
    assert whole[0] == pieces[0]
    assert whole[1].refusal == pieces[1].refusal
    assert whole[1].refusal in (None, "broken-words", "other-protocol", "too-long", "text-before-tls")
