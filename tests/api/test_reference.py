import asyncio

import pytest

from hemostat import api
from hemostat.incidents import UnknownIncident
from hemostat.lab import LabError


def test_incidents() -> None:
    assert api.incident("heartbleed") in api.incidents()
    with pytest.raises(UnknownIncident):
        api.incident("shellshock")


def test_a_lab_is_open_as_long_as_the_context() -> None:
    async def run() -> None:
        async with api.open_lab(["no-heartbeats"]) as (opened,):
            _, writer = await asyncio.open_connection(opened.host, opened.port)
            writer.close()
            await writer.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(opened.host, opened.port)

    asyncio.run(run())


def test_a_lab_that_is_none() -> None:
    async def run(**how: object) -> None:
        async with api.open_lab(**how):  # type: ignore[arg-type]
            pass

    with pytest.raises(LabError):
        asyncio.run(run(names=["no-such-endpoint"]))
    with pytest.raises(LabError):
        asyncio.run(run(names=["no-heartbeats"], host="192.0.2.1"))
