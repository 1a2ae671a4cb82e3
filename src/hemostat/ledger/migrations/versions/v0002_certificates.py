"""What certificates say, read from their blobs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("unreadable", TEXT),
        sa.Column("subject", TEXT),
        sa.Column("names", TEXT),
        sa.Column("issuer", TEXT),
        sa.Column("serial", TEXT),
        sa.Column("not_before", TEXT),
        sa.Column("not_after", TEXT),
        sa.Column("spki_sha256", TEXT),
        sa.Column("key_type", TEXT),
        sa.Column("key_size", sa.BigInteger()),
        sa.Column("self_signed", sa.Boolean()),
        sa.Column("signature_algorithm", TEXT),
        sa.Column("unread", TEXT),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index("certificate_spki", "certificate", ["spki_sha256"])
