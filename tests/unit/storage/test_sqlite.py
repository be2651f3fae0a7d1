"""What is SQLite's own: groups, bounds, damaged files, full disks. The rest stands in tests/contract/storage."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, insert, literal, select, update

from tureen.storage.errors import (
    StorageBusyError,
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageRejectedError,
)
from tureen.storage.script import Script, execute, first, one
from tureen.storage.sqlite import SqliteDatabase
from tureen.storage.sqlite import connection as connections

COUNTERS = Table(
    "counters", MetaData(), Column("name", Text, primary_key=True), Column("number", BigInteger), Column("note", Text)
)
INSERT = insert(COUNTERS)
INCREMENT = (
    update(COUNTERS)
    .where(COUNTERS.c.name == bindparam("of"))
    .values(number=COUNTERS.c.number + 1)
    .returning(COUNTERS.c.number)
)
FIND = select(COUNTERS).where(COUNTERS.c.name == bindparam("of"))


def add(name: str, note: str = "") -> Script[str]:
    yield from execute(INSERT, name=name, number=0, note=note)
    return name


def increment(name: str) -> Script[int]:
    return int((yield from one(INCREMENT, of=name))["number"])


def number_of(name: str) -> Script[int | None]:
    row = yield from first(FIND, of=name)
    return None if row is None else int(row["number"])


def make_file(path: Path) -> Path:
    SqliteDatabase(path).close()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE counters (name TEXT PRIMARY KEY, number BIGINT, note TEXT)")
    connection.close()
    return path


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(make_file(tmp_path / "tureen.db"))
    yield database
    await database.aclose()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_S", 0.01)


async def test_many_writes_share_few_commits(database: SqliteDatabase, tmp_path: Path) -> None:
    await database.write(add, "a")
    log = tmp_path / "tureen.db-wal"
    before = log.stat().st_size
    results = await asyncio.gather(*(database.write(increment, "a") for _ in range(500)))
    assert results == list(range(1, 501))
    # Each commit appends at least one page to the log.
    assert (log.stat().st_size - before) / 4096 < 100


async def test_what_comes_during_a_commit_shares_the_next_one(database: SqliteDatabase, tmp_path: Path) -> None:
    await database.write(add, "a")
    log = tmp_path / "tureen.db-wal"
    started, release = threading.Event(), threading.Event()

    def slow() -> Script[None]:
        yield from number_of("a")
        started.set()
        assert release.wait(30)

    writes: list[asyncio.Future[object]] = [asyncio.ensure_future(database.write(slow))]
    assert await asyncio.to_thread(started.wait, 30)
    before = log.stat().st_size
    for _ in range(100):
        writes.append(asyncio.ensure_future(database.write(increment, "a")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(*writes)
    assert (log.stat().st_size - before) / 4096 < 10


async def test_too_many_waiting_writes_are_refused_and_the_others_are_kept(tmp_path: Path) -> None:
    database = SqliteDatabase(make_file(tmp_path / "tureen.db"), waiting=10)
    tasks = [asyncio.ensure_future(database.write(add, f"c{number}")) for number in range(12)]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert done[:10] == [f"c{number}" for number in range(10)]
    assert all(isinstance(error, StorageBusyError) for error in done[10:])
    assert await database.write(add, "later") == "later"
    await database.aclose()


async def test_a_file_that_another_program_holds_makes_writes_busy_and_leaves_reads(
    tmp_path: Path, impatient: None
) -> None:
    path = make_file(tmp_path / "tureen.db")
    database = SqliteDatabase(path)
    await database.write(add, "a")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusyError):
        await database.write(increment, "a")
    assert await database.read(number_of, "a") == 0
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(increment, "a") == 1
    await database.aclose()


async def test_what_waits_behind_a_file_that_is_held_is_told_soon_and_patience_returns(
    tmp_path: Path, impatient: None
) -> None:
    path = make_file(tmp_path / "tureen.db")
    database = SqliteDatabase(path)
    connection = database._writer._connection

    def patience() -> float:
        return float(connection.execute("PRAGMA busy_timeout").fetchone()[0]) / 1000

    await database.write(add, "a")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(StorageBusyError):
            await database.write(increment, "a")
        assert patience() == connections.HELD_TIMEOUT_S
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(increment, "a") == 1
    assert patience() == connections.BUSY_TIMEOUT_S
    await database.aclose()


def test_a_file_that_is_held_at_start_is_told(tmp_path: Path, impatient: None) -> None:
    path = make_file(tmp_path / "tureen.db")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageBusyError, match=r"tureen\.db cannot be used: database is locked") as told:
        SqliteDatabase(path)
    assert "Another program" in told.value.hint
    other.close()
    SqliteDatabase(path).close()


class FailingRollback:
    """A connection to a disk that fails when something is to be undone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.failures = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str) -> Any:
        if statement == "ROLLBACK":
            self.failures += 1
            self._connection.execute(statement)
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(statement)


async def test_a_disk_that_fails_to_undo_leaves_nobody_waiting(database: SqliteDatabase) -> None:
    def add_and_raise(name: str) -> Script[None]:
        yield from add(name)
        raise LookupError(name)

    failing = FailingRollback(database._writer._connection)
    database._writer._connection = failing  # type: ignore[assignment]
    done = await asyncio.wait_for(
        asyncio.gather(database.write(add, "a"), database.write(add_and_raise, "b"), return_exceptions=True), 10
    )
    assert failing.failures
    assert done[0] == "a"
    assert isinstance(done[1], LookupError)
    assert await asyncio.wait_for(database.write(increment, "a"), 10) == 1


@pytest.mark.parametrize(
    "content", [b"This is a letter, not a database. " * 100, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_what_is_no_database_is_refused_at_start_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tureen.db"
    path.write_bytes(content)
    with pytest.raises(StorageCorruptError, match=r"tureen\.db"):
        SqliteDatabase(path)
    assert path.read_bytes() == content


async def test_a_damaged_file_is_refused_at_start(tmp_path: Path) -> None:
    path = make_file(tmp_path / "tureen.db")
    database = SqliteDatabase(path)
    await asyncio.gather(*(database.write(add, f"c{number}", "x" * 500) for number in range(200)))
    await database.aclose()
    content = bytearray(path.read_bytes())
    content[8192:16384] = b"\x5a" * 8192
    path.write_bytes(content)
    with pytest.raises(StorageCorruptError, match="damaged"):
        SqliteDatabase(path)


async def test_a_file_that_is_damaged_while_in_use_answers_nothing_more(tmp_path: Path) -> None:
    path = make_file(tmp_path / "tureen.db")
    database = SqliteDatabase(path)
    await asyncio.gather(*(database.write(add, f"c{number:03}", "x" * 500) for number in range(500)))
    await database.aclose()
    database = SqliteDatabase(path)
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\x5a" * (path.stat().st_size - 3 * 4096))
    with pytest.raises(StorageCorruptError):
        await asyncio.gather(*(database.read(number_of, f"c{number:03}") for number in range(500)))
    with pytest.raises(StorageCorruptError, match="malformed"):
        await database.write(add, "more")
    with pytest.raises(StorageCorruptError, match="malformed"):
        await database.read(number_of, "c000")
    await database.aclose()


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        SqliteDatabase(tmp_path / "file" / "tureen.db")


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = make_file(tmp_path / "state" / "tureen.db")
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_full_disk_fails_those_writes_and_no_later_ones(database: SqliteDatabase) -> None:
    await database.write(add, "a")
    pages = limit_pages(database, 20)
    done = await asyncio.gather(
        *(database.write(add, f"c{number}", "x" * 4000) for number in range(50)), return_exceptions=True
    )
    assert any(isinstance(error, StorageFullError) for error in done)
    # What was said to be written is.
    for outcome in done:
        if isinstance(outcome, str):
            assert await database.read(number_of, outcome) == 0
    limit_pages(database, pages)
    assert await database.write(increment, "a") == 1


def limit_pages(database: SqliteDatabase, most: int) -> int:
    """As a disk without room would; the most that it was before."""
    connection = database._writer._connection
    (before,) = connection.execute("PRAGMA max_page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={most}").fetchall()
    return int(before)


async def test_readers_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises(StorageError):
        await database.read(add, "a")
    assert await database.read(number_of, "a") is None


async def test_a_page_of_constants_and_lists_of_the_statement_itself(database: SqliteDatabase) -> None:
    statement = select(COUNTERS.c.name, literal(7).label("seven")).where(COUNTERS.c.name.in_(("a", "b"))).limit(1)

    def read() -> Script[tuple[str, int]]:
        row = yield from one(statement)
        return row["name"], row["seven"]

    await database.write(add, "b")
    assert await database.read(read) == ("b", 7)


async def test_a_forgotten_parameter_is_named(database: SqliteDatabase) -> None:
    def incomplete() -> Script[None]:
        yield from execute(INSERT, name="a")

    with pytest.raises(TypeError, match="number"):
        await database.write(incomplete)


async def test_values_that_cannot_be_stored_are_rejected(database: SqliteDatabase) -> None:
    with pytest.raises(StorageRejectedError):
        await database.write(add, "\ud800")

    def too_large() -> Script[None]:
        yield from execute(INSERT, name="a", number=1 << 64, note="")

    with pytest.raises(StorageRejectedError):
        await database.write(too_large)


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = SqliteDatabase(make_file(tmp_path / "tureen.db"))
    await database.aclose()
    with pytest.raises(StorageError, match="closed"):
        await database.write(add, "a")
    with pytest.raises(StorageError, match="closed"):
        await database.read(number_of, "a")


async def test_a_slow_reader_holds_up_no_others(database: SqliteDatabase) -> None:
    await database.write(add, "a")
    started, release = threading.Event(), threading.Event()

    def slow() -> Script[str]:
        yield from number_of("a")
        started.set()
        assert release.wait(30)
        return "slow"

    held_up = [asyncio.ensure_future(database.read(slow)) for _ in range(2)]
    assert await asyncio.to_thread(started.wait, 30)
    assert await asyncio.wait_for(asyncio.gather(*(database.read(number_of, "a") for _ in range(100))), 30) == [0] * 100
    release.set()
    assert await asyncio.gather(*held_up) == ["slow", "slow"]


async def test_one_that_raises_after_it_has_written_is_undone_alone(database: SqliteDatabase) -> None:
    def add_and_raise(name: str) -> Script[None]:
        yield from add(name)
        raise LookupError(name)

    writes = [database.write(add_and_raise if number % 3 == 0 else add, f"c{number}") for number in range(30)]
    done = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(each, LookupError) for each in done] == [number % 3 == 0 for number in range(30)]
    found = [await database.read(number_of, f"c{number}") for number in range(30)]
    assert found == [None if number % 3 == 0 else 0 for number in range(30)]
