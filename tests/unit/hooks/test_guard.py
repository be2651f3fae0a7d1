"""An answer or an error within the budget, whatever the application does; in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.unit.doors.fakes import FakeClock
from tureen.hooks.breaker import BreakerSettings, BreakerState
from tureen.hooks.errors import Failure, HookError
from tureen.hooks.guard import Guard, GuardSettings

SETTINGS = GuardSettings(budget_s=0.3, at_once=2, in_line=2, breaker=BreakerSettings(failures=3, pause_s=2))


class Hook:
    def __init__(self, settings: GuardSettings = SETTINGS) -> None:
        self.clock = FakeClock()
        self.guard = Guard("test", self.clock, settings)
        self.asked: list[asyncio.Future[str]] = []

    async def ask(self) -> str:
        """Answers when the test says so."""
        self.asked.append(asyncio.get_running_loop().create_future())
        return await self.asked[-1]

    async def begin(self, author: str, ask: Callable[[], Awaitable[str]] | None = None) -> asyncio.Task[str]:
        task = asyncio.create_task(self.guard.run(ask or self.ask, author))
        await settle()
        return task


async def settle() -> None:
    """Lets everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def unreachable() -> str:
    raise HookError(Failure.UNREACHABLE, "No.")


async def failure_of(task: asyncio.Task[str]) -> Failure:
    with pytest.raises(HookError) as caught:
        await task
    return caught.value.failure


@pytest.fixture
async def hook() -> Hook:
    return Hook()


async def test_an_answer_in_time_is_handed_on(hook: Hook) -> None:
    task = await hook.begin("ann")
    hook.clock.advance(0.29)
    hook.asked[0].set_result("soup")
    assert await task == "soup"
    hook.clock.advance(10)
    assert (hook.guard.under_way, hook.clock.pending) == (0, 0)


async def test_who_hangs_is_not_waited_for(hook: Hook) -> None:
    task = await hook.begin("ann")
    hook.clock.advance(0.29)
    await settle()
    assert not task.done()
    hook.clock.advance(0.01)
    assert await failure_of(task) is Failure.TIMEOUT
    assert hook.asked[0].cancelled()
    assert hook.guard.under_way == 0


async def test_a_line_forms_in_order_and_is_bounded(hook: Hook) -> None:
    tasks = [await hook.begin(f"u{number}") for number in range(4)]
    assert (len(hook.asked), hook.guard.under_way, hook.guard.in_line) == (2, 2, 2)
    assert await failure_of(await hook.begin("late")) is Failure.BUSY
    hook.asked[1].set_result("second")
    await settle()
    hook.asked[2].set_result("third")
    assert [await tasks[1], await tasks[2]] == ["second", "third"]
    await settle()
    assert (len(hook.asked), hook.guard.in_line) == (4, 0)
    hook.asked[0].set_result("first")
    hook.asked[3].set_result("fourth")
    assert [await tasks[0], await tasks[3]] == ["first", "fourth"]


async def test_waiting_in_line_is_part_of_the_budget_and_is_nobodys_failure(hook: Hook) -> None:
    first = [await hook.begin("ann"), await hook.begin("bob")]
    hook.clock.advance(0.2)
    waiting = [await hook.begin("cy"), await hook.begin("dee")]
    hook.clock.advance(0.1)
    assert [await failure_of(task) for task in first] == [Failure.TIMEOUT] * 2
    await settle()
    assert len(hook.asked) == 4
    hook.clock.advance(0.2)
    # They got their turn, but no whole budget.
    assert [await failure_of(task) for task in waiting] == [Failure.TIMEOUT] * 2


async def test_a_turn_that_never_comes_counts_against_nobody(hook: Hook) -> None:
    slow = [await hook.begin("ann"), await hook.begin("dee")]
    waiting = [await hook.begin("bob"), await hook.begin("cy")]
    hook.clock.advance(0.3)
    failures = [await failure_of(task) for task in (*slow, *waiting)]
    assert failures == [Failure.TIMEOUT] * 2 + [Failure.BUSY] * 2
    assert hook.guard.state is BreakerState.CLOSED


async def test_a_crash_is_a_failure_like_others(hook: Hook) -> None:
    async def crash() -> str:
        raise ZeroDivisionError

    for author in ("ann", "bob", "cy"):
        assert await failure_of(await hook.begin(author, crash)) is Failure.CRASHED
    assert hook.guard.state is BreakerState.OPEN
    assert await failure_of(await hook.begin("ann")) is Failure.BREAKER_OPEN
    assert hook.asked == []
    hook.clock.advance(2)
    task = await hook.begin("ann")
    hook.asked[0].set_result("back")
    assert (await task, hook.guard.state) == ("back", BreakerState.CLOSED)


async def test_no_connection_is_no_authors_fault(hook: Hook) -> None:
    for _ in range(3):
        assert await failure_of(await hook.begin("ann", unreachable)) is Failure.UNREACHABLE
    assert hook.guard.state is BreakerState.OPEN


async def test_who_goes_away_leaves_nothing_behind(hook: Hook) -> None:
    for _ in range(3):
        await failure_of(await hook.begin("ann", unreachable))
    hook.clock.advance(2)
    probe = await hook.begin("ann")
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert (hook.guard.under_way, hook.guard.in_line, hook.clock.pending) == (0, 0, 0)
    task = await hook.begin("bob")
    hook.asked[-1].set_result("soup")
    assert await task == "soup"


@pytest.fixture
async def wide() -> Hook:
    """Six slots; three questions of one author."""
    return Hook(GuardSettings(budget_s=0.3, at_once=6, in_line=2, of_one_author=3))


async def test_one_author_leaves_slots_to_others(wide: Hook) -> None:
    own = [await wide.begin("ann") for _ in range(3)]
    late = await wide.begin("ann")
    with pytest.raises(HookError) as refused:
        await late
    assert (refused.value.failure, refused.value.retry_after_s) == (Failure.AUTHOR_BUSY, 0.3)
    others = [await wide.begin("bob"), await wide.begin("cy")]
    for asked in wide.asked[3:]:
        asked.set_result("soup")
    assert [await task for task in others] == ["soup", "soup"]
    wide.clock.advance(0.3)
    assert [await failure_of(task) for task in own] == [Failure.TIMEOUT] * 3
    again = await wide.begin("ann")
    wide.asked[-1].set_result("soup")
    assert await again == "soup"


async def test_a_place_is_given_back_however_a_question_ends(wide: Hook) -> None:
    for _ in range(4):
        assert await failure_of(await wide.begin("ann", unreachable)) is Failure.UNREACHABLE
    for _ in range(4):
        task = await wide.begin("bob")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    wide.clock.advance(2)
    probe = await wide.begin("bob")
    wide.asked[-1].set_result("soup")
    assert await probe == "soup"


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 1), (9, 4), (100, 8)])
async def test_one_author_has_half_of_the_slots_at_most(at_once: int, most: int) -> None:
    hook = Hook(GuardSettings(at_once=at_once))
    tasks = [await hook.begin("ann") for _ in range(most)]
    assert await failure_of(await hook.begin("ann")) is Failure.AUTHOR_BUSY
    assert len(hook.asked) == most
    for asked in hook.asked:
        asked.set_result("soup")
    assert [await task for task in tasks] == ["soup"] * most


async def test_what_is_beyond_an_authors_bound_is_no_failure(wide: Hook) -> None:
    own = [await wide.begin("ann") for _ in range(3)]
    for _ in range(9):
        assert await failure_of(await wide.begin("ann")) is Failure.AUTHOR_BUSY
    assert wide.guard.state is BreakerState.CLOSED
    for asked in wide.asked:
        asked.set_result("soup")
    assert [await task for task in own] == ["soup"] * 3
