"""A ledger as text: JSON Lines, for keeping, for reading by other programs, and for carrying into another ledger.

One line an observation, as `Observation.line` writes it, the rows of a run together and in order; one line a blob:
`{"blob":SHA-256,"data":BASE64}`. Nothing derived. Lines of several exports may stand in one file.
"""

import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from hemostat.evidence import Chain, EvidenceError, Observation, read_line
from hemostat.ledger.appending import MAX_BLOB, check_blob, insert_observations
from hemostat.ledger.errors import LedgerError, damaged_row
from hemostat.ledger.location import File
from hemostat.ledger.merging import Merged, merge_stores
from hemostat.ledger.rows import SELECTED, any_row, blob_bytes
from hemostat.ledger.sqlite import SqliteStore, open_file
from hemostat.ledger.store import Store, Writer

__all__ = ["LONGEST_LINE", "checked_lines", "export_store", "import_lines"]

_BLOB: Final = re.compile(rb'\{"blob":"([0-9a-f]{64})","data":"([A-Za-z0-9+/]*={0,2})"\}')
LONGEST_LINE: Final = 128 + (MAX_BLOB + 2) // 3 * 4
"""Bytes of a line, at most, without its end. An observation's is far shorter."""
_KIB: Final = 1_024
"""Lines, and their KiB, that are written in one transaction."""


def export_store(store: Store, file: IO[bytes]) -> None:
    """Write all blobs and rows, as they are, of one moment. Raises LedgerError, and OSError of the file."""
    with store.reading() as reader:
        for digest, data in reader.stream("SELECT b.sha256, b.data FROM blob b ORDER BY b.sha256"):
            file.write(b'{"blob":"%s","data":"%s"}\n' % (str(digest).encode(), b64encode(blob_bytes(data))))
        for row in reader.stream(f"SELECT {SELECTED} FROM observation o ORDER BY o.run, o.seq"):
            line = any_row(row).line()
            try:
                file.write(line.encode() + b"\n")
            except UnicodeEncodeError as error:
                raise damaged_row() from error


def import_lines(store: Store, file: IO[bytes]) -> Merged:
    """Take in what `export_store` wrote, or several such. All of it is checked before any of it is kept.

    Raises LedgerError as `checked_lines` does, and for a run that is in the ledger with other rows (`conflict`); and
    OSError of the file.
    """
    if store.unwritable is not None:
        raise store.unwritable
    with checked_lines(file) as scratch:
        return merge_stores(store, scratch, checked=True)


@contextmanager
def checked_lines(file: IO[bytes]) -> Iterator[SqliteStore]:
    """What `export_store` wrote, or several such, as a ledger in the folder for temporary files, of about the size of
    `file`; gone when the context ends.

    Raises LedgerError, with the number of the line where a line is at fault: `bad-line`, `bad-blob`, `broken-run`,
    `conflict`; and OSError of the file.
    """
    with _temporary_folder() as folder:
        scratch = open_file(File(Path(folder) / "import.sqlite"), durable=False)
        try:
            lines = _Lines(file)
            while lines.more:
                with scratch.writing() as writer:
                    lines.take_some(writer)
            yield scratch
        finally:
            scratch.close()


def _temporary_folder() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="hemostat-import-")
    except OSError as error:
        raise LedgerError("failed", f"no folder for temporary files can be made: {error.strerror}") from error


class _Lines:
    """The lines of a file, read into a scratch ledger; of each run no more is kept in memory than its chain."""

    def __init__(self, file: IO[bytes]) -> None:
        self.more = True
        self._lines = self._read(file)
        self._number = 0
        self._chain: Chain | None = None
        self._run = ""
        self._here = 0
        self._new: list[Observation] = []

    def _read(self, file: IO[bytes]) -> Iterator[bytes]:
        while line := file.readline(LONGEST_LINE + 2):
            self._number += 1
            line = line.removesuffix(b"\n").removesuffix(b"\r")
            if len(line) > LONGEST_LINE:
                raise self._error("bad-line", f"longer than {LONGEST_LINE} bytes")
            yield line

    def take_some(self, writer: Writer) -> None:
        """Check the next lines and write them. Raises LedgerError."""
        taken = 0
        for line in self._lines:
            blob = _BLOB.fullmatch(line)
            if blob is not None:
                self._take_blob(writer, blob[1].decode(), blob[2])
            else:
                self._take_observation(writer, line)
            taken += 1 + (len(line) >> 10)
            if taken >= _KIB:
                break
        else:
            self.more = False
        self._write(writer)

    def _write(self, writer: Writer) -> None:
        insert_observations(writer, self._new)
        self._new = []

    def _take_blob(self, writer: Writer, digest: str, text: bytes) -> None:
        try:
            # The decoder forgives a `=` too many.
            data = a2b_base64(text if len(text) % 4 == 0 else b"?", strict_mode=True)
        except Base64Error as error:
            raise self._error("bad-line", "not base64") from error
        try:
            check_blob(digest, data)
        except LedgerError as error:
            raise self._error(error.code, error.message) from error
        writer.insert("blob", ("sha256", "data"), [(digest, data)], once=True)

    def _take_observation(self, writer: Writer, line: bytes) -> None:
        try:
            row = read_line(line.decode())
        except UnicodeDecodeError as error:
            raise self._error("bad-line", "not UTF-8") from error
        except EvidenceError as error:
            raise self._error("bad-line", str(error)) from error
        if self._chain is None or row.run != self._run or row.seq == 0:
            self._begin(writer, row.run)
        chain = self._chain or Chain(row.run)
        chain.add(row)
        state = chain.state()
        if state.state == "broken":
            raise self._error("broken-run", state.why or "its run is broken")
        if row.seq >= self._here:
            self._new.append(row)
            return
        (earlier,) = writer.all(
            "SELECT o.digest FROM observation o WHERE o.run = :run AND o.seq = :seq", run=row.run, seq=row.seq
        )
        if earlier[0] != row.digest:
            raise self._error("conflict", "an earlier line has another row of that run and number")

    def _begin(self, writer: Writer, run: str) -> None:
        """A run begins; or, where exports stand one after the other, begins again."""
        self._write(writer)
        self._chain = Chain(run)
        self._run = run
        ((self._here,),) = writer.all("SELECT count(*) FROM observation o WHERE o.run = :run", run=run)

    def _error(self, code: str, why: str) -> LedgerError:
        return LedgerError(code, f"line {self._number}: {why}", line=self._number)
