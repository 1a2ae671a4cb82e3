import dataclasses

import pytest

from hemostat.lab.limits import Limits


def test_no_endpoint_is_unbounded() -> None:
    for field in dataclasses.fields(Limits):
        assert 0 < getattr(Limits(), field.name) < float("inf")


def test_limits_are_fixed_once_made() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().connections = 1  # type: ignore[misc]
