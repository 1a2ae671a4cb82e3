"""What goes wrong with evidence."""

from hemostat.errors import HemostatError

__all__ = ["EvidenceError"]


class EvidenceError(HemostatError):
    """A value, a name, a time or an observation is not what this package allows.

    The message says where and what was expected. It never repeats the value that was refused: what is refused
    may be the very thing that must not be kept.
    """
