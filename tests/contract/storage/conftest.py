"""Databases for the suites that both engines pass. The fixture `database` has all tables and no rows but its own name.

PostgreSQL is a server of the test run's own (`tests.postgresql`); where the machine has none, its half is skipped.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.postgresql import Cluster
from tureen.storage.database import Database
from tureen.storage.engines import in_transaction
from tureen.storage.opening import open_database
from tureen.storage.upgrade import upgrade
from tureen.storage.url import sqlite_path, sqlite_url

TEMPLATE = "template_tureen"
ENGINES = ("sqlite", "postgresql")


class Databases:
    """Makes empty ones, quickly: each is a copy of one that was upgraded once."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self._folder = folder
        self._request = request
        self._numbers = itertools.count()

    def new(self, engine: str) -> str:
        """The URL of a database with today's tables. Skips the test where there is no such engine."""
        number = next(self._numbers)
        if engine == "postgresql":
            cluster: Cluster = self._request.getfixturevalue("cluster")
            return cluster.create_database(f"test_{number}", TEMPLATE)
        template = self._folder / "template.db"
        if not template.exists():
            _upgrade(sqlite_url(template))
        path = self._folder / f"test_{number}.db"
        shutil.copy(template, path)
        return sqlite_url(path)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with Cluster.start() as cluster:
        _upgrade(cluster.create_database(TEMPLATE))
        yield cluster


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Databases:
    return Databases(tmp_path_factory.mktemp("databases"), request)


def _upgrade(url: str) -> None:
    """On a thread of its own: the one that asks may run an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, in_transaction(url, upgrade)).result()


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Of a new, empty database, on each engine in turn."""
    url = databases.new(request.param)
    yield url
    path = sqlite_path(url)
    if path is not None:
        path.unlink()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    async with open_database(url) as database:
        yield database
