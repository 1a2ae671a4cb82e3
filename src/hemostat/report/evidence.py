"""A probe's facts in a person's words: the protocol, the certificate, the dialogue.

Nothing of what a message held is here: the facts don't have it. What strangers named themselves is made printable.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hemostat.certificates import Certificate
from hemostat.report.answer import Answer
from hemostat.report.prose import counted
from hemostat.targets.printable import printable, shortened
from hemostat.wire.ciphers import cipher_name, forward_secret

__all__ = ["certificate_line", "describe_certificate", "dialogue", "first_hello", "protocol_line", "validity"]

_ASKED: Final = {
    "burst": "the whole question at once",
    "own-bytes": "own bytes alone",
    "large-control": "the large control alone",
    "turns": "own bytes and large control in turn",
    "certificate": "the certificate",
    "after-handshake": "the question, after the handshake",
}
_PARTS: Final = {
    "own-bytes": "own bytes (no padding)",
    "control": "control",
    "large-control": "large control",
    "flush": "flush",
}
_ANSWERS: Final = {
    "equal": "came back whole",
    "equal-so-far": "came back, cut short",
    "different": "drew a heartbeat that is not ours",
    "none": "drew nothing",
    "alert": "drew an alert",
    "not-a-record": "drew something that is no record",
}
_ENDS: Final = {
    "fin": "the peer closed in good order",
    "reset": "the peer reset it",
    "ours": "we closed",
    "failed": "it did not come about",
}
_WORDS: Final = (
    ("failure", "failure"),
    ("not_tls", "spoke"),
    ("spoke", "greeted in"),
    ("refusal", "no handshake"),
    ("error", "breach"),
)
"""Fields that hold a code, and the label that it stands under."""
_HAVE_NO_EXTENSION: Final = ("SSL3.0", "TLS1.3")
_LABEL: Final = 14
_MOST_NAMES: Final = 3
_DIGITS: Final = 16
"""Of a digest, where it is only to be told from others; `hemostat why` takes as many."""


def first_hello(answer: Answer) -> Mapping[str, Any] | None:
    """The first connection of the answer on which the peer's hello came."""
    facts = answer.evidence.get("facts") or {"connections": []}
    return next((each for each in facts["connections"] if each["version"] is not None), None)


def protocol_line(answer: Answer) -> str | None:
    """`TLS1.2, TLS_… (forward secret), heartbeats offered`; None where no hello came."""
    connection = first_hello(answer)
    return None if connection is None else _protocol(connection)


def _protocol(connection: Mapping[str, Any]) -> str:
    words = [str(connection["version"])]
    cipher = connection["cipher"]
    if cipher is not None:
        secret = "forward secret" if forward_secret(cipher) else "no forward secrecy"
        words.append(f"{cipher_name(cipher)} ({secret})")
    if connection["heartbeat"] is not None:
        words.append("heartbeats offered" + (", requests declined" if connection["heartbeat"] == 2 else ""))
    elif _may_offer(connection):
        words.append("no heartbeats offered")
    if connection["client_certificate_asked"]:
        words.append("asks for a client certificate")
    return ", ".join(words)


def _may_offer(connection: Mapping[str, Any]) -> bool:
    """Whether the peer could have offered heartbeats: a server that was offered them, or a client."""
    offered = connection["offered"]
    return connection["version"] not in _HAVE_NO_EXTENSION and (
        offered["heartbeat"] or not offered["versions"]
    )


def certificate_line(answer: Answer) -> str | None:
    """What the certificate says, in a line; None where none was shown."""
    if answer.certificate is None:
        return None
    return f"certificate: {describe_certificate(answer.certificate, answer.observed_at)}"


def describe_certificate(certificate: Certificate, seen: str) -> str:
    """Names, validity when it was seen, issuer, key: `www.example; 2026-01-01 to 2027-01-01; by CN=A CA; key rsa 2048,
    spki:ab12ab12ab12ab12`.
    """
    names = ", ".join(_brief(name) for name in certificate.names[:_MOST_NAMES])
    if len(certificate.names) > _MOST_NAMES:
        names += f" and {counted(len(certificate.names) - _MOST_NAMES, 'more name')}"
    valid = f"{certificate.not_before[:10] or '?'} to {certificate.not_after[:10] or '?'}"
    size = "" if certificate.key_size is None else f" {certificate.key_size}"
    return "; ".join(
        [
            names or _brief(certificate.subject) or "no name",
            f"{valid}, expired" if _expired(certificate, seen) else valid,
            "self-signed" if certificate.self_signed else f"by {_brief(certificate.issuer) or 'nobody'}",
            f"key {certificate.key_type or 'unknown'}{size}, spki:{certificate.spki_sha256[:_DIGITS]}",
        ]
    )


def validity(certificate: Certificate, seen: str) -> str:
    """Its first name and its end: `www.example until 2027-01-01`, or `expired 2014-05-01` if it was when seen."""
    name = _brief((*certificate.names, certificate.subject)[0]) or "no name"
    until = "expired" if _expired(certificate, seen) else "until"
    return f"{name} {until} {certificate.not_after[:10] or '?'}"


def _expired(certificate: Certificate, seen: str) -> bool:
    """Both are times of one form, whose texts sort as they do. A date that could not be read says nothing."""
    return "" < certificate.not_after < seen


def dialogue(facts: Mapping[str, Any]) -> Iterator[str]:
    """The dialogue of a probe, line by line: what each connection was for and offered, its messages by direction, type
    and length, the hello, the parts with their answers, and how it ended.
    """
    connections = facts["connections"]
    for number, each in enumerate(connections, 1):
        began = f"{_ms(each['started'])} from the start"
        spoken = f" in {each['dialect']}" if each.get("dialect", facts["dialect"]) != facts["dialect"] else ""
        yield f"connection {number} of {len(connections)}{spoken}, {_ASKED[each['asked']]}, {began}"
        for label, lines in _of_connection(each):
            for line in lines:
                yield f"  {label:{_LABEL}}{line}"
                label = ""


def _of_connection(connection: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """Facts of version 1 of the kind have no fields of dialects."""
    yield "offered", [_offer(connection["offered"])]
    yield "messages", _messages(connection["messages"])
    if connection["version"] is not None:
        yield "hello", [_protocol(connection)]
    if connection["certificates"]:
        yield "certificates", [", ".join(f"cert:{each[:_DIGITS]}" for each in connection["certificates"])]
    yield "parts", _parts(connection["parts"])
    yield "alerts", connection["alerts"]
    if connection["nudges"]:
        yield "nudges", [counted(connection["nudges"], "further Finished", "further Finished")]
    for field, label in _WORDS:
        if connection.get(field):
            yield label, [str(connection[field])]
    trip = "" if connection["round_trip"] is None else f"; round trip {_ms(connection['round_trip'])}"
    yield "end", [f"{_ENDS[connection['ended']]} after {_ms(connection['microseconds'])}{trip}"]


def _offer(offered: Mapping[str, Any]) -> str:
    if not offered["versions"]:
        return "what the client's hello takes"
    name = "no name" if offered["name"] is None else f"name {_brief(offered['name'])}"
    heartbeats = "heartbeats" if offered["heartbeat"] else "no heartbeats"
    return f"{' '.join(offered['versions'])}, {name}, {heartbeats}"


def _messages(messages: Sequence[str]) -> list[str]:
    """`> client-hello 508`, with names and lengths below each other."""
    rows = [message.split() for message in messages]
    name, length = (max((len(row[cell]) for row in rows), default=0) for cell in (1, 2))
    return [f"{row[0]} {row[1]:{name}}  {row[2]:>{length}}" for row in rows]


def _parts(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    name, length = (max((len(cell(part)) for part in parts), default=0) for cell in (_name, _length))
    return [f"{_name(part):{name}}  {_length(part):>{length}} bytes  {_outcome(part)}" for part in parts]


def _name(part: Mapping[str, Any]) -> str:
    return _PARTS[part["part"]]


def _length(part: Mapping[str, Any]) -> str:
    return str(part["length"])


def _outcome(part: Mapping[str, Any]) -> str:
    said = _ANSWERS[part["answer"]]
    if part["answer"] in ("equal", "equal-so-far"):
        said += f", {counted(part['bytes'], 'byte')} equal to what we sent"
    took = part["microseconds"]
    if took is None:
        return said
    return f"{said} {'in' if part['answer'] == 'none' else 'after'} {_ms(took)}"


def _brief(text: str) -> str:
    return shortened(printable(text))


def _ms(microseconds: int) -> str:
    return f"{microseconds / 1000:.1f} ms"
