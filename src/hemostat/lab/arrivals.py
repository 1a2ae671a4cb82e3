"""Edge-triggered readiness, for the applications that read one record for each network event.

Over level-triggered readiness (what asyncio gives) bytes left unread would wake such an application at once,
again and again, and nothing would ever stall until nudged.
"""

import asyncio
import select
import socket
from contextlib import suppress

from hemostat.lab.errors import LabError

__all__ = ["Arrivals"]


class Arrivals:
    """Tells each arrival on a socket once, whatever lies unread from before (epoll with EPOLLET, as nginx
    uses it).

    To be made inside a running event loop. Raises LabError where the system has no epoll.
    """

    def __init__(self) -> None:
        if not hasattr(select, "epoll"):
            raise LabError("an endpoint that reads one record an event needs epoll, which this system lacks")
        self._epoll = select.epoll()
        self._events: dict[int, asyncio.Event] = {}
        asyncio.get_running_loop().add_reader(self._epoll.fileno(), self._tell)

    def watch(self, connection: socket.socket) -> asyncio.Event:
        """An event that is set at each arrival of bytes or of the end, and at once if something is there
        already.
        """
        event = self._events[connection.fileno()] = asyncio.Event()
        self._epoll.register(connection.fileno(), select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET)
        return event

    def forget(self, connection: socket.socket) -> None:
        """Watch the socket no more; to be called before it is closed."""
        if self._events.pop(connection.fileno(), None) is not None:
            with suppress(OSError, ValueError):
                self._epoll.unregister(connection.fileno())

    def close(self) -> None:
        """Watch nothing more."""
        asyncio.get_running_loop().remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _tell(self) -> None:
        for number, _ in self._epoll.poll(0):
            if number in self._events:
                self._events[number].set()
