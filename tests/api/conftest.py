from pathlib import Path

import pytest

from hemostat.api import Identity, identify


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """Where a ledger may be made."""
    return str(tmp_path / "ledger.sqlite")


@pytest.fixture
def office() -> Identity:
    """Who looks, from a vantage and network that are labels."""
    return identify(vantage="office", network="office", authority="change 4711")
