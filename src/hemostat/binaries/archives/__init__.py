"""Archives, opened member by member, within limits: no I/O, each reads from a stream that is handed in.

Reading order: `limits` (what may be spent) → `streams` (bytes forward) → `unpacking` (compressed streams) → the
containers `ar`, `cab`, `cpio`, `msi`, `rpm`, `tar`, `zip` → `opening` (which reader).
"""

from hemostat.binaries.archives.limits import UNSEEN, Budget, Limits, Refused, Spent
from hemostat.binaries.archives.opening import WANT_FILE, open_archive
from hemostat.binaries.archives.streams import Forward, Member

__all__ = ["UNSEEN", "WANT_FILE", "Budget", "Forward", "Limits", "Member", "Refused", "Spent", "open_archive"]
