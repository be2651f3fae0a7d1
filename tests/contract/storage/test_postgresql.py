"""What is PostgreSQL's own: a server that goes away, refuses, or is not there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.contract.storage.conftest import Databases
from tests.contract.storage.counters import add, create_table, increment, number_of
from tests.postgresql import Cluster
from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.opening import open_database
from tureen.storage.postgresql import PostgresqlDatabase
from tureen.storage.postgresql.writer import GROUP
from tureen.storage.script import Script, one


async def test_a_server_that_restarts_is_busy_and_then_there_again() -> None:
    with Cluster.start() as cluster:
        url = cluster.create_database("one")
        await create_table(url)
        async with open_database(url) as database:
            await database.write(add, "soup")
            writes = [asyncio.ensure_future(database.write(increment, "soup")) for _ in range(1000)]
            await writes[0]
            await asyncio.to_thread(cluster.restart)
            done = await asyncio.gather(*writes, return_exceptions=True)
            acknowledged = [each for each in done if isinstance(each, int)]
            assert all(isinstance(each, StorageBusyError) for each in done if not isinstance(each, int))
            # One group at most was committed without its acknowledgement getting through.
            assert acknowledged == sorted(set(acknowledged))
            assert len(acknowledged) < len(writes)
            stored = await database.read(number_of, "soup")
            assert stored is not None
            assert acknowledged[-1] <= stored <= acknowledged[-1] + GROUP
            assert await database.write(increment, "soup")


async def test_a_server_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageBusyError, match="Is the server"):
        async with open_database(f"postgresql://tureen@/one?host={tmp_path}"):
            pass


async def test_a_database_that_does_not_exist_is_explained(cluster: Cluster) -> None:
    with pytest.raises(StorageError, match='"nowhere" does not exist'):
        async with open_database(cluster.url("nowhere")):
            pass


async def test_a_database_that_cannot_hold_all_text_is_refused(cluster: Cluster) -> None:
    cluster.create_database("latin", encoding="LATIN1")
    with pytest.raises(StorageError, match="LATIN1"):
        async with open_database(cluster.url("latin")):
            pass


async def test_what_is_acknowledged_is_on_the_disk_whatever_the_server_does_for_others() -> None:
    def synchronous() -> Script[str]:
        return str((yield from one(text("SHOW synchronous_commit")))["synchronous_commit"])

    with Cluster.start(synchronous_commit="off") as cluster:
        async with open_database(cluster.create_database("one")) as database:
            assert await database.write(synchronous) == "on"


async def test_too_much_under_way_is_refused_and_the_rest_is_kept(databases: Databases) -> None:
    url = databases.new("postgresql")
    await create_table(url)
    database = PostgresqlDatabase(url, waiting=10)
    await database.open()
    done = await asyncio.gather(*(database.write(add, f"n{n}") for n in range(12)), return_exceptions=True)
    assert done[:10] == [f"n{number}" for number in range(10)]
    assert all(isinstance(error, StorageBusyError) for error in done[10:])
    assert await database.write(add, "later") == "later"
    await database.aclose()
