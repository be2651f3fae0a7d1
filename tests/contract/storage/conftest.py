"""A database of one's own for each test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tureen.storage.schema import messaging as messaging_schema
from tureen.storage.sqlite import SqliteDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    path = tmp_path / "tureen.db"
    database = SqliteDatabase(path)
    database.create_tables()
    with sqlite3.connect(path) as connection:
        for statement in messaging_schema.SEARCH_DDL["sqlite"]:
            connection.execute(statement)
    connection.close()
    yield database
    database.close()
