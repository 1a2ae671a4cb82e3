"""XML's elements as XMPP streams carry them: tags, attributes and namespaces, and nothing else of XML.

RFC 6120 section 11.1 forbids comments, processing instructions, document types and entities of one's own in a stream;
what has them is broken. Character data is passed over. Values of attributes stay as they were written.
"""

import re
from collections.abc import Generator, Mapping
from typing import Final, NamedTuple

from hemostat.layers.spoken import Refused, Until, Want

__all__ = ["Element", "element", "opening"]

_LONGEST_TAG: Final = 4096
_DEEPEST: Final = 16
_MOST_ELEMENTS: Final = 512
_SPACE: Final = b" \t\r\n"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_NAME: Final = re.compile(rb"[^ \t\r\n=<>'\"/!?&:]+(?::[^ \t\r\n=<>'\"/!?&:]+)?")
_ATTRIBUTE: Final = re.compile(
    rb"[ \t\r\n]+([^ \t\r\n=<>'\"/!?&]+)[ \t\r\n]*=[ \t\r\n]*(?:'([^'<]*)'|\"([^\"<]*)\")"
)
_QUOTE: Final = re.compile(rb"['\"]")
_XML: Final = b"http://www.w3.org/XML/1998/namespace"


class Element(NamedTuple):
    """An element, or the start of one.

    `namespace`: empty where it is in none. `name`: without its prefix; `written`: with it. `attributes`: as they were
    written, those that declare namespaces among them. `scope`: prefix (empty for none) → namespace, inside of it; empty
    once it is closed. `children`: the elements in it.
    """

    namespace: bytes
    name: bytes
    written: bytes
    attributes: Mapping[bytes, bytes]
    scope: Mapping[bytes, bytes]
    children: list["Element"]


def opening() -> Generator[Want, bytes, Element]:
    """Hear the tag that opens a stream, and the XML declaration before it where there is one.

    Raises Refused: `other-protocol` where no such thing begins, `too-long`.
    """
    first = yield 1
    while first in _SPACE or first in _BYTE_ORDER_MARK:
        first = yield 1
    if first != b"<":
        raise Refused("other-protocol")
    tag = yield from _tag(begun=True)
    if tag.startswith(b"?xml") and tag.endswith(b"?"):
        tag = yield from _tag()
    if not _NAME.match(tag):
        raise Refused("other-protocol")
    return _start(tag, {b"": b"", b"xml": _XML})


def element(stream: Element) -> Generator[Want, bytes, Element | None]:
    """Hear one element inside the stream, from its first tag to its last; None where the stream is closed instead.

    Raises Refused: `broken-words`, `too-long` (a tag of more than 4096 bytes, 16 elements deep, 512 in all).
    """
    inside: list[Element] = []
    count = 0
    while True:
        tag = yield from _tag()
        if tag.startswith(b"/"):
            closes = inside.pop() if inside else stream
            if tag[1:].rstrip(_SPACE) != closes.written:
                raise Refused("broken-words")
            if closes is stream:
                return None
        else:
            closes = _start(tag.removesuffix(b"/"), (inside or [stream])[-1].scope)
            count += 1
            if len(inside) == _DEEPEST or count > _MOST_ELEMENTS:
                raise Refused("too-long")
            if not tag.endswith(b"/"):
                inside.append(closes)
                continue
        # A scope may be large, and each that declares something has one of its own: none is kept longer than needed.
        closed = closes._replace(scope={})
        if not inside:
            return closed
        inside[-1].children.append(closed)


def _tag(*, begun: bool = False) -> Generator[Want, bytes, bytes]:
    """Hear the next tag, without its brackets. A `>` between quotes does not end one, nor does one in character data.

    `begun`: its `<` was heard before.
    """
    tag = yield Until(b">", _LONGEST_TAG)
    if not begun:
        while b"<" not in tag:
            tag = yield Until(b">", _LONGEST_TAG)
        tag = tag.partition(b"<")[2]
    if tag.startswith(b"!"):
        return tag
    quote = _left_open(tag, b"")
    while quote:
        more = yield Until(b">", _LONGEST_TAG)
        tag += more
        if len(tag) > _LONGEST_TAG:
            raise Refused("too-long")
        quote = _left_open(more, quote)
    return tag[:-1]


def _left_open(text: bytes, quote: bytes) -> bytes:
    """The quote that is open at the end of a text, empty for none; `quote`: that at its beginning."""
    at = 0
    while True:
        if quote:
            at = text.find(quote, at) + 1
            if not at:
                return quote
            quote = b""
        found = _QUOTE.search(text, at)
        if found is None:
            return b""
        quote, at = found[0], found.end()


def _start(tag: bytes, scope: Mapping[bytes, bytes]) -> Element:
    """The start of an element that a tag is, in a scope."""
    named = _NAME.match(tag)
    if named is None:
        raise Refused("broken-words")
    attributes: dict[bytes, bytes] = {}
    declared: dict[bytes, bytes] = {}
    end = named.end()
    while found := _ATTRIBUTE.match(tag, end):
        name, value = found[1], found[2] if found[2] is not None else found[3]
        if name in attributes:
            raise Refused("broken-words")
        attributes[name] = value
        prefix, colon, rest = name.partition(b":")
        if prefix == b"xmlns":
            declared[rest if colon else b""] = value
        end = found.end()
    if tag[end:].strip(_SPACE):
        raise Refused("broken-words")
    if declared:
        scope = {**scope, **declared}
    prefix, colon, rest = named[0].partition(b":")
    namespace = scope.get(prefix if colon else b"")
    if namespace is None:
        raise Refused("broken-words")
    return Element(namespace, rest if colon else prefix, named[0], attributes, scope, [])
