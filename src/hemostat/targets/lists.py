"""Lists of targets, one a line, from a file or a pipe: read as they come, in bounded memory.

A line holds one target: its first field, up to a space, a tab or a comma; it may stand in double quotes. What
follows is the user's own and ignored. `#` at the beginning of a line or after a space or tab begins a
comment. Lines end with LF, CRLF or CR. Text is UTF-8, with or without a byte order mark; a stream
(`parse_chunks`) may also be UTF-16 with one.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from hemostat.targets.errors import TargetError
from hemostat.targets.printable import shown
from hemostat.targets.schemes import Schemes
from hemostat.targets.target import Target, parse_target, split_target

MAX_LINE: Final = 4096
"""Bytes in a line, its end not counted (in UTF-8, also where the file is UTF-16)."""

_BREAK: Final = re.compile(rb"\r\n|\n|\r")
_COMMENT: Final = re.compile(r"(?:^|[ \t])#")
_END_OF_FIELD: Final = re.compile(r"[ \t]*,[ \t]*|[ \t]+")
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A line that names a target. `number` counts lines from 1."""

    number: int
    target: Target


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that does not. `text` is its beginning, safe to print; `code` and `message` are as in
    `TargetError`. `source`: what the list is called, None where nobody said.
    """

    number: int
    text: str
    code: str
    message: str
    source: str | None = None


class SeenTargets:
    """The targets that were there already, in whatever way they were written: 16 bytes of digest for each (about 100
    bytes of memory). `repeated` counts those that came again.
    """

    def __init__(self) -> None:
        self.repeated = 0
        self._digests: set[bytes] = set()

    def add(self, target: Target) -> bool:
        """Whether it is new."""
        key = f"{target.transport} {target.dialect} {target.host} {target.port}"
        digest = blake2b(key.encode(), digest_size=16).digest()
        if digest in self._digests:
            self.repeated += 1
            return False
        self._digests.add(digest)
        return True


class TargetLines(Iterator[TargetLine | BadLine]):
    """The lines of a list, one `TargetLine` or `BadLine` for each that is neither blank nor a repetition.

    `lines`, `targets`, `bad` and `duplicates` count what was read, given, refused and dropped so far. A repetition
    is what `seen` has already; where that is None, nothing is one.
    """

    def __init__(
        self,
        lines: Iterator[tuple[bytes, bool]],
        *,
        default_port: int | None,
        schemes: Schemes,
        seen: SeenTargets | None,
        source: str | None,
    ) -> None:
        self.lines = self.targets = self.bad = self.duplicates = 0
        self._lines = lines
        self._name = source
        self._default_port = default_port
        self._schemes = schemes
        self._seen = seen

    def __next__(self) -> TargetLine | BadLine:
        for raw, cut in self._lines:
            self.lines += 1
            found = self._read(raw, cut)
            if isinstance(found, BadLine):
                self.bad += 1
                return found
            if found is None:
                continue
            if self._seen is None or self._seen.add(found.target):
                self.targets += 1
                return found
            self.duplicates += 1
        raise StopIteration

    def _read(self, raw: bytes, cut: bool) -> TargetLine | BadLine | None:
        if self.lines == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
            if raw.startswith(_UTF16_MARKS):
                self._lines = iter(())  # what follows is not cut where its lines end
                return self._refuse(
                    raw, "utf-16", "this list is UTF-16; save it as UTF-8, or give it as a stream"
                )
        if cut:
            message = f"the line has more than {MAX_LINE} bytes; write one target a line"
            return self._refuse(raw, "too-long", message)
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            wrong = f"byte {error.start + 1} of the line (0x{raw[error.start]:02x})"
            message = f"{wrong} is not UTF-8 text; save the list as UTF-8"
            return self._refuse(raw, "not-utf-8", message)
        comment = _COMMENT.search(text)
        if comment:
            text = text[: comment.start()]
        if not text or text.isspace():
            return None
        try:
            return TargetLine(self.lines, self._target(text))
        except TargetError as error:
            return self._refuse(raw, error.code, error.message)

    def _target(self, text: str) -> Target:
        first, after = _fields(text)
        target = parse_target(first, self._schemes, default_port=self._default_port)
        # "example.org 8443" would be asked at another port than was meant, and nobody would see it.
        if _may_be_port(after) and split_target(first, self._schemes).port is None:
            raise TargetError(
                "bad-form",
                f"a number follows the target; for a port write {shown(_with_port(first, target, after))},"
                f" for a comment write # before {after}",
            )
        return target

    def _refuse(self, raw: bytes, code: str, message: str) -> BadLine:
        text = shown(raw.decode(errors="backslashreplace").strip())
        return BadLine(self.lines, text, code, message, self._name)


def parse_chunks(
    chunks: Iterable[bytes | str],
    schemes: Schemes,
    *,
    default_port: int | None = None,
    unique: bool = True,
    seen: SeenTargets | None = None,
    source: str | None = None,
) -> TargetLines:
    """The targets of a stream, given in pieces of any size, cut anywhere: `iter(lambda: file.read1(65536),
    b"")`.

    Memory does not depend on the length of the stream or of a line, but for the digests of `SeenTargets`: one of the
    list's own, or `seen`, where several lists are one; none where `unique` is False. `source`: what bad lines call it.
    UTF-16 is told by its byte order mark and decoded. Raises nothing of its own; bad lines are given as
    `BadLine`.
    """
    lines = _split(_as_utf8(chunks), each_is_whole=False)
    own = (seen or SeenTargets()) if unique else None
    return TargetLines(lines, default_port=default_port, schemes=schemes, seen=own, source=source)


def parse_lines(
    lines: Iterable[bytes | str],
    schemes: Schemes,
    *,
    default_port: int | None = None,
    unique: bool = True,
) -> TargetLines:
    """The targets of lines, with or without their line ends: a list of strings, or a file opened and
    iterated.

    An item that holds line ends inside is as many lines. UTF-16 cannot be cut into lines of bytes: it yields
    one `BadLine` and nothing more. For files and pipes `parse_chunks` is the better door: iterating a file
    reads a line whole, however long.
    """
    whole = _split(lines, each_is_whole=True)
    own = SeenTargets() if unique else None
    return TargetLines(whole, default_port=default_port, schemes=schemes, seen=own, source=None)


def _split(pieces: Iterable[bytes | str], *, each_is_whole: bool) -> Iterator[tuple[bytes, bool]]:
    """Lines without their ends, each at most `MAX_LINE` bytes, and whether more of it was thrown away."""
    held = bytearray()
    cut = False
    after_return = False
    for piece in pieces:
        # A lone surrogate has no UTF-8; passed on as the bytes that it would have, it makes a bad line of its
        # own.
        data = piece.encode(errors="surrogatepass") if isinstance(piece, str) else piece
        start = 1 if after_return and data.startswith(b"\n") else 0
        if data:
            after_return = data.endswith(b"\r") and not each_is_whole
        for end in _BREAK.finditer(data, start):
            room = MAX_LINE - len(held)
            held += data[start : min(end.start(), start + room)]
            yield bytes(held), cut or end.start() - start > room
            held.clear()
            cut = False
            start = end.end()
        room = MAX_LINE - len(held)
        held += data[start : start + room]
        cut = cut or len(data) - start > room
        if each_is_whole and (held or cut or not data):
            yield bytes(held), cut
            held.clear()
            cut = False
    if held or cut:
        yield bytes(held), cut


def _as_utf8(chunks: Iterable[bytes | str]) -> Iterator[bytes | str]:
    """The chunks as they are, or transcoded where the stream begins with a mark of UTF-16."""
    head = b""
    source = iter(chunks)
    for chunk in source:
        if not chunk:
            continue
        if isinstance(chunk, str):
            yield head
            yield chunk
            break
        head += chunk
        if len(head) < 2:
            continue
        if not head.startswith(_UTF16_MARKS):
            yield head
            break
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        yield decoder.decode(head)
        for later in source:
            yield later if isinstance(later, str) else decoder.decode(later)
        yield decoder.decode(b"", final=True)
        return
    else:
        yield head
    yield from source


def _fields(text: str) -> tuple[str, str]:
    """The first field of a line, without its quotes, and the second (empty where there is none)."""
    text = text.strip(" \t")
    quoted, closing, after = text[1:].partition('"')
    if text.startswith('"') and closing:
        return quoted, _END_OF_FIELD.split(after.lstrip(" \t,"), maxsplit=1)[0]
    fields = _END_OF_FIELD.split(text, maxsplit=2)
    return fields[0], fields[1] if len(fields) > 1 else ""


def _may_be_port(text: str) -> bool:
    return len(text) <= 5 and text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def _with_port(written: str, target: Target, port: str) -> str:
    before, separator, _ = written.strip().partition("://")
    scheme = f"{before.lower()}://" if separator else ""
    return f"{scheme}[{target.host}]:{port}" if ":" in target.host else f"{scheme}{target.host}:{port}"
