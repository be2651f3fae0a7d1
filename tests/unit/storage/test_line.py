"""The line of work in front of PostgreSQL's connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.postgresql.line import Line, Work
from tureen.storage.script import Script


def nothing() -> Script[None]:
    yield from ()


async def take_group(line: Line) -> Sequence[Work]:
    group = await asyncio.wait_for(line.take(), 10)
    assert group is not None
    return group


async def take(line: Line) -> Work:
    (work,) = await take_group(line)
    return work


async def test_those_about_one_thing_go_together_up_to_a_bound() -> None:
    line = Line("writes", 10, group=3)
    waiters = [line.put(nothing, "a") for _ in range(5)]
    other = line.put(nothing, "b")
    free = [line.put(nothing) for _ in range(2)]
    taken = [await take_group(line) for _ in range(4)]
    assert [[work.waiter for work in group] for group in taken] == [waiters[:3], [other], free[:1], free[1:]]
    late = line.put(nothing, "a")
    line.finish(taken[0])
    assert [work.waiter for work in await take_group(line)] == [*waiters[3:], late]


async def test_one_thing_at_a_time_and_others_pass() -> None:
    line = Line("writes", 10)
    first, second = line.put(nothing, "a"), line.put(nothing, "a")
    other, free = line.put(nothing, "b"), line.put(nothing)
    taken = [await take(line) for _ in range(3)]
    assert [work.waiter for work in taken] == [first, other, free]
    idle = asyncio.ensure_future(line.take())
    await asyncio.sleep(0)
    assert not idle.done()
    line.finish([taken[0]])
    group = await asyncio.wait_for(idle, 10)
    assert group is not None
    assert [work.waiter for work in group] == [second]


async def test_who_has_just_fallen_idle_works_again() -> None:
    line = Line("writes", 10)
    early = asyncio.ensure_future(line.take())
    await asyncio.sleep(0)
    late = asyncio.ensure_future(line.take())
    await asyncio.sleep(0)
    line.put(nothing)
    assert await asyncio.wait_for(late, 10) is not None
    assert not early.done()
    early.cancel()


async def test_nothing_is_lost_to_one_that_went_away() -> None:
    line = Line("writes", 10)
    gone = asyncio.ensure_future(line.take())
    await asyncio.sleep(0)
    gone.cancel()
    waiter = line.put(nothing)
    assert (await take(line)).waiter is waiter


async def test_a_full_line_refuses_until_something_is_finished() -> None:
    line = Line("writes", 2)
    line.put(nothing, "a")
    line.put(nothing, "a")
    with pytest.raises(StorageBusyError, match="2 writes wait"):
        line.put(nothing, "b")
    line.finish([await take(line)])
    line.put(nothing, "b")


async def test_closing_waits_for_all_and_then_sends_everyone_away() -> None:
    line = Line("writes", 10)
    line.put(nothing, "a")
    line.put(nothing, "a")
    work = await take(line)
    closing = asyncio.ensure_future(line.close())
    await asyncio.sleep(0)
    with pytest.raises(StorageError, match="closed"):
        line.put(nothing)
    line.finish([work])
    last = await take(line)
    idle = asyncio.ensure_future(line.take())
    await asyncio.sleep(0)
    assert not closing.done()
    line.finish([last])
    await asyncio.wait_for(closing, 10)
    assert await asyncio.wait_for(idle, 10) is None
    assert await asyncio.wait_for(line.take(), 10) is None
