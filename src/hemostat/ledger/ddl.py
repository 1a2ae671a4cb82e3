"""The schema of an SQLite ledger as text, so that a new file needs no SQLAlchemy; and which schema this version knows.

Tests hold the text equal to `model` and to what the migrations make.
"""

import re
from typing import Final, Literal

from hemostat.ledger.errors import LedgerError

__all__ = ["DDL", "HEAD", "VERSION_TABLE", "age_of"]

VERSION_TABLE: Final = "hemostat_version"
"""The table in which Alembic keeps where it is; a database that has it is a ledger."""
HEAD: Final = "0002"
"""The newest migration: the schema that `DDL` makes. Migrations are numbered 0001, 0002, …"""

DDL: Final = (
    """CREATE TABLE observation (
        id INTEGER NOT NULL,
        run TEXT NOT NULL,
        seq BIGINT NOT NULL,
        observed_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        source TEXT NOT NULL,
        source_version TEXT NOT NULL,
        vantage TEXT NOT NULL,
        kind TEXT NOT NULL,
        kind_version BIGINT NOT NULL,
        subject TEXT NOT NULL,
        links TEXT NOT NULL,
        facts TEXT NOT NULL,
        prev TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (run, seq)
    )""",
    "CREATE INDEX observation_kind ON observation (kind, observed_at)",
    """CREATE TABLE blob (
        sha256 TEXT NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (sha256)
    )""",
    """CREATE TABLE unindexed (
        run TEXT NOT NULL,
        first_seq BIGINT NOT NULL,
        last_seq BIGINT NOT NULL,
        PRIMARY KEY (run, first_seq)
    )""",
    """CREATE TABLE mention (
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        id BIGINT NOT NULL,
        PRIMARY KEY (name, role, id)
    ) WITHOUT ROWID""",
    """CREATE TABLE certificate (
        sha256 TEXT NOT NULL,
        unreadable TEXT,
        subject TEXT,
        names TEXT,
        issuer TEXT,
        serial TEXT,
        not_before TEXT,
        not_after TEXT,
        spki_sha256 TEXT,
        key_type TEXT,
        key_size BIGINT,
        self_signed BOOLEAN,
        signature_algorithm TEXT,
        unread TEXT,
        PRIMARY KEY (sha256)
    )""",
    "CREATE INDEX certificate_spki ON certificate (spki_sha256)",
    f"""CREATE TABLE {VERSION_TABLE} (
        version_num VARCHAR(32) NOT NULL,
        CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num)
    )""",
    f"INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{HEAD}')",
)
"""Statements that make the schema in an empty database."""

_REVISION: Final = re.compile(r"[0-9]{4}")


def age_of(version: object, shown: str) -> Literal["current", "older", "newer"]:
    """How old a schema is, by what its version table holds.

    Raises LedgerError (`not-a-ledger`) for what no version of hemostat writes there. `shown`: where the ledger lies.
    """
    if not isinstance(version, str) or not _REVISION.fullmatch(version) or version == "0000":
        raise LedgerError(
            "not-a-ledger", f"{shown} is not a ledger: its version table holds no version of hemostat's"
        )
    if version == HEAD:
        return "current"
    return "older" if version < HEAD else "newer"
