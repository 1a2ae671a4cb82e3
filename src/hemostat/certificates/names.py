r"""Names within a certificate: distinguished names as text, and the hosts that it is for."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from hemostat.certificates.der import (
    OBJECT_IDENTIFIER,
    SEQUENCE,
    SET,
    Element,
    children,
    dotted,
    read_element,
)
from hemostat.certificates.errors import CertificateError
from hemostat.certificates.texts import printable, read_string, shortened

__all__ = ["LONGEST_TEXT", "MOST_NAMES", "alternative_names", "common_name", "distinguished_name"]

LONGEST_TEXT: Final = 1024
"""Characters of a distinguished name that are kept, at most."""
MOST_NAMES: Final = 256
"""Hosts of one certificate that are kept, at most."""
_LONGEST_HOST: Final = 255
_MOST_SETS: Final = 64
_MOST_ATTRIBUTES: Final = 64

_SHORT: Final = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
"""The attribute types that RFC 4514 section 3 has short names for."""
_COMMON_NAME: Final = "2.5.4.3"
_DNS_NAME: Final = 0x82
_IP_ADDRESS: Final = 0x87


def distinguished_name(name: Element) -> tuple[str, bool]:
    r"""A Name as RFC 4514 writes it, `CN=www.example,O=Example\, Inc.`, the most specific first; and whether
    that is all of it.

    Attribute types without a short name there are written as numbers, values that are no text as `#` and hex
    of their DER. What does not print is escaped. A text over 1024 characters is cut, and ends in `...`; of a
    name that breaks off, or has more than 64 attributes, those before are written.
    """
    sets: list[list[str]] = []
    whole = True
    try:
        for set_ in _sets(name):
            sets.append([])
            for type, value in _attributes(set_):
                sets[-1].append(f"{_SHORT.get(type, type)}={_written(value)}")
    except CertificateError:
        whole = False
    text = ",".join("+".join(attributes) for attributes in reversed(sets) if attributes)
    text, uncut = shortened(text, LONGEST_TEXT)
    return text, whole and uncut


def common_name(name: Element) -> str | None:
    """The most specific common name of a subject that is short enough for a host, as hosts are shown; None
    where there is none. What stands before something unreadable counts.
    """
    found = None
    try:
        for set_ in _sets(name):
            for type, value in _attributes(set_):
                if type == _COMMON_NAME and value.end - value.inner <= 4 * _LONGEST_HOST:
                    found = read_string(value.tag, value.contents()) or found
    except CertificateError:
        pass  # Noted by distinguished_name, which meets the same.
    return None if found is None or len(found) > _LONGEST_HOST else _shown(found)


def alternative_names(values: Iterable[Element]) -> tuple[list[str], bool]:
    """The dNSNames and iPAddresses of the contents of each subjectAltName (RFC 5280 section 4.2.1.6; one,
    where that is obeyed), as shown, none twice; and whether these are all.

    Names that are empty or longer than 255 characters, which no host can have, addresses that are neither 4
    nor 16 bytes long, and whatever follows the first 256 are left out.
    """
    found: dict[str, None] = {}
    whole = True
    try:
        for value in values:
            for name in children(read_element(value.data, value.inner, value.end, SEQUENCE)):
                if len(found) == MOST_NAMES:
                    return list(found), False
                text = _host(name)
                if text is not None:
                    found[text] = None
                elif name.tag in (_DNS_NAME, _IP_ADDRESS):
                    whole = False
    except CertificateError:
        whole = False
    return list(found), whole


def _host(name: Element) -> str | None:
    length = name.end - name.inner
    if name.tag == _DNS_NAME and 0 < length <= _LONGEST_HOST:
        return _shown(read_string(0x16, name.contents()) or "")
    if name.tag == _IP_ADDRESS and length in (4, 16):
        return str(ip_address(name.contents()))
    return None


def _shown(host: str) -> str:
    return printable(host.replace("\\", r"\5c"))


def _sets(name: Element) -> Iterator[Element]:
    """Each RelativeDistinguishedName."""
    for count, set_ in enumerate(children(name, SET)):
        if count == _MOST_SETS:
            raise CertificateError("malformed")
        yield set_


def _attributes(set_: Element) -> Iterator[tuple[str, Element]]:
    """Type and value of each attribute of one RelativeDistinguishedName: one, nearly always."""
    for count, attribute in enumerate(children(set_, SEQUENCE)):
        if count == _MOST_ATTRIBUTES:
            raise CertificateError("malformed")
        type = read_element(set_.data, attribute.inner, attribute.end, OBJECT_IDENTIFIER)
        yield dotted(type), read_element(set_.data, type.end, attribute.end)


def _written(value: Element) -> str:
    """A value as RFC 4514 section 2.4 has it; of a long one, enough to be cut later."""
    text = read_string(value.tag, value.contents())
    if text is None:
        return "#" + value.data[value.begin : min(value.end, value.begin + LONGEST_TEXT)].hex()
    text = text[: LONGEST_TEXT + 1]
    for special in '\\"+,;<>':
        text = text.replace(special, "\\" + special)
    if text[:1] in ("#", " "):
        text = "\\" + text
    if text[-1:] == " " and text != "\\ ":
        text = text[:-1] + "\\ "
    return printable(text)
