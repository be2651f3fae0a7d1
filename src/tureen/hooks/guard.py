"""What stands between the server and whom it asks: a budget, slots and a bounded line before them, a breaker."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog
from msgspec import Struct

from tureen.hooks.breaker import Breaker, BreakerSettings, BreakerState, Permit
from tureen.hooks.errors import Failure, HookError
from tureen.ports import Clock

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")


class GuardSettings(Struct, frozen=True, kw_only=True):
    """Bounds of one hook."""

    budget_s: float = 0.3
    """From the question to the answer, waiting in line included."""
    at_once: int = 64
    """Questions that are asked at the same time."""
    in_line: int = 1_000
    """Questions that wait for their turn; more are not asked."""
    of_one_author: int = 8
    """Questions of one author that are asked or wait; more are not asked. Half of ``at_once`` if that is less."""
    breaker: BreakerSettings = BreakerSettings()


class Watcher(Protocol):
    """Counts."""

    def handle_call(self, outcome: str, seconds: float | None) -> None:
        """A question is settled. ``seconds``: it took so long; None: it was not asked."""


class Guard:
    """Of one hook. Belongs to one event loop."""

    def __init__(self, name: str, clock: Clock, settings: GuardSettings) -> None:
        """``name``: for the log."""
        self._name = name
        self._clock = clock
        self._settings = settings
        self._breaker = Breaker(clock, settings.breaker)
        self._slots = asyncio.Semaphore(settings.at_once)
        self._under_way = 0
        self._in_line = 0
        self._of_one_author = max(1, min(settings.of_one_author, settings.at_once // 2))
        self._authors: Counter[str] = Counter()

    @property
    def under_way(self) -> int:
        """Questions that are being asked."""
        return self._under_way

    @property
    def in_line(self) -> int:
        """Questions that wait for their turn."""
        return self._in_line

    @property
    def state(self) -> BreakerState:
        """Of the breaker."""
        return self._breaker.state

    async def run(self, ask: Callable[[], Awaitable[T]], author: str) -> T:
        """The answer, or a `HookError` within the budget, whatever ``ask`` does. ``author``: who causes the question.

        ``ask`` raises `HookError` for what it knows; everything else counts as a crash.
        """
        if self._authors[author] >= self._of_one_author:
            raise HookError(
                Failure.AUTHOR_BUSY,
                "Too many questions of this author's wait already.",
                # One of them is over by then.
                retry_after_s=self._settings.budget_s,
            )
        if self._in_line >= self._settings.in_line:
            raise HookError(Failure.BUSY, "Too many questions wait already.")
        before, permit = self._breaker.state, self._breaker.admit()
        settled = False
        try:
            answer = await self._within_budget(ask, author)
        except HookError as error:
            settled = error.failure.was_asked
            if settled:
                blamed = None if error.failure is Failure.UNREACHABLE else author
                self._breaker.handle_failure(permit, blamed)
            raise
        else:
            settled = True
            self._breaker.handle_answer(permit)
            return answer
        finally:
            self._finish(before, permit, settled=settled)

    def _finish(self, before: BreakerState, permit: Permit, *, settled: bool) -> None:
        if not settled:
            self._breaker.handle_nothing(permit)
        now = self._breaker.state
        if now is BreakerState.OPEN and before is not now:
            _log.warning("the application does not answer: it is left alone for a while", hook=self._name)
        elif now is BreakerState.CLOSED and permit.probes:
            _log.info("the application answers again", hook=self._name)

    async def _within_budget(self, ask: Callable[[], Awaitable[T]], author: str) -> T:
        turn = _Turn()
        self._authors[author] += 1
        work = asyncio.ensure_future(self._in_turn(ask, turn))

        def expire() -> None:
            turn.expired = True
            work.cancel()

        timer = self._clock.call_later(self._settings.budget_s, expire)
        try:
            return await work
        except asyncio.CancelledError:
            if not turn.expired:
                raise
            if turn.begun:
                raise HookError(Failure.TIMEOUT, "No answer came within the budget.") from None
            raise HookError(Failure.BUSY, "The question's turn did not come within the budget.") from None
        finally:
            timer.cancel()
            self._authors[author] -= 1
            if not self._authors[author]:
                del self._authors[author]

    async def _in_turn(self, ask: Callable[[], Awaitable[T]], turn: _Turn) -> T:
        self._in_line += 1
        try:
            await self._slots.acquire()
        finally:
            self._in_line -= 1
        self._under_way += 1
        turn.begun = True
        try:
            return await ask()
        except HookError:
            raise
        except Exception as error:
            _log.exception("a hook's channel fails", hook=self._name)
            raise HookError(Failure.CRASHED, "The channel failed.") from error
        finally:
            self._under_way -= 1
            self._slots.release()


class _Turn(Struct):
    begun: bool = False
    expired: bool = False
