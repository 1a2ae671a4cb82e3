"""Host names: from what a user writes to what the DNS holds."""

import re
from typing import Final

from hemostat.targets.errors import TargetError
from hemostat.targets.printable import shown

MAX_NAME: Final = 253
"""Characters in a name, without the dot at its end: 255 bytes on the wire (RFC 1035 section 2.3.4)."""

MAX_LABEL: Final = 63
"""Characters between two dots (RFC 1035 section 2.3.4)."""

# Letters, digits, hyphens, none of them first or last (RFC 1123 section 2.1). The underscore is no part of a
# host name, but real hosts have it and resolvers look it up.
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NAME: Final = re.compile(rf"{_LABEL.pattern}(?:\.{_LABEL.pattern})*\.?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_RANGE: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}-[0-9.]*")


def canonical_name(text: str) -> str:
    """The name in lower-case ASCII, each internationalised label as its A-label (RFC 5890 section 2.3.2.1).

    A dot at the end is kept: it says that the name is whole, so that the resolver appends nothing. Names in
    other scripts are mapped by UTS #46, non-transitional, and held to IDNA 2008.

    Raises `TargetError`: `bad-name`, `bad-address` (the last label is a number), `network` (a range of
    addresses).
    """
    name = text.lower() if text.isascii() else _to_ascii(text)
    if _RANGE.fullmatch(name):
        raise TargetError(
            "network",
            f"'{shown(text)}' is a range of addresses, and `check` asks one by one; write one address",
        )
    if not _NAME.fullmatch(name) or len(name.removesuffix(".")) > MAX_NAME:
        raise TargetError("bad-name", _what_is_wrong(text, name))
    # A name whose last label is a number is no name; some resolvers would read an address in it that nobody
    # meant.
    if _NUMBER.fullmatch(name.removesuffix(".").rpartition(".")[2]):
        raise TargetError(
            "bad-address",
            f"'{shown(text)}' is not an IPv4 address: write four numbers from 0 to 255, as 192.0.2.1",
        )
    return name


def _to_ascii(text: str) -> str:
    if len(text) > MAX_NAME:
        # idna's work grows faster than its input.
        raise TargetError("bad-name", f"the host has {len(text)} characters; a name has at most {MAX_NAME}")
    import idna  # here, since hardly any target needs it

    try:
        # Label by label, as idna refuses an underscore even where it stands in a label of plain ASCII.
        labels = idna.uts46_remap(text, std3_rules=False, transitional=False).split(".")
        return ".".join(
            label if label.isascii() else idna.alabel(label).decode("ascii") for label in labels
        ).lower()
    except idna.IDNAError as error:
        raise TargetError(
            "bad-name",
            f"'{shown(text)}' is not an internationalised name ({shown(str(error))});"
            " if the host really has it, write the form that begins with xn--",
        ) from None


def _what_is_wrong(text: str, name: str) -> str:
    whole = name.removesuffix(".")
    if len(whole) > MAX_NAME:
        return f"the host has {len(whole)} characters; a name has at most {MAX_NAME}"
    for label in whole.split("."):
        if not label:
            return f"'{shown(text)}' has a dot with nothing before it; write one dot between two parts"
        if len(label) > MAX_LABEL:
            return f"the part '{shown(label)}' has {len(label)} characters; a part has at most {MAX_LABEL}"
        strange = re.search(r"[^a-z0-9_-]", label)
        if strange:
            return (
                f"'{shown(text)}' is not a host name: '{shown(strange[0])}' is not allowed in one;"
                " letters, digits, hyphens and dots are"
            )
        if not _LABEL.fullmatch(label):
            return f"the part '{shown(label)}' begins or ends with a hyphen; a part of a host name never does"
    return f"'{shown(text)}' is not a host name"
