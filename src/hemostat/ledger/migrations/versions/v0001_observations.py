"""Observations in their chains, blobs by digest, and the index of names over them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def text(name: str) -> "sa.Column[str]":
    return sa.Column(name, TEXT, nullable=False)


def number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "observation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        text("run"),
        number("seq"),
        text("observed_at"),
        text("recorded_at"),
        text("source"),
        text("source_version"),
        text("vantage"),
        text("kind"),
        number("kind_version"),
        text("subject"),
        text("links"),
        text("facts"),
        text("prev"),
        text("digest"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run", "seq"),
    )
    op.create_index("observation_kind", "observation", ["kind", "observed_at"])
    op.create_table(
        "blob",
        text("sha256"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "unindexed",
        text("run"),
        number("first_seq"),
        number("last_seq"),
        sa.PrimaryKeyConstraint("run", "first_seq"),
    )
    op.create_table(
        "mention",
        text("name"),
        text("role"),
        number("id"),
        sa.PrimaryKeyConstraint("name", "role", "id"),
        sqlite_with_rowid=False,
    )
