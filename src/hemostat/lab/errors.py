"""What the lab raises."""

from hemostat.errors import HemostatError

__all__ = ["LabError"]


class LabError(HemostatError):
    """A recording is malformed, or a lab endpoint can't be opened. The message says which and why."""
