"""A certificate and its key, out of the two directives that name them."""

import re
from typing import Final

from hemostat.software.reading.files import resolve
from hemostat.software.reading.tree import Directive
from hemostat.software.reading.use import Form, KeyUse, Unresolved

__all__ = ["form_of", "pair_of", "unlocated"]

_ELSEWHERE: Final = re.compile(
    r"(?:engine|store|pkcs11|provider|tpm2?|org\.openssl\.engine)\s*:", re.IGNORECASE
)
_INLINE: Final = re.compile(r"data:|-----BEGIN|\[inline\]|\[\[INLINE\]\]", re.IGNORECASE)


def form_of(path: str) -> Form:
    """The form that a file's name speaks of."""
    if path.lower().endswith((".p12", ".pfx", ".pkcs12")):
        return "pkcs12"
    return "jks" if path.lower().endswith((".jks", ".keystore")) else "pem"


def unlocated(value: str) -> Unresolved | None:
    """Why a value is not the path of a file; None where it is one."""
    if not value or "\0" in value:
        return "broken"
    if _INLINE.match(value):
        return "inline"
    if _ELSEWHERE.match(value):
        return "engine"
    return "variable" if "$" in value or "%{" in value else None


def pair_of(
    certificate: Directive | None,
    key: Directive | None,
    folder: str,
    *,
    together: bool = False,
) -> KeyUse:
    """The use that two directives speak of; one of them must be given. `together`: where no key is named, the
    certificate's file has it.
    """
    said = certificate or key
    if said is None:
        raise ValueError("neither a certificate nor a key")
    paths: list[str | None] = []
    why: Unresolved | None = None if certificate and (key or together) else "missing"
    written = None
    for each in (certificate, key):
        path: str | None = None
        if each:
            found = unlocated(each.value)
            if found is None:
                path = resolve(each.value, folder)
            else:
                why, written = found, (each.value if found == "variable" else written)
        paths.append(path)
    first, second = paths
    second = first if together and not key else second
    return KeyUse(
        file=said.path,
        line=said.line,
        certificate=first,
        key=second,
        form=form_of(first or second or ""),
        unresolved=why,
        written=written,
    )
