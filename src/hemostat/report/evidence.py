"""A probe's facts in a person's words: the protocol, the certificate, the dialogue."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hemostat.certificates import Certificate
from hemostat.report.answer import Answer
from hemostat.targets import shown
from hemostat.wire.ciphers import cipher_name, forward_secret

__all__ = ["certificate_line", "describe_certificate", "dialogue", "protocol_line"]

_ENDS: Final = {
    "fin": "the peer closed in good order",
    "reset": "the peer reset it",
    "ours": "we closed",
    "failed": "it did not come about",
}
_ANSWERS: Final = {
    "equal": "came back whole",
    "equal-so-far": "came back, cut short",
    "different": "drew a heartbeat that is not ours",
    "none": "drew nothing",
    "alert": "drew an alert",
    "not-a-record": "drew something that is no record",
}
_PARTS: Final = {
    "own-bytes": "own bytes (no padding)",
    "control": "control",
    "large-control": "large control",
    "flush": "flush",
}


def protocol_line(answer: Answer) -> str | None:
    """`TLS1.2, TLS_… (forward secret), heartbeats offered`; None where no hello came."""
    facts = answer.evidence.get("facts")
    if not facts:
        return None
    return next((_protocol(each) for each in facts["connections"] if each["version"] is not None), None)


def _protocol(connection: Mapping[str, Any]) -> str:
    words = [str(connection["version"])]
    cipher = connection["cipher"]
    if cipher is not None:
        secret = "forward secret" if forward_secret(cipher) else "no forward secrecy"
        words.append(f"{cipher_name(cipher)} ({secret})")
    if connection["version"] not in ("SSL3.0", "TLS1.3"):
        words.append("no heartbeats offered" if connection["heartbeat"] is None else "heartbeats offered")
    if connection["client_certificate_asked"]:
        words.append("asks for a client certificate")
    return ", ".join(words)


def certificate_line(answer: Answer) -> str | None:
    """What the certificate says, in a line; None where none was shown."""
    return None if answer.certificate is None else f"certificate: {describe_certificate(answer.certificate)}"


def describe_certificate(certificate: Certificate) -> str:
    """Names, validity, issuer, key: `www.example, until 2027-01-01, by CN=…, key rsa 2048 spki ab12…`."""
    names = [shown(name) for name in certificate.names[:3]]
    if len(certificate.names) > len(names):
        names.append(f"{len(certificate.names) - len(names)} more names")
    size = "" if certificate.key_size is None else f" {certificate.key_size}"
    by = "self-signed" if certificate.self_signed else f"by {shown(certificate.issuer) or 'nobody'}"
    return ", ".join(
        [
            *(names or [shown(certificate.subject) or "no name"]),
            f"{certificate.not_before[:10] or '?'} to {certificate.not_after[:10] or '?'}",
            by,
            f"key {certificate.key_type or 'unknown'}{size}, spki {certificate.spki_sha256[:16]}…",
        ]
    )


def dialogue(facts: Mapping[str, Any]) -> Iterator[str]:
    """The dialogue of a probe, line by line: each connection, its messages by type and length, its parts, its end.

    Nothing of what a message held: the facts don't have it.
    """
    connections = facts["connections"]
    for number, each in enumerate(connections, 1):
        offered = each["offered"]
        name = "no name" if offered["name"] is None else f"name {shown(offered['name'])}"
        offer = ", ".join([*offered["versions"][:1], name]) if offered["versions"] else "the client's hello"
        yield f"connection {number} of {len(connections)}, to ask {each['asked']} ({offer}), at {_ms(each['started'])}"
        for message in each["messages"]:
            yield f"  {message}"
        if each["version"] is not None:
            yield f"  = {_protocol(each)}"
        for part in each["parts"]:
            yield f"  = {_part(part)}"
        yield from (f"  = alert: {alert}" for alert in each["alerts"])
        if each["nudges"]:
            yield f"  = nudged {each['nudges']} times"
        yield from (
            f"  = {word}: {each[word]}" for word in ("failure", "not_tls", "refusal", "error") if each[word]
        )
        trip = "" if each["round_trip"] is None else f", round trip {_ms(each['round_trip'])}"
        yield f"  = {_ENDS[each['ended']]} after {_ms(each['microseconds'])}{trip}"


def _part(part: Mapping[str, Any]) -> str:
    said = f"{_PARTS[part['part']]}, {part['length']} bytes: {_ANSWERS.get(part['answer'], part['answer'])}"
    if part["answer"] in ("equal", "equal-so-far"):
        said += f", {part['bytes']} bytes equal to what we sent"
    took = part["microseconds"]
    return said if took is None else f"{said} {'in' if part['answer'] == 'none' else 'after'} {_ms(took)}"


def _ms(microseconds: int) -> str:
    return f"{microseconds / 1000:.1f} ms"
