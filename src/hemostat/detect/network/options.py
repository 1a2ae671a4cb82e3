"""How to look: the options of `look`, checked once."""

from dataclasses import dataclass
from typing import Final

from hemostat.dialects import dialects
from hemostat.layers import ControlKey
from hemostat.layers.proxies import Proxy
from hemostat.targets import Target, TargetError
from hemostat.targets.names import canonical_name

__all__ = ["LONGEST_TIMEOUT", "Options"]

LONGEST_TIMEOUT: Final = 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    sni            server name for all targets; None: each target's own; empty: none
    timeout        seconds for one answer, with all its connections, from the start of its probe; a name has as many;
                   None: what its dialect thinks fit
    retries        how often a connection that timed out is tried again, within that time
    concurrency    probes at once
    looks          probes of each address
    all_addresses  probe every address of a name; False: the first
    proxy          ask it for the way to each target, names and all; None: connect to the targets
    key            OpenVPN's key of the control channel, for targets that want one

    Raises ValueError for what makes no sense: for an `sni` that is no host name, too (`TargetError` is its cause).
    """

    sni: str | None = None
    timeout: float | None = None
    retries: int = 1
    concurrency: int = 64
    looks: int = 1
    all_addresses: bool = True
    proxy: Proxy | None = None
    key: ControlKey | None = None

    def __post_init__(self) -> None:
        if self.timeout is not None and not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise ValueError(f"a timeout is more than 0 and at most {LONGEST_TIMEOUT:.0f} seconds")
        if self.retries < 0 or self.concurrency < 1 or self.looks < 1:
            raise ValueError("retries is at least 0; concurrency and looks are at least 1")
        if self.sni:
            try:
                # As it goes on the wire: lower case, A-labels, no dot at the end (RFC 6066 section 3).
                object.__setattr__(self, "sni", canonical_name(self.sni).removesuffix("."))
            except TargetError as error:
                raise ValueError(f"a server name is a host name: {error}") from error

    def server_names(self, target: Target) -> tuple[str | None, str | None]:
        """The name to send to a target, and the other form, for where the first draws an alert or a close."""
        if self.sni:
            return self.sni, None
        return (target.name, None) if self.sni is None else (None, target.name)

    def seconds(self, target: Target) -> float:
        """How long an answer of that target may take."""
        return dialects()[target.dialect].patience if self.timeout is None else self.timeout
