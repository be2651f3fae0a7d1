"""What waits for a connection, and in which order it comes to one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.script import Script


class Work:
    """A script to be run."""

    __slots__ = ("about", "begun", "start", "waiter")

    def __init__(self, start: Callable[[], Script[Any]], about: str | None, waiter: asyncio.Future[Any]) -> None:
        """``start``: begins it, from its beginning each time. ``about``: see `Database.write`."""
        self.start = start
        self.about = about
        self.waiter = waiter
        self.begun = waiter.get_loop().time()

    def succeed(self, result: Any) -> None:  # noqa: ANN401 - as the script says
        """Tells whoever waits, if somebody does still."""
        if not self.waiter.done():
            self.waiter.set_result(result)

    def fail(self, error: BaseException) -> None:
        """The same, of what went wrong. ``error``: of this one alone, as it gathers the frames where it is raised."""
        if not self.waiter.done():
            self.waiter.set_exception(error)


class Line:
    """A bounded queue. Of what is about the same thing, only one group is out at a time, first come first served.

    Others would wait for the row's lock, in the order that chance gives them, and hold a connection each meanwhile.
    What comes while a group is out makes the next one.
    """

    def __init__(self, kind: str, limit: int, group: int = 1) -> None:
        """``kind``: what the work is called in errors. ``limit``: most of it that may be under way. ``group``: most
        about the same thing that is taken at once.
        """
        self._kind = kind
        self._limit = limit
        self._group = group
        self._under_way = 0
        self._ready: deque[Work] = deque()
        self._behind: dict[str, deque[Work]] = {}
        """By what they are about; there is an entry, empty or not, where one is out."""
        self._idle: list[asyncio.Future[Work | None]] = []
        """The last one that has fallen idle is the first to work again, so that no more connect than are needed."""
        self._closed = False
        self._empty = asyncio.Event()
        self._empty.set()

    def put(self, start: Callable[[], Script[Any]], about: str | None = None) -> asyncio.Future[Any]:
        """The future of its outcome. Raises `StorageBusyError` where too much is under way already."""
        if self._closed:
            raise StorageError("The database is closed.")
        if self._under_way >= self._limit:
            raise StorageBusyError(
                f"{self._under_way} {self._kind} wait for the database already.", "Try again in a moment."
            )
        work = Work(start, about, asyncio.get_running_loop().create_future())
        self._under_way += 1
        self._empty.clear()
        behind = None if about is None else self._behind.get(about)
        if behind is not None:
            behind.append(work)
        else:
            if about is not None:
                self._behind[about] = deque()
            self._make_ready(work)
        return work.waiter

    async def take(self) -> Sequence[Work] | None:
        """Waits for work: all about the same thing, in its order. None: there will be no more."""
        if self._ready:
            return self._with_those_behind(self._ready.popleft())
        if self._closed and not self._under_way:
            return None
        idle: asyncio.Future[Work | None] = asyncio.get_running_loop().create_future()
        self._idle.append(idle)
        work = await idle
        return None if work is None else self._with_those_behind(work)

    def finish(self, group: Sequence[Work]) -> None:
        """It was taken, and each has its outcome."""
        about = group[0].about
        if about is not None:
            behind = self._behind[about]
            if behind:
                self._make_ready(behind.popleft())
            else:
                del self._behind[about]
        self._under_way -= len(group)
        if not self._under_way:
            self._empty.set()

    async def close(self) -> None:
        """Takes nothing more, waits until all is done, and sends those away who wait for work."""
        self._closed = True
        await self._empty.wait()
        for idle in self._idle:
            if not idle.done():
                idle.set_result(None)
        self._idle.clear()

    def _with_those_behind(self, first: Work) -> Sequence[Work]:
        if first.about is None:
            return (first,)
        behind = self._behind[first.about]
        return (first, *(behind.popleft() for _ in range(min(len(behind), self._group - 1))))

    def _make_ready(self, work: Work) -> None:
        while self._idle:
            idle = self._idle.pop()
            if not idle.done():
                idle.set_result(work)
                return
        self._ready.append(work)
