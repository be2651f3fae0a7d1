"""SQLAlchemy's own connections, for what is no hot path: migrations, export, import.

The engines of this package do not use them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from tureen.storage.errors import StorageError
from tureen.storage.postgresql.faults import FAULTS
from tureen.storage.postgresql.faults import as_storage_error as postgresql_error
from tureen.storage.sqlite.connection import open_writer
from tureen.storage.sqlite.faults import as_storage_error as sqlite_error
from tureen.storage.url import sqlite_path

T = TypeVar("T")


async def in_transaction(url: str, work: Callable[[Connection], T], *, snapshot: bool = False) -> T:
    """Runs ``work``, which may block, in one transaction on a connection of its own. Raises `StorageError`.

    ``snapshot``: it only reads, and sees one state of the database, whatever others write meanwhile.
    """
    path = sqlite_path(url)
    if path is not None:
        return await asyncio.to_thread(_in_sqlite, path, work, snapshot=snapshot)
    return await _in_postgresql(url, work, snapshot=snapshot)


def _in_sqlite(path: Path, work: Callable[[Connection], T], *, snapshot: bool) -> T:
    if snapshot and not path.exists():
        raise StorageError(f"There is no database {path}.", "Name the one that is meant in storage.url.")
    driver = open_writer(path, check=False)
    # Steps that make a table anew would delete what refers to the old one. Can be said outside of transactions only.
    driver.execute("PRAGMA foreign_keys=OFF")
    engine = create_engine("sqlite://", creator=lambda: driver, poolclass=StaticPool)
    begin = "BEGIN" if snapshot else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    try:
        with engine.begin() as connection:
            return work(connection)
    except DBAPIError as error:
        raise sqlite_error(error.orig if isinstance(error.orig, Exception) else error) from error
    finally:
        engine.dispose()
        driver.close()


async def _in_postgresql(url: str, work: Callable[[Connection], T], *, snapshot: bool) -> T:
    def connect(*_: object, **__: object) -> Any:  # noqa: ANN401 - the driver has no types
        return asyncpg.connect(url)

    level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if snapshot else {}
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.execution_options(**level).begin() as connection:
            return await connection.run_sync(work)
    except FAULTS as error:
        raise postgresql_error(error) from error
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        raise postgresql_error(cause or error) from error
    finally:
        await engine.dispose()
