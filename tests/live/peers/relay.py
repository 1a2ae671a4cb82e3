"""The relay of a lossy link: carries IP packets between two TUN devices, late, and not all of them.

A program of its own (the interpreter that runs the tests must not be in the packets' way):

    python -m tests.live.peers.relay --left NAMESPACE --right NAMESPACE --delay 50 --loss 2 --seed 1

It makes a TUN device in each of two network namespaces, prints `ready`, and from then on each packet that
leaves one device is lost with the given chance or else comes out of the other after the given time. Both ways
have dice of their own, so the n-th packet of a way meets the same fate in each run. Packets of one way keep
their order.

On SIGTERM it prints, as JSON, how many packets each way carried and lost, and ends; its devices go with it.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import heapq
import json
import math
import os
import random
import select
import signal
import struct
import sys
import time
from types import FrameType

DEVICE = "link0"
"""The name of the TUN device in each of the namespaces."""

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN = 0x0001
_IFF_NO_PI = 0x1000
_LARGEST = 1 << 16


class _Ended(Exception):
    """SIGTERM came."""


def _tun_in(namespace: str) -> int:
    """A new TUN device in the namespace, as a descriptor: a read takes one packet out, a write puts one in."""
    libc = ctypes.CDLL(None, use_errno=True)
    entry = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(entry, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {namespace}")
    finally:
        os.close(entry)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


class _Relay:
    """Two devices, the packets under way between them, and the counts."""

    def __init__(self, left: int, right: int, delay: float, loss: float, seed: int) -> None:
        self._delay = delay
        self._loss = loss
        self._across = {left: right, right: left}
        self._dice = {left: random.Random(f"{seed} left"), right: random.Random(f"{seed} right")}
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._number = 0
        self.carried = {left: 0, right: 0}
        self.lost = {left: 0, right: 0}
        self._events = select.epoll()
        for device in self._across:
            self._events.register(device, select.EPOLLIN)

    def turn(self) -> None:
        """Waits for a packet to come or to be due, and deals with all that have and are."""
        now = time.monotonic()
        # epoll counts in milliseconds: rounded up, so that a packet is never early and nothing spins.
        wait = math.ceil(max(self._under_way[0][0] - now, 0) * 1000) / 1000 if self._under_way else None
        for device, _ in self._events.poll(wait):
            self._take(device)
        now = time.monotonic()
        under_way = self._under_way
        while under_way and under_way[0][0] <= now:
            _, _, device, packet = heapq.heappop(under_way)
            with contextlib.suppress(OSError):  # a device that is not up yet, or a packet it will not have
                os.write(device, packet)

    def _take(self, device: int) -> None:
        chance, across = self._dice[device].random, self._across[device]
        with contextlib.suppress(BlockingIOError):
            for _ in range(256):
                packet = os.read(device, _LARGEST)
                if chance() < self._loss:
                    self.lost[device] += 1
                    continue
                self.carried[device] += 1
                self._number += 1
                heapq.heappush(
                    self._under_way, (time.monotonic() + self._delay, self._number, across, packet)
                )


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.live.peers.relay")
    parser.add_argument("--left", required=True, metavar="NAMESPACE")
    parser.add_argument("--right", required=True, metavar="NAMESPACE")
    parser.add_argument("--delay", type=float, required=True, help="each way, in milliseconds")
    parser.add_argument("--loss", type=float, required=True, help="each way, in percent")
    parser.add_argument("--seed", type=int, required=True)
    chosen = parser.parse_args()

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise _Ended

    left, right = _tun_in(chosen.left), _tun_in(chosen.right)
    relay = _Relay(left, right, chosen.delay / 1000, chosen.loss / 100, chosen.seed)
    signal.signal(signal.SIGTERM, end)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with contextlib.suppress(_Ended):
        while True:
            relay.turn()
    counts = {
        name: {"carried": relay.carried[device], "lost": relay.lost[device]}
        for name, device in (("left", left), ("right", right))
    }
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    _main()
