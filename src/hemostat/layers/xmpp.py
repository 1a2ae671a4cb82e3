"""XMPP's STARTTLS (RFC 6120 section 5), the same between a client and a server and between two servers but for the
namespace of the stream's content.

A stream on each side, opened by a header that is closed at the end of it all; in the server's, first its features.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Final

from hemostat.layers.elements import Element, element, opening
from hemostat.layers.layer import Refusal, Setting
from hemostat.layers.spoken import Refused, Spoken, Want, Words

__all__ = ["CLIENT", "SERVER", "asks", "begins", "grants"]

CLIENT: Final = b"jabber:client"
"""Content's namespace between a client and a server (RFC 6120 section 4.8.2)."""
SERVER: Final = b"jabber:server"
"""The same between two servers."""

_STREAMS: Final = b"http://etherx.jabber.org/streams"
_TLS: Final = b"urn:ietf:params:xml:ns:xmpp-tls"
_SASL: Final = b"urn:ietf:params:xml:ns:xmpp-sasl"
_CONDITIONS: Final = b"urn:ietf:params:xml:ns:xmpp-streams"
_CLOSING: Final = b"</stream:stream>"

_PLAIN: Final = re.compile(rb"[A-Za-z0-9.:\[\]_-]{1,1023}")
"""A domain that is the same inside and outside of an attribute."""
_VERSION: Final = re.compile(rb"([0-9]{1,9})\.[0-9]{1,9}")

_CONDITION: Final[dict[bytes, Refusal]] = {
    # RFC 6120 section 4.9.3: each is the last word of a stream. What is not here is a word against what we said, or
    # against us.
    b"connection-timeout": "tls-unavailable",
    b"host-gone": "name-not-served",
    b"host-unknown": "name-not-served",
    b"improper-addressing": "name-not-served",
    b"internal-server-error": "tls-unavailable",
    b"remote-connection-failed": "tls-unavailable",
    b"reset": "tls-unavailable",
    b"resource-constraint": "tls-unavailable",
    b"system-shutdown": "tls-unavailable",
    b"invalid-namespace": "other-protocol",
}


def asks(content: bytes) -> Callable[[Setting], Words]:
    """The words of the side that asks for TLS; `content`: `CLIENT` or `SERVER`."""

    def words(setting: Setting) -> Words:
        yield _header(content, b" to='" + _domain(setting.host) + b"' version='1.0'")
        stream = yield from _opened(content)
        if _version(stream) < 1:
            # A header without a version is that of a server without features, and of one that turns us away
            # (RFC 6120 section 4.7.5): its answer to our closing tells them apart.
            yield _CLOSING
            last = yield from element(stream)
            raise Refused("no-tls" if last is None else _why(last))
        features = yield from _said(stream)
        if (features.namespace, features.name) != (_STREAMS, b"features"):
            raise Refused(_why(features))
        if not _offers_tls(features):
            raise Refused("no-tls")
        yield b"<starttls xmlns='" + _TLS + b"'/>"
        answer = yield from _said(stream)
        if (answer.namespace, answer.name) != (_TLS, b"proceed"):
            raise Refused(_why(answer))

    return words


def grants(content: bytes) -> Callable[[Setting], Words]:
    """The words of the side that grants TLS, and nothing before it; `content`: `CLIENT` or `SERVER`."""

    def words(setting: Setting) -> Words:
        try:
            stream = yield from opening()
        except Refused:
            yield _own_header(content, setting, _domain(setting.host)) + _error(b"not-well-formed")
            raise
        asked = stream.attributes.get(b"to", b"")
        yield _own_header(content, setting, asked if _PLAIN.fullmatch(asked) else _domain(setting.host))
        if not (_is_stream(stream) and _carries(stream, content)):
            yield _error(b"invalid-namespace")
            raise Refused("other-protocol")
        if _version(stream) < 1:
            yield _error(b"unsupported-version")
            raise Refused("refused-by-policy")
        yield (b"<stream:features><starttls xmlns='" + _TLS + b"'><required/></starttls></stream:features>")
        while True:
            try:
                said = yield from element(stream)
            except Refused:
                yield _error(b"not-well-formed")
                raise
            if said is None:
                yield _CLOSING
                raise Refused("refused-by-policy")
            if (said.namespace, said.name) == (_TLS, b"starttls"):
                yield b"<proceed xmlns='" + _TLS + b"'/>"
                return
            if (said.namespace, said.name) != (_SASL, b"auth"):
                yield _error(b"not-authorized")
                raise Refused("refused-by-policy")
            yield b"<failure xmlns='" + _SASL + b"'><encryption-required/></failure>"

    return words


def begins(heard: bytes, content: bytes) -> bool:
    """Whether the first bytes of a server are the header of a stream with this content."""
    found: list[Element] = []

    def words() -> Words:
        found.append((yield from opening()))

    layer = Spoken(words())
    layer.start(0)
    layer.from_peer(0, heard)
    return any(_is_stream(stream) and _carries(stream, content) for stream in found)


def _header(content: bytes, attributes: bytes) -> bytes:
    return (
        b"<?xml version='1.0'?><stream:stream xmlns='" + content + b"' xmlns:stream='" + _STREAMS + b"'"
    ) + (attributes + b">")


def _own_header(content: bytes, setting: Setting, domain: bytes) -> bytes:
    """A server's: it answers as the domain that it was asked as, and numbers the stream."""
    number = setting.draw(8).hex().encode("ascii")
    return _header(content, b" from='" + domain + b"' id='" + number + b"' version='1.0'")


def _error(condition: bytes) -> bytes:
    return b"<stream:error><" + condition + b" xmlns='" + _CONDITIONS + b"'/></stream:error>" + _CLOSING


def _opened(content: bytes) -> Generator[Want, bytes, Element]:
    """Hear the server's header; `other-protocol` where it is none, or one for other content."""
    stream = yield from opening()
    if not _is_stream(stream) or not (_carries(stream, content) or stream.scope[b""] in (b"", _STREAMS)):
        raise Refused("other-protocol")
    return stream


def _is_stream(said: Element) -> bool:
    return (said.namespace, said.name) == (_STREAMS, b"stream")


def _carries(stream: Element, content: bytes) -> bool:
    """Whether a header declares this content, with a prefix or (nearly all do) without."""
    return content in stream.scope.values()


def _version(stream: Element) -> int:
    """The first number of a header's version; 0 where it has none."""
    written = stream.attributes.get(b"version", b"0.9")
    version = _VERSION.fullmatch(written)
    if version is None:
        raise Refused("broken-words")
    return int(version[1])


def _said(stream: Element) -> Generator[Want, bytes, Element]:
    """Hear the next element; a server that closes its stream instead turns us away."""
    said = yield from element(stream)
    if said is None:
        raise Refused("refused-by-policy")
    return said


def _offers_tls(features: Element) -> bool:
    for each in features.children:
        if each.namespace == _TLS or each.name == b"starttls":
            if (each.namespace, each.name) != (_TLS, b"starttls"):
                raise Refused("stripped")
            return True
    return False


def _why(said: Element) -> Refusal:
    """Why there will be no TLS, of what a server said instead of what was due."""
    if (said.namespace, said.name) == (_STREAMS, b"error"):
        reasons: Iterator[Refusal] = (
            _CONDITION[each.name]
            for each in said.children
            if each.namespace == _CONDITIONS and each.name in _CONDITION
        )
        return next(reasons, "refused-by-policy")
    if (said.namespace, said.name) == (_TLS, b"failure"):
        return "tls-unavailable"
    return "broken-words"


def _domain(host: str) -> bytes:
    """A host as the domain of an address: internationalised labels in Unicode, an IPv6 address in brackets (RFC 7622
    section 3.2), what XML reads otherwise escaped.
    """
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    if "xn--" in host.lower():
        with suppress(UnicodeError):
            host = host.encode("ascii").decode("idna")
    for special, escaped in (("&", "&amp;"), ("<", "&lt;"), ("'", "&apos;")):
        host = host.replace(special, escaped)
    return host.encode("utf-8", "replace")
