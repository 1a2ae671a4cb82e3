"""Which reader an archive wants."""

from collections.abc import Generator

from hemostat.binaries.archives.ar import members_of_ar
from hemostat.binaries.archives.cpio import members_of_cpio
from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.archives.rpm import payload_of_rpm
from hemostat.binaries.archives.streams import File, Forward, Member
from hemostat.binaries.archives.tar import members_of_tar
from hemostat.binaries.archives.unpacking import COMPRESSED, unpack
from hemostat.binaries.archives.zip import members_of_zip
from hemostat.binaries.kinds import OPENED, Kind

__all__ = ["open_archive"]


def open_archive(
    kind: Kind, source: Forward, file: File | None, budget: Budget
) -> Generator[Member, None, None]:
    """The members of an archive of a kind of `OPENED`, each to be read before the next is asked for.

    `source` and `file` are the same bytes: zip wants a file, the others a stream. Raises BinaryError, Refused, Spent,
    and the file's own OSError.
    """
    if kind not in OPENED or (kind is Kind.ZIP and file is None):
        raise ValueError(f"no reader for {kind}")
    if kind is Kind.ZIP and file is not None:
        yield from members_of_zip(file, budget)
        return
    if kind is Kind.TAR:
        yield from members_of_tar(source, budget)
        return
    if kind in COMPRESSED:
        budget.member()
        yield Member("", unpack(source, kind, budget))
        return
    if kind is Kind.RPM:
        yield Member("", payload_of_rpm(source))
        return
    for member in members_of_cpio(source) if kind is Kind.CPIO else members_of_ar(source):
        budget.member()
        yield member
