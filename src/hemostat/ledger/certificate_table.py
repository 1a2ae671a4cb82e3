"""What certificates say, read once from their blobs into a table of its own. Derived, and rebuildable."""

import json
from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Any, Final, NamedTuple

from hemostat.certificates import Certificate, CertificateError, read_certificate
from hemostat.ledger.errors import LedgerError
from hemostat.ledger.index import unindexed
from hemostat.ledger.rows import BLOB_LINK, blob_bytes
from hemostat.ledger.store import Reader, Store

__all__ = ["COLUMNS", "KnownCertificate", "all_known", "differs", "fill", "known", "read_again"]

_LISTS: Final = ("names", "unread")
_FIELDS: Final = (
    "subject",
    "names",
    "issuer",
    "serial",
    "not_before",
    "not_after",
    "spki_sha256",
    "key_type",
    "key_size",
    "self_signed",
    "signature_algorithm",
    "unread",
)
COLUMNS: Final = ("sha256", "unreadable", *_FIELDS)
_SELECTED: Final = ", ".join(f"c.{column}" for column in COLUMNS)
# Linked as a certificate, there as a blob, and not yet read.
_UNREAD: Final = (
    "SELECT b.sha256, b.data FROM blob b WHERE NOT EXISTS (SELECT 1 FROM certificate c WHERE c.sha256 = b.sha256)"
    f" AND EXISTS (SELECT 1 FROM mention m WHERE m.name = '{BLOB_LINK}' || b.sha256 AND m.role = 'link')"
    " ORDER BY b.sha256"
)
_BATCH: Final = 500
_EXCUSED: Final = frozenset({"busy", "read-only", "no-permission", "disk-full"})


class KnownCertificate(NamedTuple):
    """A certificate of the ledger: what it says, or the code why it can't be read."""

    sha256: str
    certificate: Certificate | None
    unreadable: str | None


def read_again(sha256: str, der: bytes) -> KnownCertificate:
    """What the bytes of a certificate say."""
    try:
        return KnownCertificate(sha256, read_certificate(der), None)
    except CertificateError as error:
        return KnownCertificate(sha256, None, error.code)


def fill(store: Store) -> None:
    """Read the certificates that the table lacks, where the ledger can be written to; else leave it. Raises
    LedgerError.
    """
    if store.unwritable is not None:
        return
    try:
        with store.reading() as reader:
            rows: list[tuple[Any, ...]] = []
            for sha256, der in reader.stream(_UNREAD):
                rows.append(_to_row(read_again(sha256, blob_bytes(der))))
                if len(rows) == _BATCH:
                    _keep(store, rows)
                    rows = []
            _keep(store, rows)
    except LedgerError as error:
        if error.code not in _EXCUSED:
            raise


def _keep(store: Store, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with store.writing() as writer:
            writer.insert("certificate", COLUMNS, rows, once=True)


def all_known(reader: Reader, spki: str | None) -> Iterator[KnownCertificate]:
    """Every certificate that an observation links to and whose bytes are here, by SHA-256; of one key alone, if the
    SHA-256 of its SPKI is given. Raises LedgerError.
    """
    where = "" if spki is None else "WHERE c.spki_sha256 = :spki"
    values = {} if spki is None else {"spki": spki}
    read = reader.stream(f"SELECT {_SELECTED} FROM certificate c {where} ORDER BY c.sha256", **values)
    # These two bring something where the tables could not be filled alone.
    unread = (read_again(sha256, blob_bytes(der)) for sha256, der in reader.stream(_UNREAD))
    last = None
    for found in merge(map(_from_row, read), unread, _unindexed(reader), key=lambda each: each.sha256):
        if found.sha256 != last and (
            spki is None or (found.certificate and found.certificate.spki_sha256 == spki)
        ):
            yield found
        last = found.sha256


def _unindexed(reader: Reader) -> Iterator[KnownCertificate]:
    """The certificates that no row links to but those which aren't indexed yet."""
    names = {name for _, row in unindexed(reader) for name in row.links if name.startswith(BLOB_LINK)}
    for name in sorted(names):
        if not reader.all(
            "SELECT 1 FROM mention m WHERE m.name = :name AND m.role = 'link' LIMIT 1", name=name
        ):
            found = known(reader, name.removeprefix(BLOB_LINK))
            if found is not None:
                yield found


def known(reader: Reader, sha256: str) -> KnownCertificate | None:
    """The certificate of that SHA-256, or None where its bytes are not here. Raises LedgerError."""
    rows = reader.all(f"SELECT {_SELECTED} FROM certificate c WHERE c.sha256 = :sha256", sha256=sha256)
    if rows:
        return _from_row(rows[0])
    blobs = reader.all("SELECT b.data FROM blob b WHERE b.sha256 = :sha256", sha256=sha256)
    return read_again(sha256, blob_bytes(blobs[0][0])) if blobs else None


def differs(row: Sequence[Any], der: bytes) -> bool:
    """Whether a row of the table, all of `COLUMNS`, is not what this version reads in the bytes."""
    try:
        return _from_row(row) != read_again(row[0], der)
    except LedgerError:
        return True


def _to_row(found: KnownCertificate) -> tuple[Any, ...]:
    certificate = found.certificate
    if certificate is None:
        return (found.sha256, found.unreadable, *[None] * len(_FIELDS))
    values = {field: getattr(certificate, field) for field in _FIELDS}
    for field in _LISTS:
        values[field] = json.dumps(values[field], ensure_ascii=False, separators=(",", ":"))
    return (found.sha256, None, *values.values())


def _from_row(row: Sequence[Any]) -> KnownCertificate:
    sha256, unreadable, *rest = row
    if unreadable is not None:
        return KnownCertificate(sha256, None, unreadable)
    values = dict(zip(_FIELDS, rest, strict=True))
    try:
        for field in _LISTS:
            values[field] = tuple(json.loads(values[field]))
    except (TypeError, ValueError) as error:
        raise LedgerError(
            "damaged", "the table of certificates is damaged: it has to be made anew"
        ) from error
    values["self_signed"] = bool(values["self_signed"])
    return KnownCertificate(sha256, Certificate(sha256=sha256, **values), None)
