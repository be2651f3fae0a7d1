"""Conversations that many write to at once, on PostgreSQL, from one node and from two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from tests.contract.storage.conftest import Databases
from tests.contract.storage.conversations import ANN, BOB, CID, DORA, ONE, act, make, post
from tureen.messaging.records import HistoryQuery, Removal
from tureen.protocol.errors import CommandError
from tureen.storage.database import Database
from tureen.storage.messaging import SqlMessagingStore, membership
from tureen.storage.opening import open_database
from tureen.storage.script import Script, execute, one

GATE = 77
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.new("postgresql")


@pytest.fixture
async def nodes(url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two that share a database, with one conversation of three."""
    async with open_database(url) as one, open_database(url) as other:
        await make(SqlMessagingStore(one), BOB, CID)
        yield one, other


@pytest.fixture
async def gate(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Holds the lock that scripts wait for."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"SELECT pg_advisory_lock({GATE})")
    yield connection
    await connection.close()


async def test_messages_of_one_conversation_share_few_commits(nodes: tuple[Database, Database]) -> None:
    def transactions() -> Script[int]:
        found = yield from one(text("SELECT count(DISTINCT xmin::text) AS number FROM messages"))
        return int(found["number"])

    store = SqlMessagingStore(nodes[0])
    placed = await asyncio.gather(*(store.post(post(BOB, f"c{number}")) for number in range(200)))
    assert [each.seq for each in placed] == list(range(placed[0].seq, placed[0].seq + 200))
    assert await nodes[0].read(transactions) < 10


async def test_who_may_not_write_is_told_and_the_others_messages_are_kept(nodes: tuple[Database, Database]) -> None:
    store = SqlMessagingStore(nodes[0])
    posts = [post(DORA if number % 7 == 3 else BOB, f"c{number}") for number in range(50)]
    done = await asyncio.gather(*(store.post(each) for each in posts), return_exceptions=True)
    assert all(isinstance(done[number], CommandError) for number in range(3, 50, 7))
    seqs = [each.seq for each in done if not isinstance(each, BaseException)]
    assert seqs == list(range(seqs[0], seqs[0] + 43))


async def test_two_nodes_number_one_conversation_without_gaps_and_keep_each_command_once(
    nodes: tuple[Database, Database],
) -> None:
    stores = [SqlMessagingStore(each) for each in nodes]
    # Each command comes to both, as when a device moves to the other node without having heard.
    posts = [post((ANN, BOB, CID)[number % 3], f"c{number}") for number in range(150)]
    done = await asyncio.gather(*(store.post(each) for store in stores for each in posts))
    first, second = done[:150], done[150:]
    assert [each.seq for each in first] == [each.seq for each in second]
    assert sum(each.event is not None for each in done) == 150
    seqs = sorted(each.seq for each in first)
    assert seqs == list(range(seqs[0], seqs[0] + 150))
    history = await stores[0].history(HistoryQuery(conversation=ONE, before=None, after=None, thread=None, limit=200))
    assert sorted(each.id for each in history.messages) == sorted(each.id for each in posts)


async def test_who_was_removed_by_another_node_meanwhile_writes_nothing(
    nodes: tuple[Database, Database], gate: asyncpg.Connection[asyncpg.Record]
) -> None:
    def remove_behind_a_gate(about: str) -> Script[None]:
        yield from membership.remove_members(Removal(act=act(ANN, "remove"), users=[BOB]))
        yield from execute(text(f"SELECT pg_advisory_xact_lock({GATE})"))

    removing = asyncio.ensure_future(nodes[0].write(remove_behind_a_gate, ONE))
    await _until_waiting(gate, 1)
    writing = asyncio.ensure_future(SqlMessagingStore(nodes[1]).post(post(BOB, "late")))
    await _until_waiting(gate, 2)
    await gate.execute(f"SELECT pg_advisory_unlock({GATE})")
    await removing
    with pytest.raises(CommandError, match="not yours"):
        await writing


async def _until_waiting(connection: asyncpg.Connection[asyncpg.Record], number: int) -> None:
    async with asyncio.timeout(30):
        while await connection.fetchval(_WAITING) < number:
            pass
