"""LDAP's StartTLS (RFC 4511 section 4.14): one extended operation, asked for by its object identifier."""

import re
from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Refusal, Refused, Setting, Want, Words, spoken
from hemostat.layers.ber import Value, encode, encode_integer, integer, value, values

__all__ = ["DIALECT"]

_START_TLS: Final = b"1.3.6.1.4.1.1466.20037"
_NOTICE_OF_DISCONNECTION: Final = b"1.3.6.1.4.1.1466.20036"
_MOST_BYTES: Final = 1 << 14
_MOST_NOTIFICATIONS: Final = 16

# Tags: RFC 4511 section 4.2 to 4.12, appendix B.
_INTEGER: Final = 0x02
_OCTET_STRING: Final = 0x04
_ENUMERATED: Final = 0x0A
_SEQUENCE: Final = 0x30
_UNBIND: Final = 0x42
_ABANDON: Final = 0x50
_EXTENDED: Final = 0x77
_EXTENDED_RESPONSE: Final = 0x78
_REQUEST_NAME: Final = 0x80
_RESPONSE_NAME: Final = 0x8A
_RESPONSES: Final = {0x60: 0x61, 0x63: 0x65, 0x66: 0x67, 0x68: 0x69, 0x4A: 0x6B, 0x6C: 0x6D, 0x6E: 0x6F}
"""Requests of the other operations, and what answers them: bind, search, modify, add, delete, modify DN, compare."""

# Result codes: RFC 4511 section 4.1.9, appendix A.
_SUCCESS: Final = 0
_PROTOCOL_ERROR: Final = 2
_CONFIDENTIALITY_REQUIRED: Final = 13
_RESULTS: Final[dict[int, Refusal]] = {
    _PROTOCOL_ERROR: "no-tls",  # it does not know the operation, by design or configuration (section 4.14.1)
    8: "tls-after-login",  # strongerAuthRequired
    51: "tls-unavailable",  # busy
    52: "tls-unavailable",  # unavailable
}
"""Why there will be no TLS, by the answer to StartTLS; any other is a refusal of this request."""

_UNSOLICITED: Final = re.compile(
    rb"0(?:[\x00-\x7f]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x00\x78", re.DOTALL
)


class _Message(NamedTuple):
    """An LDAPMessage: its number, and what it asks or answers."""

    number: int
    operation: Value


def _asks(setting: Setting) -> Words:
    yield _message(1, encode(_EXTENDED, encode(_REQUEST_NAME, _START_TLS)))
    for _ in range(_MOST_NOTIFICATIONS):
        answer = yield from _heard()
        if answer.operation.tag != _EXTENDED_RESPONSE or answer.number not in (0, 1):
            raise Refused("broken-words")
        code, name = _result(answer.operation)
        if answer.number == 1:
            if code == _SUCCESS:
                return
            raise Refused(_RESULTS.get(code, "refused-by-policy"))
        if name == _NOTICE_OF_DISCONNECTION:
            # What it says of a broken protocol is no word on TLS.
            why = _RESULTS.get(code, "refused-by-policy")
            raise Refused("refused-by-policy" if why == "no-tls" else why)
    raise Refused("too-long")


def _grants(setting: Setting) -> Words:
    try:
        while True:
            request = yield from _heard()
            tag = request.operation.tag
            if request.number < 1:
                raise Refused("broken-words")
            if tag == _EXTENDED:
                named = [
                    each.content for each in values(request.operation.content) if each.tag == _REQUEST_NAME
                ]
                known = named == [_START_TLS]
                code = _SUCCESS if known else _PROTOCOL_ERROR
                yield _message(
                    request.number, _response(_EXTENDED_RESPONSE, code, named[0] if known else b"")
                )
                if known:
                    return
            elif tag in _RESPONSES:
                yield _message(request.number, _response(_RESPONSES[tag], _CONFIDENTIALITY_REQUIRED))
            elif tag == _UNBIND:
                break
            elif tag != _ABANDON:
                raise Refused("broken-words")
    except Refused:
        yield _message(0, _response(_EXTENDED_RESPONSE, _PROTOCOL_ERROR, _NOTICE_OF_DISCONNECTION))
        raise
    raise Refused("refused-by-policy")


def _heard() -> Generator[Want, bytes, _Message]:
    """Hear one message. Raises Refused: `other-protocol`, `broken-words`, `too-long`."""
    parts = values((yield from value(_SEQUENCE, _MOST_BYTES)))
    if len(parts) < 2 or parts[0].tag != _INTEGER:
        raise Refused("broken-words")
    return _Message(integer(parts[0].content), parts[1])


def _result(operation: Value) -> tuple[int, bytes]:
    """The result code of a response, and the name of an extended one (empty where it gives none)."""
    parts = values(operation.content)
    if [part.tag for part in parts[:3]] != [_ENUMERATED, _OCTET_STRING, _OCTET_STRING]:
        raise Refused("broken-words")
    names = (part.content for part in parts[3:] if part.tag == _RESPONSE_NAME)
    return integer(parts[0].content), next(names, b"")


def _message(number: int, operation: bytes) -> bytes:
    return encode(_SEQUENCE, encode_integer(_INTEGER, number), operation)


def _response(tag: int, code: int, name: bytes = b"") -> bytes:
    """A response of this kind and result, with neither a name of an entry nor a text."""
    result = encode_integer(_ENUMERATED, code) + encode(_OCTET_STRING) + encode(_OCTET_STRING)
    return encode(tag, result, encode(_RESPONSE_NAME, name) if name else b"")


def _greets(heard: bytes) -> bool:
    """A server speaks only when spoken to, or to say that it hangs up: a Notice of Disconnection."""
    return _UNSOLICITED.match(heard) is not None and _NOTICE_OF_DISCONNECTION in heard


DIALECT = Dialect(
    name="ldap",
    title="LDAP with StartTLS",
    source="RFC 4511 section 4.14",
    transport="tcp",
    schemes={"ldap": 389, "ldap+starttls": 389},
    ports=(389, 3268),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=1,
    greets=_greets,
)
