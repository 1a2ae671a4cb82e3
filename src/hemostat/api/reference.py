"""What hemostat knows, and what it is tried on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hemostat.incidents import Incident
    from hemostat.lab import OpenEndpoint

__all__ = ["incident", "incidents", "open_lab"]


def incidents() -> "tuple[Incident, ...]":
    """Every incident that is known, by id."""
    from hemostat.incidents import all_incidents

    return all_incidents()


def incident(name: str) -> "Incident":
    """The incident of that id, name or alias, in upper or lower case. Raises `UnknownIncident`."""
    from hemostat.incidents import get

    return get(name)


@asynccontextmanager
async def open_lab(
    names: Sequence[str] = (), *, host: str = "127.0.0.1", port_base: int = 0
) -> "AsyncIterator[tuple[OpenEndpoint, ...]]":
    """Safe endpoints on loopback, open as long as the context: those of these names, by default all.

    Each `OpenEndpoint` has its `target`, and its `endpoint.verdict`, which `check` comes to. Raises `LabError` for a
    name that is none, an address that is not loopback, and where a port can't be opened.
    """
    from hemostat.lab import default_endpoints, select_endpoints, serve

    chosen = select_endpoints(names) if names else default_endpoints()
    async with serve(chosen, host, port_base) as opened:
        yield opened
