"""The tables of the ledger, once. The migrations make them in PostgreSQL, `ddl` in SQLite; tests hold all three equal.

Importing this takes SQLAlchemy, so a few tenths of a second: nothing on the way of one `check` may.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["certificate", "mention", "metadata", "observation", "unindexed"]

metadata: Final = MetaData()

# PostgreSQL orders text by the rules of a language unless told otherwise; SQLite by bytes, and so do we.
_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
# The one type that SQLite gives numbers to by itself.
_ID: Final = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str, doc: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, _TEXT, primary_key=key, nullable=null, doc=doc)


def _number(name: str, doc: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False, doc=doc)


observation: Final = Table(
    "observation",
    metadata,
    Column("id", _ID, Identity(), primary_key=True, doc="a number of this database alone; never exported"),
    _text("run", "the run, `run:…`"),
    _number("seq", "0, 1, 2 … within the run"),
    _text("observed_at", "when it was seen"),
    _text("recorded_at", "when it was written down"),
    _text("source", "what looked"),
    _text("source_version", "and which version of it"),
    _text("vantage", "where it was seen from"),
    _text("kind", "the kind of fact"),
    _number("kind_version", "and which version of it"),
    _text("subject", "the asset that it is about"),
    _text("links", "further assets that the facts speak of, sorted, a blank between them"),
    _text("facts", "canonical JSON"),
    _text("prev", "digest of the row before; 64 zeros in the first"),
    _text("digest", "SHA-256 of the row, without itself, as canonical JSON"),
    UniqueConstraint("run", "seq"),
    Index("observation_kind", "kind", "observed_at"),
    comment="what was seen: written once, never changed",
)

blob: Final = Table(
    "blob",
    metadata,
    _text("sha256", "the digest of `data`", key=True),
    Column("data", LargeBinary, nullable=False, doc="the bytes"),
    comment="certificates, CRLs, OCSP answers and the lists behind seals, each once",
)

unindexed: Final = Table(
    "unindexed",
    metadata,
    _text("run", "the run", key=True),
    _number("first_seq", "from this row", key=True),
    _number("last_seq", "to this one"),
    comment="derived: rows that `mention` does not know yet",
)

mention: Final = Table(
    "mention",
    metadata,
    _text("name", "what the row can be found by", key=True),
    _text("role", "what that is: `subject`, `link`, `place` (host or address, and port), `digest`", key=True),
    _number("id", "of the observation", key=True),
    comment="derived: the index by subject, link, host and digest; filled when it is first asked",
    sqlite_with_rowid=False,
)

certificate: Final = Table(
    "certificate",
    metadata,
    _text("sha256", "of the certificate", key=True),
    _text("unreadable", "why it can't be read; then all that follows is empty", null=True),
    _text("subject", "its distinguished name", null=True),
    _text("names", "the names that it is valid for, a JSON list", null=True),
    _text("issuer", "distinguished name of who signed it", null=True),
    _text("serial", "hexadecimal", null=True),
    _text("not_before", "valid from", null=True),
    _text("not_after", "valid until", null=True),
    _text("spki_sha256", "SHA-256 of its public key", null=True),
    _text("key_type", "`rsa`, `ec`, …", null=True),
    _number("key_size", "bits", null=True),
    Column("self_signed", Boolean, nullable=True, doc="whether it signed itself"),
    _text("signature_algorithm", "`sha256WithRSAEncryption`, …", null=True),
    _text("unread", "fields that could not be read whole, a JSON list", null=True),
    Index("certificate_spki", "spki_sha256"),
    comment="derived: what certificates say, read from their blobs",
)
