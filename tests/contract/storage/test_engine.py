"""What stores rely on, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.contract.storage.counters import (
    FILL,
    FIND,
    SUM,
    RefusedError,
    add,
    add_about,
    add_and_refuse,
    add_and_set,
    create_table,
    find_or_add,
    increment,
    increment_and_refuse,
    move,
    names_among,
    number_of,
    read_and_set,
    sum_twice,
)
from tureen.storage.database import Database
from tureen.storage.errors import StorageError, StorageRejectedError
from tureen.storage.opening import open_database
from tureen.storage.script import Script, execute, one


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    await create_table(url)
    async with open_database(url) as database:
        yield database


class TestWrites:
    async def test_what_a_script_raises_is_raised_and_nothing_of_it_stays(self, database: Database) -> None:
        with pytest.raises(RefusedError, match="soup"):
            await database.write(add_and_refuse, "soup")
        assert await database.read(number_of, "soup") is None

    async def test_one_that_fails_takes_none_of_its_neighbours_along(self, database: Database) -> None:
        await database.write(add, "soup")
        writes = [database.write(increment_and_refuse if n % 5 == 0 else increment, "soup") for n in range(50)]
        done = await asyncio.gather(*writes, return_exceptions=True)
        assert [type(each) for each in done if not isinstance(each, int)] == [RefusedError] * 10
        assert [each for each in done if isinstance(each, int)] == list(range(1, 41))
        assert await database.read(number_of, "soup") == 40

    @pytest.mark.parametrize("bad", ["n3", "\ud800", "so\0up"])
    async def test_what_the_database_refuses_takes_none_of_its_neighbours_along(
        self, database: Database, bad: str
    ) -> None:
        names = [f"n{number}" for number in range(20)]
        writes = [database.write(add_about, "soup", bad if number == 11 else name) for number, name in enumerate(names)]
        done = await asyncio.gather(*writes, return_exceptions=True)
        assert isinstance(done[11], StorageRejectedError)
        others = [name for number, name in enumerate(names) if number != 11]
        assert [each for each in done if isinstance(each, str)] == others
        assert await database.read(names_among, names) == sorted(others)

    async def test_statements_together_are_all_done_or_none(self, database: Database) -> None:
        await database.write(add, "soup")
        await database.write(add_and_set, "bread", "soup", 7)
        assert await database.read(number_of, "bread") == await database.read(number_of, "soup") == 7
        with pytest.raises(StorageRejectedError):
            await database.write(add_and_set, "bread", "soup", 8)
        assert await database.read(number_of, "soup") == 7

    async def test_a_broken_constraint_is_rejected_and_undone(self, database: Database) -> None:
        def add_twice(name: str) -> Script[None]:
            yield from add("other")
            yield from add(name)
            yield from add(name)

        with pytest.raises(StorageRejectedError):
            await database.write(add_twice, "soup")
        assert await database.read(names_among, ["other", "soup"]) == []

    async def test_writes_about_one_thing_return_in_the_order_in_which_they_were_begun(
        self, database: Database
    ) -> None:
        await database.write(add, "soup")
        order: list[int] = []

        async def write(number: int) -> None:
            assert await database.write(increment, "soup") == number + 1
            order.append(number)

        await asyncio.gather(*(write(number) for number in range(200)))
        assert order == list(range(200))

    async def test_concurrent_increments_of_one_row_lose_none(self, database: Database) -> None:
        await database.write(add, "soup")
        await asyncio.gather(*(database.write(read_and_set, "soup") for _ in range(100)))
        assert await database.read(number_of, "soup") == 100

    async def test_increments_by_writers_of_different_things_lose_none(self, database: Database) -> None:
        await database.write(add, "soup")

        def increment_for(user: str) -> Script[int]:
            return (yield from read_and_set("soup"))

        await asyncio.gather(*(database.write(increment_for, f"U_{number}") for number in range(50)))
        assert await database.read(number_of, "soup") == 50

    async def test_two_who_insert_the_same_key_agree(self, database: Database) -> None:
        def find_or_add_for(user: str, number: int) -> Script[int]:
            return (yield from find_or_add("soup", number))

        done = await asyncio.gather(*(database.write(find_or_add_for, f"U_{n}", n) for n in range(20)))
        assert len(set(done)) == 1

    async def test_locks_taken_in_opposite_orders_are_sorted_out(self, database: Database) -> None:
        await asyncio.gather(database.write(add, "a"), database.write(add, "b"))
        await asyncio.gather(*(database.write(move, *("ab" if n % 2 else "ba")) for n in range(40)))
        assert await database.read(number_of, "a") == await database.read(number_of, "b") == 40

    async def test_a_script_without_a_query_is_no_trouble(self, database: Database) -> None:
        def nothing() -> Script[str]:
            yield from ()
            return "done"

        assert await database.write(nothing) == "done"
        assert await database.read(nothing) == "done"


class TestReads:
    async def test_sees_every_write_that_has_returned(self, database: Database) -> None:
        await database.write(add, "soup")
        for number in range(1, 30):
            await database.write(increment, "soup")
            assert await database.read(number_of, "soup") == number

    async def test_sees_one_state_while_others_write(self, database: Database) -> None:
        await database.write(add, "soup")
        writes = [asyncio.ensure_future(database.write(increment, "soup")) for _ in range(200)]
        seen = await asyncio.gather(*(database.read(sum_twice) for _ in range(50)))
        await asyncio.gather(*writes)
        assert all(before == after for before, after in seen)

    async def test_cannot_write(self, database: Database) -> None:
        with pytest.raises(StorageError):
            await database.read(add, "soup")

        def look_and_add() -> Script[None]:
            yield from number_of("soup")
            yield from add("soup")

        with pytest.raises(StorageError):
            await database.read(look_and_add)
        assert await database.read(number_of, "soup") is None

    async def test_what_a_script_raises_is_raised(self, database: Database) -> None:
        def refuse() -> Script[None]:
            yield from number_of("soup")
            raise RefusedError

        with pytest.raises(RefusedError):
            await database.read(refuse)


class TestValues:
    async def test_lists_are_parameters_of_any_length(self, database: Database) -> None:
        names = [f"n{number}" for number in range(500)]
        await asyncio.gather(*(database.write(add, name) for name in names[::5]))
        assert await database.read(names_among, names) == sorted(names[::5])
        assert await database.read(names_among, []) == []
        assert await database.read(names_among, ["n0", 'with "quotes", and \\', "n5"]) == ["n0", "n5"]

    @pytest.mark.parametrize(
        ("number", "ratio", "content"),
        [
            (2**63 - 1, 0.1, b""),
            (-(2**63), None, None),
            (0, 1e300, bytes(range(256)) * 4096),
        ],
    )
    async def test_come_back_as_they_were(
        self, database: Database, number: int, ratio: float | None, content: bytes | None
    ) -> None:
        name = "ü€😀'\"\\%:x$1?"
        note = name * 100_000

        def round_trip() -> Script[tuple[object, ...]]:
            yield from execute(FILL, name=name, number=number, ratio=ratio, note=note, content=content)
            row = yield from one(FIND, of=name)
            return tuple(row[column] for column in ("name", "number", "ratio", "note", "content"))

        assert await database.write(round_trip) == (name, number, ratio, note, content)

    async def test_sums_are_numbers(self, database: Database) -> None:
        await asyncio.gather(*(database.write(add, f"n{number}", number) for number in range(10)))

        def total() -> Script[tuple[object, object]]:
            row = yield from one(SUM)
            return row["sum"], row["count"]

        found = await database.read(total)
        assert found == (45, 10)
        assert [type(each) for each in found] == [int, int]

    async def test_what_cannot_be_stored_is_rejected(self, database: Database) -> None:
        for name, number in (("\ud800", 0), ("soup", 2**63), ("so\0up", 0), ("\0", 0)):
            with pytest.raises(StorageRejectedError):
                await database.write(add, name, number)

    @pytest.mark.parametrize("names", [["soup", "so\0up"], ["\0"]])
    async def test_what_cannot_be_stored_is_not_asked_for_either(self, database: Database, names: list[str]) -> None:
        await database.write(add, "so")
        with pytest.raises(StorageRejectedError):
            await database.read(number_of, names[-1])
        with pytest.raises(StorageRejectedError):
            await database.read(names_among, names)


class TestEnds:
    async def test_what_has_returned_is_there_after_reopening(self, url: str) -> None:
        await create_table(url)
        async with open_database(url) as database:
            await asyncio.gather(*(database.write(add, f"n{number}") for number in range(100)))
        async with open_database(url) as database:
            assert len(await database.read(names_among, [f"n{number}" for number in range(100)])) == 100

    async def test_closing_waits_for_writes_under_way(self, url: str) -> None:
        await create_table(url)
        async with open_database(url) as database:
            writes = [asyncio.ensure_future(database.write(add, f"n{number}")) for number in range(100)]
            await asyncio.sleep(0)
        assert await asyncio.gather(*writes) == [f"n{number}" for number in range(100)]
        with pytest.raises(StorageError, match="closed"):
            await database.write(add, "late")
        with pytest.raises(StorageError, match="closed"):
            await database.read(number_of, "n0")

    async def test_who_gives_up_waiting_leaves_no_half_and_blocks_nobody(self, database: Database) -> None:
        await database.write(add, "a")
        await database.write(add, "b")
        for turn in range(30):
            task = asyncio.ensure_future(database.write(move, "a", "b"))
            for _ in range(turn % 6):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.wait_for(database.write(increment, "a"), 10)
        await asyncio.wait_for(database.write(increment, "b"), 10)
        assert await database.read(number_of, "a") == await database.read(number_of, "b")

    async def test_many_reads_that_are_given_up_leave_the_rest_alone(self, database: Database) -> None:
        await database.write(add, "a")
        tasks = [asyncio.ensure_future(database.read(sum_twice)) for _ in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert done[1::2] == [(0, 0)] * 25
        assert await database.read(number_of, "a") == 0
