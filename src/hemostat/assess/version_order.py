"""Which of two package versions is the later one, by the rules of the distribution's own tools.

The comparing is done by univers, each of whose modules is imported when its order is first asked for.
"""

import re
from typing import Final, Literal

__all__ = ["MAX_VERSION", "Order", "compare", "is_version"]

Order = Literal["deb", "rpm", "ebuild"]
"""deb-version(7); rpm's EVR, rpm-version(7); Gentoo's ebuilds, PMS section 3.2."""

MAX_VERSION: Final = 256

_FORMS: Final[dict[Order, re.Pattern[str]]] = {
    "deb": re.compile(r"(?:[0-9]{1,9}:)?[0-9][A-Za-z0-9.+~-]*"),
    # With its release: without one, rpm compares nothing but versions, and a backport can't be told.
    "rpm": re.compile(r"(?:[0-9]{1,9}:)?[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+"),
    "ebuild": re.compile(
        r"[0-9]+(?:\.[0-9]+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)[0-9]*)*(?:-r[0-9]{1,9})?",
    ),
}


def is_version(order: Order, text: str) -> bool:
    """Whether the text is a whole version of that kind."""
    return len(text) <= MAX_VERSION and _FORMS[order].fullmatch(text) is not None


def compare(order: Order, one: str, other: str) -> int:
    """Less than 0 where `one` is the earlier, 0 where they are equal, more than 0 where it is the later.

    Raises ValueError unless both are versions of that kind (`is_version`).
    """
    if not (is_version(order, one) and is_version(order, other)):
        raise ValueError("not two versions of that kind")
    if order == "deb":
        from univers.debian import compare_versions

        return int(compare_versions(one, other))  # type: ignore[no-untyped-call]
    if order == "rpm":
        from univers.rpm import compare_rpm_versions

        return int(compare_rpm_versions(one, other))
    from univers.gentoo import vercmp

    return int(vercmp(one, other))  # type: ignore[no-untyped-call]
