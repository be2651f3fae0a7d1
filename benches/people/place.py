"""Where the measured servers keep their things: a folder, and a database for each part."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from benches.process import family_cpu_s
from tests.postgresql import DURABLE, Cluster
from tureen.storage.sqlite.connection import open_writer
from tureen.storage.url import sqlite_url

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
COMMITS = 200
_TABLE = "CREATE TABLE bench_rows (number INTEGER PRIMARY KEY, body TEXT)"


class Place:
    """A temporary folder, with a PostgreSQL server or without."""

    def __init__(self, folder: Path, cluster: Cluster | None) -> None:
        """Use `open_place`."""
        self.folder = folder
        self._cluster = cluster
        self._numbers = itertools.count()

    def new_database(self, name: str) -> str:
        """The URL of an empty one."""
        if self._cluster is None:
            return sqlite_url(self.folder / name / "tureen.db")
        return self._cluster.create_database(name)

    def scenario(self, name: str) -> str:
        """As results call it: SQLite goes without saying."""
        return name if self._cluster is None else f"{name}-{POSTGRESQL}"

    def database_cpu_s(self) -> float | None:
        """Processor time of the database's processes so far; None where it is part of the server."""
        return None if self._cluster is None else family_cpu_s(self._cluster.pid)

    async def commits(self, text: str) -> list[float]:
        """How long the plain driver takes for a row that is on the disk, several times."""
        name = f"commits_{next(self._numbers)}"
        if self._cluster is None:
            return await asyncio.to_thread(_sqlite_commits, self.folder / f"{name}.db", text)
        return await _postgresql_commits(self._cluster.create_database(name), text)


@contextmanager
def open_place(folder: Path, database: str) -> Iterator[Place]:
    """``database``: one of `DATABASES`. Raises `pytest.skip.Exception` where there is no PostgreSQL."""
    if database == SQLITE:
        yield Place(folder, None)
        return
    with Cluster.start(**DURABLE) as cluster:
        yield Place(folder, cluster)


def _sqlite_commits(path: Path, text: str) -> list[float]:
    connection = open_writer(path, check=False)
    connection.execute(_TABLE)
    times = []
    for number in range(COMMITS):
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bench_rows VALUES (?, ?)", (number, text))
        connection.execute("COMMIT")
        times.append(time.perf_counter() - began)
    connection.close()
    return times


async def _postgresql_commits(url: str, text: str) -> list[float]:
    connection = await asyncpg.connect(url)
    await connection.execute(_TABLE)
    times = []
    for number in range(COMMITS):
        began = time.perf_counter()
        async with connection.transaction():
            await connection.execute("INSERT INTO bench_rows VALUES ($1, $2)", number, text)
        times.append(time.perf_counter() - began)
    await connection.close()
    return times
