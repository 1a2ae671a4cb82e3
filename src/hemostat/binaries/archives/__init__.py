"""Archives, opened member by member, within limits: no I/O, each reads from a stream that is handed in.

Reading order: `limits` (what may be spent) → `streams` (bytes forward) → `unpacking` (compressed streams) → the
containers `ar`, `cpio`, `rpm`, `tar`, `zip` → `opening` (which reader).
"""

from hemostat.binaries.archives.limits import UNSEEN, Budget, Limits, Refused, Spent
from hemostat.binaries.archives.opening import open_archive
from hemostat.binaries.archives.streams import Forward, Member

__all__ = ["UNSEEN", "Budget", "Forward", "Limits", "Member", "Refused", "Spent", "open_archive"]
