"""Replies of three digits, in one line or several: SMTP's, LMTP's, FTP's, NNTP's first lines.

RFC 5321 section 4.2, RFC 959 section 4.2, RFC 3977 section 3.2.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from hemostat.layers.spoken import Line, Refused, Want

__all__ = ["Reply", "reply"]

_MOST_LINES: Final = 256


class Reply(NamedTuple):
    """`code`: three digits. `lines`: the texts behind it, without it."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def kind(self) -> int:
        """Its first digit: 2 done, 3 go on, 4 not now, 5 no."""
        return self.code // 100


def reply(*, any_line: bool = False) -> Generator[Want, bytes, Reply]:
    """Hear one reply. `any_line`: lines between the first and the last may look like anything (RFC 959 section 4.2).

    Raises Refused: `other-protocol` where it begins with no code, `broken-words` where it does and goes on otherwise,
    `too-long`.
    """
    first = yield Line()
    code = _code(first)
    if code is None:
        raise Refused("other-protocol")
    lines = [first[4:]]
    line = first
    while line[3:4] == b"-" or (any_line and len(lines) > 1 and not _ends(line, code)):
        if len(lines) == _MOST_LINES:
            raise Refused("too-long")
        line = yield Line()
        if not any_line and _code(line) != code:
            raise Refused("broken-words")
        lines.append(line[4:] if _code(line) == code else line)
    return Reply(code, tuple(lines))


def _ends(line: bytes, code: int) -> bool:
    return _code(line) == code and line[3:4] != b"-"


def _code(line: bytes) -> int | None:
    """The code that a line begins with; behind it stand a space, a hyphen, or nothing."""
    digits = line[:3]
    if len(digits) == 3 and digits.isdigit() and digits.isascii() and line[3:4] in (b"", b" ", b"-"):
        return int(digits)
    return None
