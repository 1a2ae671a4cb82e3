"""Configurations written in a test: files by path, and what is read of them."""

from collections.abc import Sequence
from textwrap import dedent

from hemostat.software import KeyUse, numbered, programs

__all__ = ["kept", "read"]


def read(program: str, start: str, text: str, **further: str) -> tuple[KeyUse, ...]:
    """What a program's configuration says. `further`: more files, their paths relative to the first one's folder, with
    `__` for a slash and `_dot_` for a dot.
    """
    folder = start.rpartition("/")[0]
    files = {start: numbered(dedent(text))}
    for name, each in further.items():
        path = name.replace("__", "/").replace("_dot_", ".")
        files[f"{folder}/{path}"] = numbered(dedent(each))
    return programs()[program].read(files, (start,)).uses


def kept(program: str, text: str) -> list[tuple[int, str]]:
    """The lines of a configuration that a collector may print."""
    lines: Sequence[tuple[int, str | None]] = [
        (number, programs()[program].printable(line)) for number, line in numbered(dedent(text))
    ]
    return [(number, line) for number, line in lines if line is not None]
