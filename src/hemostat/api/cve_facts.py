"""The CVEs of OpenSSL: those that this version of hemostat knows, and those that a user has added by file."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hemostat.errors import HemostatError

if TYPE_CHECKING:
    from hemostat.incidents.cve import Cve
    from hemostat.incidents.openssl_version import OpensslVersion

__all__ = ["CveUpdate", "CvesOfVersion", "UnknownVersion", "cves_of_openssl", "default_facts", "update_cves"]

_VARIABLE: Final = "HEMOSTAT_FACTS"
_NAME: Final = "openssl-cves.txt"


class UnknownVersion(HemostatError):
    """What was given is no version of OpenSSL's. `text` is that."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        # !a: it may hold what a terminal obeys.
        return f"{self.text[:60]!a} is no version of OpenSSL's, such as 1.0.1e, 1.0.2-beta1 or 3.0.11"


class CvesOfVersion(NamedTuple):
    """The CVEs that upstream's OpenSSL of that version has, by day and number."""

    version: "OpensslVersion"
    cves: "tuple[Cve, ...]"


class CveUpdate(NamedTuple):
    """What an update brought: how many CVEs are new, other than before, and as before; why records were left out, and
    how many; where the added facts are kept.
    """

    new: int
    changed: int
    same: int
    left_out: Mapping[str, int]
    path: Path


def default_facts() -> Path:
    """Where added facts are kept: HEMOSTAT_FACTS, else `openssl-cves.txt` in the user's data folder."""
    given = os.environ.get(_VARIABLE)
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("hemostat", appauthor=False) / _NAME


def cves_of_openssl(version: str, *, facts: Path | None = None) -> CvesOfVersion:
    """What upstream's release of that version has (`1.0.1e`, `OpenSSL 3.0.11`); a distribution may have fixed some of
    it in the same version. `facts`: where added facts are kept.

    Raises `UnknownVersion`; `RecordError` where the added facts are damaged.
    """
    from hemostat.incidents.openssl_cves import catalogue, cves_of, merged
    from hemostat.incidents.openssl_version import read_version

    read = read_version(version.strip())
    if read is None:
        raise UnknownVersion(version)
    return CvesOfVersion(read, cves_of(read, merged(catalogue(), _added(facts or default_facts()))))


def update_cves(files: Sequence[tuple[str, bytes]], *, facts: Path | None = None) -> CveUpdate:
    """Take in records (CVE JSON 5, OSV) from files, given by name and bytes; of one number the last counts. All are
    read before any is kept. A record that could be read in part is left out (`known-better`) where its number is known.

    Raises `RecordError`, which names the file; OSError where the added facts can't be written.
    """
    from hemostat.incidents import RecordError
    from hemostat.incidents.cve_records import read_records
    from hemostat.incidents.openssl_cves import catalogue, merged

    path = facts or default_facts()
    read: dict[str, Cve] = {}
    left_out: dict[str, int] = {}
    added = _added(path)
    before = {one.id: one for one in merged(catalogue(), added)}
    for name, data in files:
        try:
            records = read_records(data)
        except RecordError as error:
            raise RecordError(error.code, error.line, _printable(name)) from error
        worse = records.partial & (before.keys() | read.keys())
        read.update({one.id: one for one in records.cves if one.id not in worse})
        for code, count in {**records.left_out, "known-better": len(worse)}.items():
            if count:
                left_out[code] = left_out.get(code, 0) + count
    new = sum(one.id not in before for one in read.values())
    same = sum(before.get(one.id) == one for one in read.values())
    if len(read) > same:
        _write(path, merged(added, (one for one in read.values() if before.get(one.id) != one)))
    return CveUpdate(new, len(read) - new - same, same, left_out, path)


def _added(path: Path) -> "tuple[Cve, ...]":
    from hemostat.incidents import RecordError
    from hemostat.incidents.cve import read_table
    from hemostat.incidents.cve_records import MAX_BYTES

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ()
    where = _printable(str(path))
    if len(data) > MAX_BYTES:
        raise RecordError("too-large", where=where)
    try:
        return read_table(data.decode("ascii", "replace"))
    except RecordError as error:
        raise RecordError(error.code, error.line, where) from error


def _write(path: Path, cves: "Sequence[Cve]") -> None:
    """Whole or not at all: a reader sees what was there before until all of it is written."""
    from hemostat.incidents.cve import write_table

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(
                f"# Added by hemostat incidents update. Remove this file to be without.\n{write_table(cves)}"
            )
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)
