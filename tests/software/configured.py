"""Configurations written in a test: files by path, and what is read of them."""

from textwrap import dedent

from hemostat.software import KeyUse, numbered, programs
from hemostat.software.reading import Numbered

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


def kept(program: str, text: str) -> list[Numbered]:
    """The lines of a configuration that a collector may print."""
    return programs()[program].printed(numbered(dedent(text)))
