"""Runs migrations on the connection, and in the transaction, that `migrating.py` hands over."""

from alembic import context

from resources.records.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
