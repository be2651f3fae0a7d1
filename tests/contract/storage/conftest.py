"""The engines that every store has to work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tureen.storage.sqlite import SqliteDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "tureen.db")
    database.create_tables()
    yield database
    database.close()
