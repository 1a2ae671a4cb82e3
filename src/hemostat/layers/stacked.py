"""Two layers, one behind the other: a proxy's words first, then those of the service behind it."""

from hemostat.layers.layer import Layer, Refusal, Step
from hemostat.layers.spoken import Spoken

__all__ = ["Stacked"]


class Stacked(Layer):
    """`outer` speaks with the peer first (a proxy); when it is ready, `inner` speaks through it.

    `heard` is what the peer behind the proxy said, never the proxy.
    """

    __slots__ = ("_begun", "_inner", "_outer", "_wakes")

    def __init__(self, outer: Layer, inner: Layer) -> None:
        self._outer, self._inner = outer, inner
        self._begun = False
        self._wakes: dict[bool, int | None] = {False: None, True: None}

    @property
    def ready(self) -> bool:  # type: ignore[override]
        return self._begun and self._inner.ready

    @property
    def refusal(self) -> Refusal | None:  # type: ignore[override]
        return self._outer.refusal or self._inner.refusal

    @property
    def heard(self) -> bytes:  # type: ignore[override]
        return self._inner.heard if self._begun else b""

    def cut_off(self, *, silent: bool) -> Refusal | None:
        """What the end of the connection says of a proxy whose words had not ended; None where they had, or where it
        has refused. `silent`: nobody waits any longer; else the proxy has ended it.

        One that has answered before has understood, and hangs up in place of a refusal (OpenSSH's `ssh -D` does).
        """
        if self._outer.ready or self.refusal is not None:
            return None
        if silent:
            return "proxy-timeout"
        understood = isinstance(self._outer, Spoken) and self._outer.answered
        return "proxy-unreachable" if understood else "proxy-broken"

    def start(self, now: int) -> Step:
        return self._up(now, self._outer.start(now))

    def from_peer(self, now: int, data: bytes) -> Step:
        return self._up(now, self._outer.from_peer(now, data))

    def from_tls(self, now: int, data: bytes) -> Step:
        waits_for = self._wakes[True]
        step = self._inner.from_tls(now, data)
        # Having nothing new to wait for, it waits on.
        return self._down(now, step if step.wake_at is not None else step._replace(wake_at=waits_for))

    def time(self, now: int) -> Step:
        outer = self._up(now, self._outer.time(now)) if self._due(False, now) else Step()
        inner = self._down(now, self._inner.time(now)) if self._due(True, now) else Step()
        return Step(outer.to_peer + inner.to_peer, outer.to_tls + inner.to_tls, self._wake())

    def _due(self, inner: bool, now: int) -> bool:
        at = self._wakes[inner]
        return at is not None and at <= now

    def _up(self, now: int, step: Step) -> Step:
        """A step of the outer layer: what it gives up is what the inner layer's peer said."""
        self._wakes[False] = step.wake_at
        to_peer, to_tls = list(step.to_peer), list[bytes]()
        if self._outer.ready and not self._begun:
            self._begun = True
            first = self._down(now, self._inner.start(now))
            to_peer += first.to_peer
            to_tls += first.to_tls
        for data in step.to_tls:
            more = self._down(now, self._inner.from_peer(now, data))
            to_peer += more.to_peer
            to_tls += more.to_tls
        return Step(tuple(to_peer), tuple(to_tls), self._wake())

    def _down(self, now: int, step: Step) -> Step:
        """A step of the inner layer: what it says goes through the outer one."""
        self._wakes[True] = step.wake_at
        to_peer: list[bytes] = []
        for data in step.to_peer:
            below = self._outer.from_tls(now, data)
            to_peer += below.to_peer
            if below.wake_at is not None:
                self._wakes[False] = below.wake_at
        return Step(tuple(to_peer), step.to_tls, self._wake())

    def _wake(self) -> int | None:
        return min((at for at in self._wakes.values() if at is not None), default=None)

    def ended(self, now: int) -> None:
        (self._inner if self._begun else self._outer).ended(now)
