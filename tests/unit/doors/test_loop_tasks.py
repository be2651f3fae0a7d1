"""Work on the loop outlives those who wait for it, and its failures are seen."""

from __future__ import annotations

import asyncio
from typing import Any

from tureen.doors.loop_tasks import LoopTasks


async def test_who_waits_may_give_up_and_the_work_goes_on() -> None:
    tasks, go_on, done = LoopTasks(asyncio.get_running_loop()), asyncio.Event(), []

    async def work() -> None:
        await go_on.wait()
        done.append("work")

    begun = tasks.start(work())
    waiter = asyncio.create_task(begun.wait())
    await asyncio.sleep(0)
    waiter.cancel()
    go_on.set()
    await begun.wait()
    assert (done, waiter.cancelled()) == (["work"], True)


async def test_work_begins_in_order_and_not_before_start_returns() -> None:
    tasks, begun = LoopTasks(asyncio.get_running_loop()), []

    async def work(name: str) -> None:
        begun.append(name)

    for name in "abc":
        tasks.start(work(name))
    assert begun == []
    await tasks.wait_until_none()
    assert begun == ["a", "b", "c"]


async def test_a_failure_goes_to_the_loop_and_ends_the_waiting() -> None:
    loop = asyncio.get_running_loop()
    tasks, heard = LoopTasks(loop), []
    loop.set_exception_handler(lambda _, context: heard.append(context))

    async def work() -> Any:
        raise ZeroDivisionError

    await tasks.start(work()).wait()
    await tasks.wait_until_none()
    assert [type(context["exception"]) for context in heard] == [ZeroDivisionError]
