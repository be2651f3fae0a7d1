"""Opens the database that a URL names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tureen.storage.database import Database
from tureen.storage.engines import in_transaction
from tureen.storage.facts import database_id
from tureen.storage.postgresql import PostgresqlDatabase
from tureen.storage.sqlite import SqliteDatabase
from tureen.storage.upgrade import upgrade
from tureen.storage.url import sqlite_path


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The database with today's tables; in the end it waits for all that was begun.

    ``url``: ``sqlite:///file`` or ``postgresql://user:password@host:port/name``. Raises `StorageError` if it cannot be
    used, in particular `StorageCorruptError` for a damaged file and `StorageVersionError` for tables newer than ours.
    """
    database = await _open(url)
    try:
        await in_transaction(url, upgrade)
        await database_id(database)
        yield database
    finally:
        await database.aclose()


async def _open(url: str) -> SqliteDatabase | PostgresqlDatabase:
    path = sqlite_path(url)
    if path is None:
        database = PostgresqlDatabase(url)
        await database.open()
        return database
    return await asyncio.to_thread(SqliteDatabase, path)
