"""A certificate, read from its DER (RFC 5280), as far as what it says of itself can be shown and compared."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from hemostat.certificates.algorithms import SIGNATURES
from hemostat.certificates.dates import read_date
from hemostat.certificates.der import (
    BOOLEAN,
    INTEGER,
    SEQUENCE,
    Element,
    children,
    dotted,
    read_element,
    read_frame,
)
from hemostat.certificates.errors import CertificateError
from hemostat.certificates.keys import read_key
from hemostat.certificates.names import alternative_names, common_name, distinguished_name
from hemostat.certificates.signature import refutes_itself

__all__ = ["Certificate", "read_certificate"]

_LONGEST_SERIAL: Final = 64
"""Bytes of a serial number that are kept, at most; RFC 5280 allows 20."""
_LONGEST_CHECKED: Final = 1 << 17
"""Bytes of a certificate whose signature is checked, at most."""
_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3
_ALTERNATIVE_NAMES: Final = "2.5.29.17"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says. Nothing of it is believed: no chain is checked, and no date.

    All texts are printable, one line, without control or bidirectional characters. `sha256` and `spki_sha256`
    are always there; what else could not be read is empty, and named in `unread`.
    """

    sha256: str
    """Of the DER, as 64 hex digits."""
    subject: str
    """As RFC 4514 writes it, `CN=www.example,O=Example`; at most 1024 characters."""
    names: tuple[str, ...]
    r"""Hosts that it is for: the dNSNames and iPAddresses, as shown and in that order, none twice, at most
    256. Where it has none, the subject's common name. What does not print, and `\`, is `\` and hex."""
    issuer: str
    """As `subject`."""
    serial: str
    """In hex, lower case, two digits a byte; after a `-` where it is negative; at most 64 bytes."""
    not_before: str
    """RFC 3339 in UTC, `2026-11-24T04:30:00.000000Z`; empty for a date that does not exist."""
    not_after: str
    spki_sha256: str
    """SHA-256 of the SubjectPublicKeyInfo, byte for byte as it stands in the certificate (RFC 7469 section
    2.4): which key it is."""
    key_type: str
    """`rsa`, `ec`, `ed25519`, `ed448`, `dsa`, …; the object identifier of others, `1.2.643.7.1.1.1.1`."""
    key_size: int | None
    """Bits of the modulus, the prime or the curve's field; None where there's no such number, or it can't be told."""
    self_signed: bool
    """Issuer and subject are the same bytes, and the signature is by the certificate's own key, or is of a
    kind that can't be checked here. It says who vouches for the certificate: nobody."""
    signature_algorithm: str
    """`sha256WithRSAEncryption`, `ecdsa-with-SHA256`, …; the object identifier of others."""
    unread: tuple[str, ...]
    """Fields, sorted, of which not all could be read or kept: malformed, too long or too many."""

    def as_json(self) -> dict[str, Any]:
        """All fields by their names, as values that JSON has."""
        return asdict(self) | {"names": list(self.names), "unread": list(self.unread)}


def read_certificate(der: bytes) -> Certificate:
    """Read what can be read.

    Works on whatever has the frame of a certificate up to its key: texts in the wrong alphabet, dates that
    don't exist, extensions given twice, keys of unknown kinds, an end that is missing.
    Raises `CertificateError`, and nothing else, where not even a key is found: `truncated`, `malformed`.
    """
    return _Reader(der).certificate()


class _Reader:
    """The fields of one TBSCertificate, in the order in which they stand there (RFC 5280 section 4.1)."""

    def __init__(self, der: bytes) -> None:
        self._der = der
        self._unread: set[str] = set()
        frame, _ = read_frame(der, 0, len(der))
        self._body, self._is_whole = read_frame(der, frame.inner, frame.end)
        self._at = self._body.inner
        if der[self._at : self._at + 1] == bytes([_VERSION]):
            self._next(_VERSION)
        self._serial = self._next()
        self._algorithm = self._next(SEQUENCE)
        self._issuer = self._next(SEQUENCE)
        self._validity = self._next(SEQUENCE)
        self._subject = self._next(SEQUENCE)
        self._spki = self._next(SEQUENCE)

    def _next(self, tag: int | None = None) -> Element:
        element = read_element(self._der, self._at, self._body.end, tag)
        self._at = element.end
        return element

    def certificate(self) -> Certificate:
        not_before, not_after = self._dates()
        key_type, key_size = read_key(self._spki)
        self._note("key_type", bool(key_type))
        subject = self._text("subject", self._subject)
        issuer = self._text("issuer", self._issuer)
        names = self._names()
        serial = self._serial_number()
        signature_algorithm = self._signature_algorithm()
        return Certificate(
            sha256=sha256(self._der).hexdigest(),
            subject=subject,
            names=names,
            issuer=issuer,
            serial=serial,
            not_before=not_before,
            not_after=not_after,
            spki_sha256=sha256(self._spki.whole()).hexdigest(),
            key_type=key_type,
            key_size=key_size,
            self_signed=self._is_self_signed(),
            signature_algorithm=signature_algorithm,
            unread=tuple(sorted(self._unread)),
        )

    def _note(self, field: str, whole: bool) -> None:
        if not whole:
            self._unread.add(field)

    def _text(self, field: str, name: Element) -> str:
        text, whole = distinguished_name(name)
        self._note(field, whole)
        return text

    def _serial_number(self) -> str:
        contents = self._serial.contents()
        self._note("serial", self._serial.tag == INTEGER and 0 < len(contents) <= _LONGEST_SERIAL)
        if self._serial.tag != INTEGER or not contents:
            return ""
        number = int.from_bytes(contents[:_LONGEST_SERIAL], "big", signed=True)
        digits = f"{abs(number):x}"
        return f"{'-' if number < 0 else ''}{'0' * (len(digits) % 2)}{digits}"

    def _dates(self) -> tuple[str, str]:
        dates = {"not_before": "", "not_after": ""}
        try:
            for field, element in zip(dates, children(self._validity), strict=False):
                dates[field] = read_date(element) or ""
        except CertificateError:
            pass  # What stood before it has been read.
        for field, text in dates.items():
            self._note(field, bool(text))
        return dates["not_before"], dates["not_after"]

    def _signature_algorithm(self) -> str:
        try:
            identifier = dotted(read_element(self._der, self._algorithm.inner, self._algorithm.end))
        except CertificateError:
            self._note("signature_algorithm", False)
            return ""
        return SIGNATURES.get(identifier, identifier)

    def _names(self) -> tuple[str, ...]:
        names, whole = alternative_names(self._alternative_names())
        self._note("names", whole and self._is_whole)
        if not names:
            names = [name for name in [common_name(self._subject)] if name is not None]
        return tuple(names)

    def _alternative_names(self) -> Iterator[Element]:
        """The value of each subjectAltName: more than one is forbidden (RFC 5280 section 4.2), but seen."""
        for field in children(self._body._replace(inner=self._at)):
            if field.tag == _EXTENSIONS:
                for extension in children(
                    read_element(self._der, field.inner, field.end, SEQUENCE), SEQUENCE
                ):
                    identifier = read_element(self._der, extension.inner, extension.end)
                    value = read_element(self._der, identifier.end, extension.end)
                    if value.tag == BOOLEAN:
                        value = read_element(self._der, value.end, extension.end)
                    if dotted(identifier) == _ALTERNATIVE_NAMES:
                        yield value

    def _is_self_signed(self) -> bool:
        if self._issuer.contents() != self._subject.contents():
            return False
        return len(self._der) > _LONGEST_CHECKED or not refutes_itself(self._der)
