"""Dialects for the tests of the exchange alone, made of layers."""

from collections.abc import Callable
from typing import Any

from hemostat.dialects import Dialect
from hemostat.layers import Layer

__all__ = ["dialect_of"]


def dialect_of(asks: Callable[[], Layer], grants: Callable[[], Layer], **how: Any) -> Dialect:
    """A dialect of layers that need to know nothing."""
    return Dialect(
        **{
            "name": "test",
            "title": "a dialect of a test",
            "source": "this test",
            "transport": "tcp",
            "schemes": {"test": 1},
            "asks": lambda setting: asks(),
            "grants": lambda setting: grants(),
            **how,
        }
    )
