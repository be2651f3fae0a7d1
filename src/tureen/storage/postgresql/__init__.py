"""PostgreSQL, on a pool of connections: scripts about the same thing share a transaction, others have their own."""

from tureen.storage.postgresql.database import PostgresqlDatabase

__all__ = ["PostgresqlDatabase"]
