"""A use of a key, and the words it may say."""

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from hemostat.software.reading import use
from hemostat.software.reading.use import KeyUse, Unresolved


def test_a_use_is_a_value() -> None:
    first = KeyUse(file="/a", line=1, certificate="/c")
    assert first == KeyUse(file="/a", line=1, certificate="/c")
    assert len({first, KeyUse(file="/a", line=1, certificate="/c")}) == 1
    with pytest.raises(FrozenInstanceError):
        first.key = "/k"  # type: ignore[misc]


def test_each_reason_is_explained() -> None:
    with open(use.__file__, encoding="utf-8") as file:
        text = file.read()
    for reason in get_args(Unresolved):
        assert f"\n{reason} " in text
