"""A database with all tables as they are declared, without their history: quick, for tests of one store."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from tureen.storage.schema.registry import all_tables
from tureen.storage.sqlite import SqliteDatabase


def database_with_tables(path: Path) -> SqliteDatabase:
    """Whoever asks for it closes it."""
    engine = create_engine(f"sqlite:///{path}")
    all_tables().create_all(engine)
    engine.dispose()
    return SqliteDatabase(path)
