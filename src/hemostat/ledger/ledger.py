"""The ledger: what was seen, appended to and never changed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from types import TracebackType
from typing import IO, Final, Self

from hemostat.evidence import EvidenceError, Observation, write_time
from hemostat.ledger import appending, certificate_table, index
from hemostat.ledger.certificate_table import KnownCertificate
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.location import File, locate
from hemostat.ledger.merging import Merged, check_store, merge_stores
from hemostat.ledger.rows import SELECTED, blob_bytes, from_row
from hemostat.ledger.seals import Head, make_seal
from hemostat.ledger.sqlite import open_file
from hemostat.ledger.store import Reader, Store
from hemostat.ledger.verification import Verification, verify

__all__ = ["Ledger", "RunState", "exported", "open_ledger"]

_DIGEST_NAMES: Final = ("cert:", "spki:", "build:", "run:")
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as the ledger has it; nothing of it is checked. Times as `evidence.write_time` writes them."""

    run: str
    count: int
    """Rows."""
    ended: bool
    """It has its last row; else it was cut off, or still goes on."""
    head: str
    """Digest of the newest row."""
    began_at: str
    """When its first row was written down."""
    recorded_at: str
    """When its newest was."""
    source: str
    source_version: str
    vantage: str


class Ledger:
    """A ledger, opened by `open_ledger`. A context manager; closing twice is once.

    For one thread at a time. Any number of processes may have the same ledger open, and write to it. What is read
    is of one moment: rows that come while an iterator is read are not seen by it. Every method raises LedgerError
    and, for what the ledger holds, nothing else.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file or the connections back."""
        self._store.close()

    @property
    def shown(self) -> str:
        """Where it lies: without a password, fit for a terminal."""
        return self._store.shown

    @property
    def unwritable(self) -> LedgerError | None:
        """Why nothing can be appended (it may only be read, or is of a later version), or None."""
        return self._store.unwritable

    # --- writing ----------------------------------------------------------------------------------

    def append(self, rows: Sequence[Observation], blobs: Mapping[str, bytes] | None = None) -> None:
        """Keep these rows and blobs, in one transaction: all are on the disk when this returns, none when it raises.

        `rows`: as `evidence.RunWriter` made them, in order; of one run or several. `blobs`: by the SHA-256 of each,
        as hex; what is there already stays. Raises LedgerError: `not-next`, `bad-blob`, `disk-full`, `busy`, …
        """
        with self._store.writing() as writer:
            appending.append(writer, rows, blobs or {})

    def import_(self, file: IO[bytes]) -> Merged:
        """Take in what `export` wrote, once all of it has been checked; see `transfer.import_lines`."""
        from hemostat.ledger.transfer import import_lines

        return import_lines(self._store, file)

    def merge(self, other: "Ledger") -> Merged:
        """Take in another ledger: whole runs, each once; see `merging.merge_stores`. Raises LedgerError, `itself` where
        the two are one.
        """
        if self._store.identity == other._store.identity:
            raise LedgerError("itself", f"{self.shown} can't be taken into itself")
        return merge_stores(self._store, other._store)

    def check(self) -> None:
        """Raises LedgerError for what keeps this ledger from being merged into another (`broken-run`, `bad-blob`)."""
        check_store(self._store)

    def seal(self) -> str:
        """One line that stands for all runs as they are now, to be kept elsewhere; see `seals`. `verify` takes it."""

        def keep(digest: str, data: bytes) -> None:
            with self._store.writing() as writer:
                writer.insert("blob", ("sha256", "data"), [(digest, data)], once=True)

        with self._store.reading() as reader:
            return str(make_seal(_heads(reader), keep))

    def index(self) -> None:
        """Put what was appended into the index, where that isn't done: whoever asks for a name first does it otherwise,
        and waits some 30 seconds for a million rows.
        """
        index.catch_up(self._store)

    def rebuild(self) -> None:
        """Make the derived tables anew from rows and blobs."""
        index.start_over(self._store)
        with self._store.writing() as writer:
            writer.run("DELETE FROM certificate")
        index.catch_up(self._store)
        certificate_table.fill(self._store)

    # --- reading ----------------------------------------------------------------------------------

    def rows(self, run: str | None = None) -> Iterator[Observation]:
        """All rows, or those of one run, by run and number."""
        where, values = ("", {}) if run is None else (" WHERE o.run = :run", {"run": run})
        with self._store.reading() as reader:
            yield from map(
                from_row,
                reader.stream(f"SELECT {SELECTED} FROM observation o{where} ORDER BY o.run, o.seq", **values),
            )

    def observation(self, run: str, seq: int) -> Observation | None:
        """One row."""
        with self._store.reading() as reader:
            rows = reader.all(
                f"SELECT {SELECTED} FROM observation o WHERE o.run = :run AND o.seq = :seq", run=run, seq=seq
            )
        return from_row(rows[0]) if rows else None

    def observations(
        self,
        *,
        kinds: Sequence[str] | None = None,
        subject: str | None = None,
        link: str | None = None,
        since: datetime | None = None,
    ) -> Iterator[Observation]:
        """The observations of these kinds (None: all), about this subject, with this link, seen then or later; oldest
        first, by when they were seen.
        """
        earliest = "" if since is None else write_time(since)
        if subject is not None or link is not None:
            name, role = (subject, "subject") if subject is not None else (link or "", "link")
            index.catch_up(self._store)
            with self._store.reading() as reader:
                for row in index.by_name(reader, name, role):
                    wanted = (kinds is None or row.kind in kinds) and (link is None or link in row.links)
                    if wanted and row.observed_at >= earliest:
                        yield row
            return
        with self._store.reading() as reader:
            of_each = (
                _of_kind(reader, kind, earliest)
                for kind in (_kinds(reader) if kinds is None else sorted(set(kinds)))
            )
            yield from merge(*of_each, key=index.oldest_first)

    def newest(self, subject: str, *, kinds: Sequence[str] | None = None) -> Iterator[Observation]:
        """The observations about a subject, newest first. One that is dated ahead of its recording is none of them; one
        that was changed so that it has no date is, and its `check` tells.
        """
        index.catch_up(self._store)
        with self._store.reading() as reader:
            for row in index.by_name(reader, subject, "subject", newest_first=True):
                if (kinds is None or row.kind in kinds) and not _is_ahead(row):
                    yield row

    def subjects(self, place: str, port: int | None = None) -> list[str]:
        """The subjects of the observations whose facts have this host name or numeric address, and this port (None:
        any); sorted. `place` in whatever case; an IPv6 address in its usual short form, without brackets.
        """
        index.catch_up(self._store)
        found: set[str] = set()
        with self._store.reading() as reader:
            if port is None:
                names = [
                    name
                    for name, _ in index.names_within(reader, place.lower(), frozenset({"place"}))
                    if name == place.lower() or name.rpartition(":")[0] == place.lower()
                ]
            else:
                names = [f"{place.lower()}:{port}"]
            for name in names:
                found.update(index.subjects_of(reader, name))
        return sorted(found)

    def find(self, prefix: str) -> Iterator[str]:
        """The names, of subjects and of links, that begin so, sorted. Hexadecimal digits alone are also looked for as
        the digest of a certificate, key or build, and as a run.
        """
        index.catch_up(self._store)
        prefixes = [prefix]
        if prefix and _HEX.issuperset(prefix):
            prefixes += [kind + prefix for kind in _DIGEST_NAMES]
        with self._store.reading() as reader:
            last = None
            for name, _ in merge(
                *(index.names_within(reader, each, frozenset({"subject", "link"})) for each in prefixes)
            ):
                if name != last:
                    yield name
                last = name

    def with_digest(self, prefix: str) -> Iterator[Observation]:
        """The observations whose digest begins with these hexadecimal digits."""
        index.catch_up(self._store)
        with self._store.reading() as reader:
            for name, _ in index.names_within(reader, prefix, frozenset({"digest"})):
                yield from index.by_name(reader, name, "digest")

    def runs(self) -> Iterator[RunState]:
        """All runs, by name."""
        with self._store.reading() as reader:
            for run, count, kind, *rest in reader.stream(
                "SELECT g.run, g.many, n.kind, n.digest, f.recorded_at, n.recorded_at, n.source, n.source_version,"
                " n.vantage FROM (SELECT o.run, count(*) AS many, min(o.seq) AS oldest, max(o.seq) AS newest"
                " FROM observation o GROUP BY o.run) g"
                " JOIN observation f ON f.run = g.run AND f.seq = g.oldest"
                " JOIN observation n ON n.run = g.run AND n.seq = g.newest ORDER BY g.run"
            ):
                yield RunState(run, count, kind == "run-end", *rest)

    def blob(self, sha256: str) -> bytes | None:
        """The bytes of that SHA-256, or None where they are not here."""
        with self._store.reading() as reader:
            rows = reader.all("SELECT b.data FROM blob b WHERE b.sha256 = :sha256", sha256=sha256)
        return blob_bytes(rows[0][0]) if rows else None

    def certificates(self, *, spki: str | None = None) -> Iterator[KnownCertificate]:
        """The certificates that observations link to and whose bytes are here, by SHA-256; of one key alone, where the
        SHA-256 of its SPKI is given.
        """
        index.catch_up(self._store)
        certificate_table.fill(self._store)
        with self._store.reading() as reader:
            yield from certificate_table.all_known(reader, spki)

    def certificate(self, sha256: str) -> KnownCertificate | None:
        """One certificate, or None where its bytes are not here."""
        with self._store.reading() as reader:
            return certificate_table.known(reader, sha256)

    def verify(self, seal: str | None = None) -> Verification:
        """Check every chain, count and blob, and whether all is there that `seal` stands for."""
        return verify(self._store, seal)

    def export(self, file: IO[bytes]) -> None:
        """Write everything but what is derived, as JSON Lines; see `transfer.export_store`."""
        from hemostat.ledger.transfer import export_store

        export_store(self._store, file)


def open_ledger(url: str | None, *, create: bool = True) -> Ledger:
    """Open a ledger: None is the user's own; a path; `sqlite:///path`; `postgresql://…`.

    Where there is none it is made, unless `create` is False. One of an older schema is brought up to date, after a
    copy of the file was put aside. One of a newer schema, or that may only be read, is opened, and `append` raises.
    Raises LedgerError.
    """
    location = locate(url)
    if isinstance(location, File):
        return Ledger(open_file(location, create=create))
    from hemostat.ledger.postgresql import open_database

    return Ledger(open_database(location, create=create))


@contextmanager
def exported(file: IO[bytes]) -> Iterator[Ledger]:
    """What `Ledger.export` wrote, all of it checked, as a ledger that is gone when the context ends; see
    `transfer.checked_lines`. Raises LedgerError (also `nothing`), OSError.
    """
    from hemostat.ledger.transfer import checked_lines

    with checked_lines(file) as store:
        ledger = Ledger(store)
        if next(ledger.runs(), None) is None:
            raise LedgerError("nothing", "there is nothing to import: what was given holds no run")
        yield ledger


def _heads(reader: Reader) -> Iterator[Head]:
    for row in reader.stream(
        "SELECT g.run, g.many, n.digest FROM"
        " (SELECT o.run, count(*) AS many, max(o.seq) AS newest FROM observation o GROUP BY o.run) g"
        " JOIN observation n ON n.run = g.run AND n.seq = g.newest ORDER BY g.run"
    ):
        yield Head(*row)


def _kinds(reader: Reader) -> list[str]:
    """The kinds that there are, from one to the next in the index."""
    kinds: list[str] = []
    while found := reader.all(
        "SELECT min(o.kind) FROM observation o WHERE o.kind > :last", last=kinds[-1] if kinds else ""
    ):
        if found[0][0] is None:
            break
        kinds.append(found[0][0])
    return kinds


def _is_ahead(row: Observation) -> bool:
    try:
        return row.is_ahead
    except EvidenceError:
        return False


def _of_kind(reader: Reader, kind: str, earliest: str) -> Iterator[Observation]:
    return map(
        from_row,
        reader.stream(
            f"SELECT {SELECTED} FROM observation o WHERE o.kind = :kind AND o.observed_at >= :earliest"
            " ORDER BY o.observed_at, o.run, o.seq",
            kind=kind,
            earliest=earliest,
        ),
    )
