"""Alembic's entry: runs on the connection that `issuer.database` hands over, in its transaction."""

from alembic import context

from issuer.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
