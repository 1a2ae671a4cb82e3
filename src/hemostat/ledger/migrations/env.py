"""What Alembic runs: the migrations, on the connection and in the transaction that `migrate.upgrade` gave."""

from alembic import context

from hemostat.ledger.ddl import VERSION_TABLE
from hemostat.ledger.model import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
