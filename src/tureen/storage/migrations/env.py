"""Alembic runs this file, with the connection that `storage.upgrade` hands over."""

from alembic import context

given = context.config.attributes
context.configure(connection=given["connection"], **given["configuration"])
with context.begin_transaction():
    context.run_migrations()
