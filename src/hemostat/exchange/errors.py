"""What a driver can do wrong."""

from hemostat.errors import HemostatError

__all__ = ["ExchangeError"]


class ExchangeError(HemostatError):
    """A driver broke the order of events: a fault of this program, never of a peer."""
