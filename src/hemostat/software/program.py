"""What a server program is to hemostat: how it is recognised, and how its configuration says which keys it uses."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from posixpath import basename
from typing import Final

from hemostat.software.reading import MAX_LINE, Continued, Files, KeyUse, Lines, Numbered, matches, resolve

__all__ = ["MAX_USES", "Dump", "Program", "Reading"]

MAX_USES: Final = 8192
"""Uses of one configuration; more are said to be more."""

_WORD: Final = re.compile(
    r"""[\s"'<!\[\](){}.-]*(?:(?<=<)/)?"""
    # Whole words alone: a line of a key in Base64 may begin with the letters of one.
    r"""(/|[A-Za-z0-9_$][A-Za-z0-9_.@-]*(?=[\s=:;{(\[>"']|$))?"""
)
_KEY_MARK: Final = "-----BEGIN"
_NO_BASE64: Final = re.compile(r"[._-]")
_SECTION: Final = re.compile(r"\s*\[[^\]=]*\]\s*")
_VALUE: Final = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[0-9]+)[\s)]*""")
_INTERPRETER: Final = re.compile(r"(?:lua|python|perl|ruby|java|beam|erlexec)[a-z0-9.-]*")


def _value_of(option: str, word: str, following: Iterator[str]) -> str | None:
    """What a word of a command line, or the one that follows it, gives to an option; None where it is another."""
    if not option:
        return None
    if word == option:
        return next(following, "")
    if option.startswith("--"):
        return word[len(option) + 1 :] if word.startswith(option + "=") else None
    return word[len(option) :] if word.startswith(option) and len(option) == 2 else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a configuration says.

    uses   where it names certificates and keys, and what of it could not be read (`unresolved`)
    wants  absolute paths and glob patterns that it begins with and includes: where there are such files that were not
           given yet, bring them and read again. One that is a folder means all files below it
    """

    uses: tuple[KeyUse, ...]
    wants: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """How the program itself prints its effective configuration.

    argv    the command; options that name a configuration are added by who runs it
    read    what it printed → files, the first being where to start, to be read as the program's own
    source  where the command is documented
    """

    argv: tuple[str, ...]
    read: Callable[[str], Mapping[str, Lines]]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One server program.

    name            as its file here, and in evidence
    title           for people
    source          where its configuration is documented
    executables     by which a process is recognised: file names, or the ends of paths (`postfix/sbin/master`)
    units           what stops and starts it: systemd units and init scripts by name, on the distributions
    configurations  where its configuration begins on the distributions: absolute paths and glob patterns
    options         of its command line, whose argument is the configuration (`-c`), or "" where its first argument is
                    → the file, where what is named so is its folder, else ""
    folder_option   of its command line, which says from which folder these are seen, in place of the process's own
    allow           names of directives, in lower case, whose lines a collector may print: never one that may hold a
                    password or a key. `/`: a line that is a path alone
    several         what parts the directives of a line, where it may hold several: an expression of POSIX (extended),
                    without blanks and single quotes, so that it may stand in a table of a shell and be awk's
    comment         likewise, what begins a comment at a line's begin or behind a blank
    continued       what makes a line go on with the one before: an indent, or a backslash at the end of that
    uses            the reader: files → uses
    dump            its own word on it, where it can print that
    """

    name: str
    title: str
    source: str
    executables: tuple[str, ...]
    units: tuple[str, ...]
    configurations: tuple[str, ...]
    allow: frozenset[str]
    uses: Callable[[Files], Iterator[KeyUse]]
    options: Mapping[str, str] = field(default_factory=dict)
    folder_option: str = ""
    several: str | None = None
    comment: str = "#"
    continued: Continued = "never"
    dump: Dump | None = None

    def read(self, files: Mapping[str, Lines], starts: Sequence[str] | None = None) -> Reading:
        """Reads a configuration: files by absolute path, each the lines that are known of it, with their numbers.

        `starts`: the files that it begins with; without them, those of `files` that lie where the distributions keep
        them. Never raises for what the files hold: what can't be read is a use that says why.
        """
        if starts is None:
            starts = [
                path
                for path in sorted(files)
                if any(matches(path, pattern) for pattern in self.configurations)
            ]
        given = Files(files, starts)
        for start in given.starts:
            given.matching(start)
        uses = list(islice(self.uses(given), MAX_USES))
        if len(uses) == MAX_USES:
            given.lose(uses[-1].file, uses[-1].line, "too-much")
        return Reading((*dict.fromkeys((*uses, *given.lost)),), tuple(given.wants))

    def read_dump(self, text: str) -> Reading:
        """Reads what the command of `dump` printed. ValueError where the program has none."""
        if self.dump is None:
            raise ValueError(f"{self.name} does not print its configuration")
        files = self.dump.read(text)
        return self.read(files, tuple(islice(files, 1)))

    def runs(self, executable: str, argv: Sequence[str] = ()) -> bool:
        """Whether a process with this executable (a path) is one of this program. Where an interpreter runs it, its
        command line tells.
        """
        if self._is(executable):
            return True
        return _INTERPRETER.fullmatch(basename(executable)) is not None and any(map(self._is, argv[1:32]))

    def _is(self, path: str) -> bool:
        return any(("/" + path).endswith("/" + each) for each in self.executables)

    def named_by(self, argv: Sequence[str], folder: str = "/") -> tuple[str, ...]:
        """The configurations that a command line names, seen from the process's folder; none where it names none."""
        found: list[tuple[str, str]] = []
        given = list(argv[1:])
        if "" in self.options and given and not given[0].startswith("-"):
            found.append((given[0], self.options[""]))
        words = iter(given)
        for word in words:
            for option in (*self.options, self.folder_option):
                value = _value_of(option, word, words)
                if value and option == self.folder_option:
                    folder = resolve(value, folder)
                elif value:
                    found.append((value, self.options[option]))
                if value is not None:
                    break
        return tuple(
            resolve(inside, resolve(path, folder)) if inside else resolve(path, folder)
            for path, inside in found
        )

    def printed(self, lines: Iterable[Numbered]) -> list[Numbered]:
        """What a collector may print of a configuration: lines, without their comments.

        A line may be that is `printable`. One that goes on with the line before may be where that may; and where a line
        may hold several directives, it has to be printable by itself too.
        """
        found: list[Numbered] = []
        printed, open_end = False, False
        for number, text in lines:
            kept = self.printable(text)
            goes_on = open_end if self.continued == "backslash" else text[:1] in (" ", "\t")
            empty = not re.sub(rf"^\s*({self.comment}).*", "", text).strip()
            if self.continued != "never" and goes_on and not empty:
                if not printed:
                    kept = None
                elif self.several is None:
                    kept = text.rstrip()
            if kept is not None:
                found.append((number, kept))
            if not empty:
                printed = kept is not None or (printed and goes_on and self.continued == "indent")
            open_end = text.rstrip().endswith("\\")
        return found

    def printable(self, line: str) -> str | None:
        """What a collector may print of a line that begins a directive: the line without a comment, or None.

        It may where each directive of the line is one of `allow`. Lines that name a section, or hold brackets alone,
        are structure and may always be. docs/software.md states the rule step by step.
        """
        line = re.sub(rf"(^|\s)({self.comment}).*", "", line).rstrip()
        if not line or len(line) > MAX_LINE or line.lstrip()[:1] == ";":
            return None
        # A key that stands there itself ends with its first mark.
        marked = line.find(_KEY_MARK)
        line = line if marked < 0 else line[: marked + len(_KEY_MARK)]
        if _SECTION.fullmatch(line):
            return line
        pieces = re.sub(self.several, "\n", line).split("\n") if self.several else [line]
        said = False
        for piece in pieces:
            found = _WORD.match(piece)
            word = (found[1] or "") if found else ""
            if not piece.strip() or (not word and found and found.end() == len(piece)):
                continue
            if word.lower() in self.allow and (word != "/" or _NO_BASE64.search(piece)):
                said = True
            elif not (said and _VALUE.fullmatch(piece)):
                return None
        return line
