"""Migrations lead to the tables that the program declares, whatever the database and whoever runs them."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select, text

from tests.contract.storage.conftest import ENGINES
from tests.postgresql import Cluster
from tureen.storage.database import Database
from tureen.storage.engines import in_transaction
from tureen.storage.errors import StorageVersionError
from tureen.storage.facts import database_id
from tureen.storage.opening import open_database
from tureen.storage.schema.facts import FACTS
from tureen.storage.schema.registry import all_tables
from tureen.storage.upgrade import VERSION_TABLE, configuration, newest, upgrade, version
from tureen.storage.url import sqlite_url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database without any table."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "tureen.db")
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.create_database(f"empty_{tmp_path.name}")


def differences(connection: Connection) -> list[object]:
    options = configuration(connection)
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), options["target_metadata"]))


async def test_migrations_lead_to_the_declared_tables(empty_url: str) -> None:
    await in_transaction(empty_url, upgrade)
    assert await in_transaction(empty_url, differences) == []
    assert await in_transaction(empty_url, version) == newest()


async def test_an_upgraded_database_is_left_as_it_is(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        name = await database_id(database)
    async with open_database(empty_url) as database:
        assert await database_id(database) == name


async def test_nodes_that_start_together_migrate_once(empty_url: str) -> None:
    async def start() -> str:
        async with open_database(empty_url) as database:
            return await database_id(database)

    assert len(set(await asyncio.gather(*(start() for _ in range(4))))) == 1


async def test_a_database_newer_than_the_program_is_refused_and_left_alone(url: str) -> None:
    def age(connection: Connection) -> None:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    await in_transaction(url, age)
    with pytest.raises(StorageVersionError, match=rf"9999.*{newest()}.*newer Tureen"):
        async with open_database(url):
            pass
    assert await in_transaction(url, version) == "9999"


async def test_tables_of_another_program_are_not_taken_over(empty_url: str) -> None:
    def make(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE facts (colour TEXT)"))

    await in_transaction(empty_url, make)
    with pytest.raises(StorageVersionError, match="facts"):
        async with open_database(empty_url):
            pass


async def test_other_tables_of_the_application_do_not_disturb(empty_url: str) -> None:
    def make(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE recipes (name TEXT)"))
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('abc')"))

    await in_transaction(empty_url, make)
    async with open_database(empty_url) as database:
        assert await database_id(database)


async def test_a_failing_step_leaves_nothing(empty_url: str) -> None:
    def fail(connection: Connection) -> None:
        upgrade(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await in_transaction(empty_url, fail)
    assert await in_transaction(empty_url, version) is None
    async with open_database(empty_url):
        pass


async def test_full_text_indexes_of_sqlite_are_no_difference(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "tureen.db")
    await in_transaction(url, upgrade)
    connection = sqlite3.connect(tmp_path / "tureen.db")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
    connection.close()
    assert await in_transaction(url, differences) == []


async def test_each_database_has_a_name_of_its_own(database: Database, url: str) -> None:
    assert len(await database_id(database)) == 16
    assert await in_transaction(url, lambda connection: connection.scalar(select(func.count()).select_from(FACTS))) == 1


def test_every_table_is_registered() -> None:
    assert "facts" in all_tables().tables
