"""What can happen to bytes on their way, as strategies: cut in pieces, garbled, random from the start.

And `outcome`, which every reader of `hemostat.wire` promises: a value, or a `WireError` of a documented code.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import ParamSpec, TypeVar

from hypothesis import strategies as st

from hemostat.wire import WIRE_ERROR_CODES, WireError

__all__ = ["byte_by_byte", "garbled", "in_pieces", "outcome"]

P = ParamSpec("P")
T = TypeVar("T")


def outcome(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | str:
    """What `read` gives, or the code that it raised. Any other exception is the test's failure."""
    try:
        return read(*args, **kwargs)
    except WireError as error:
        code = error.code
    assert code in WIRE_ERROR_CODES
    return code


def byte_by_byte(data: bytes) -> list[bytes]:
    """One piece a byte."""
    return [data[at : at + 1] for at in range(len(data))]


@st.composite
def in_pieces(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """`data` cut anywhere, at most 12 times; pieces may be empty."""
    places = draw(st.lists(st.integers(0, len(data)), max_size=12))
    stops = [0, *sorted(places), len(data)]
    return [data[start:stop] for start, stop in pairwise(stops)]


@st.composite
def garbled(draw: st.DrawFn, valid: bytes) -> bytes:
    """`valid` with 1 to 4 accidents: a bit flipped, a byte overwritten, bytes inserted, left out, cut."""
    data = bytearray(valid)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        accident = draw(st.sampled_from(("flip", "write", "insert", "remove", "cut")))
        if accident == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif accident == "write" and data:
            data[at] = draw(st.integers(0, 255))
        elif accident == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif accident == "remove":
            del data[at : at + draw(st.integers(1, 8))]
        else:
            del data[at:]
    return bytes(data)
