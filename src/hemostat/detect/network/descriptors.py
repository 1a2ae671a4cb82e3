"""How many sockets there is room for: what a process may have open has a limit, which is the user's to set.

A process has two limits of open files (getrlimit(2), RLIMIT_NOFILE): the soft one holds, and may be raised up to the
hard one.
"""

import os
import resource
from contextlib import suppress
from typing import Final, NamedTuple

__all__ = ["Room", "make_room", "room"]

_OTHER_FILES: Final = 24
"""Descriptors for all that is no connection and opens while probes run: the ledger's files, modules that are loaded, a
socket that asks whether this host has an address.
"""
_A_QUESTION: Final = 3
"""Descriptors that the system's resolver may hold for one name: its files, a socket, and one of the other family."""
_MOST_QUESTIONS: Final = 128
_UNKNOWN: Final = 16
"""Open files of a process that can't be looked at."""


class Room(NamedTuple):
    """What may be under way at once: `probes` (each has one connection at a time), `questions` to the resolver."""

    probes: int
    questions: int


def room(wanted: int) -> Room:
    """What there is room for of `wanted` probes, and for questions beside them; at least one of each, even where that
    is one too many.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return Room(wanted, _MOST_QUESTIONS)
    free = soft - _open() - _OTHER_FILES
    # Names come before probes, so that they never starve them: but a third is enough where there is little.
    questions = max(1, min(_MOST_QUESTIONS, free // 3 // _A_QUESTION))
    return Room(max(1, min(wanted, free - questions * _A_QUESTION)), questions)


def make_room(wanted: int) -> int:
    """Raise the soft limit as far as `wanted` probes at once need and the hard one allows; how many there is room for
    then.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY:
        needed = wanted + _MOST_QUESTIONS * _A_QUESTION + _OTHER_FILES + _open()
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        if most > soft:
            # Some systems have a further limit below an infinite hard one: what there is has to do, then.
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return room(wanted).probes


def _open() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return _UNKNOWN
