"""Which reader an archive wants."""

from collections.abc import Generator
from typing import Final

from hemostat.binaries.archives.ar import members_of_ar
from hemostat.binaries.archives.cab import members_of_cab
from hemostat.binaries.archives.cpio import members_of_cpio
from hemostat.binaries.archives.limits import Budget
from hemostat.binaries.archives.msi import members_of_msi
from hemostat.binaries.archives.rpm import payload_of_rpm
from hemostat.binaries.archives.streams import File, Forward, Member
from hemostat.binaries.archives.tar import members_of_tar
from hemostat.binaries.archives.unpacking import COMPRESSED, unpack
from hemostat.binaries.archives.zip import members_of_zip
from hemostat.binaries.kinds import Kind

__all__ = ["WANT_FILE", "open_archive"]

WANT_FILE: Final = frozenset({Kind.ZIP, Kind.MSI})


def open_archive(
    kind: Kind, source: Forward, file: File | None, budget: Budget
) -> Generator[Member, None, None]:
    """The members of an archive of a kind of `OPENED`, each to be read before the next is asked for.

    `source` and `file` are the same bytes: some want a file (`WANT_FILE`), the others a stream. Raises BinaryError,
    Refused, Spent, and the file's own OSError.
    """
    if kind in WANT_FILE and file is not None:
        yield from members_of_zip(file, budget) if kind is Kind.ZIP else members_of_msi(file, budget)
    elif kind in COMPRESSED:
        budget.member()
        yield Member("", unpack(source, kind, budget))
    elif kind is Kind.RPM:
        yield Member("", payload_of_rpm(source))
    elif kind is Kind.TAR:
        yield from members_of_tar(source, budget)
    elif kind is Kind.CABINET:
        yield from members_of_cab(source, budget)
    elif kind in (Kind.CPIO, Kind.DEB):
        for member in members_of_cpio(source) if kind is Kind.CPIO else members_of_ar(source):
            budget.member()
            yield member
    else:
        raise ValueError(f"no reader for {kind}")
