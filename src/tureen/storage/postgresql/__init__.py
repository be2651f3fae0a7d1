"""PostgreSQL: each script is a transaction of its own, on a pool of connections."""

from tureen.storage.postgresql.database import PostgresqlDatabase

__all__ = ["PostgresqlDatabase"]
