"""A migration that the tool writes leads to the tables that were declared."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Table, Text, UniqueConstraint

from tools import new_migration
from tureen.storage import migrations
from tureen.storage.engines import in_transaction
from tureen.storage.schema.metadata import METADATA
from tureen.storage.upgrade import configuration, newest, upgrade
from tureen.storage.url import sqlite_url


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to be added to."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrations.__path__[0], copy)
    monkeypatch.setattr(migrations, "__path__", [str(copy)])
    monkeypatch.setattr(new_migration, "ROOT", tmp_path)
    return copy


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table(
        "test_dishes",
        METADATA,
        Column("name", Text, primary_key=True),
        Column("number", BigInteger, nullable=False, server_default="0"),
        Column("fact", Text, ForeignKey("facts.name")),
        UniqueConstraint("name", "number"),
        Index(None, "number", "fact"),
    )
    yield table
    METADATA.remove(table)


def differences(connection: Connection) -> list[object]:
    upgrade(connection)
    options = configuration(connection)
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), options["target_metadata"]))


def test_it_leads_to_the_declared_tables(
    folder: Path, table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = newest()
    monkeypatch.setattr(sys, "argv", ["new_migration", "Dishes, and more"])
    assert new_migration.main() == 0
    assert newest() == f"{int(before) + 1:04}"
    assert f"migrations/versions/r{newest()}_dishes_and_more.py" in capsys.readouterr().out
    assert asyncio.run(in_transaction(sqlite_url(folder / "a.db"), differences)) == []


def test_without_words_it_explains_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["new_migration"])
    assert new_migration.main() == 2
    assert "tools/new_migration.py" in capsys.readouterr().err
