"""The way between the event loop and the threads: work goes down one by one, outcomes come up in groups."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeAlias

from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.script import Script


class Work(NamedTuple):
    """A script, and who waits for what comes of it."""

    script: Script[Any]
    waiter: asyncio.Future[Any]


class Failure(NamedTuple):
    """What a script raised, or what the database did to it."""

    error: BaseException


Outcome: TypeAlias = Any
"""What the script returned, or a `Failure`."""


class Delivery:
    """A bounded queue to one or more threads. Made and used on the event loop, but for `next_group` and `deliver`."""

    def __init__(self, kind: str, limit: int) -> None:
        """``kind``: what the work is called in errors. ``limit``: most of it that may wait."""
        self._kind = kind
        self._limit = limit
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._waiting = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def submit(self, script: Script[Any]) -> asyncio.Future[Any]:
        """The future of its outcome. Raises `StorageBusyError` where too much waits already."""
        if self._closed:
            raise StorageError("The database is closed.")
        if self._waiting >= self._limit:
            raise StorageBusyError(
                f"{self._waiting} {self._kind} wait for the database already.", "Try again in a moment."
            )
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            if self._waiting:
                raise StorageError("The database is used from two event loops at a time.")
            self._loop = loop
        waiter = loop.create_future()
        self._waiting += 1
        self._queue.put(Work(script, waiter))
        return waiter

    def close(self, threads: int) -> None:
        """Takes nothing more; each of so many threads ends when it comes to what was put last."""
        self._closed = True
        for _ in range(threads):
            self._queue.put(None)

    def next_group(self, limit: int) -> list[Work] | None:
        """In a thread: waits for work, and takes all that is there up to ``limit``. None: there will be no more."""
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        with contextlib.suppress(Empty):
            while len(group) < limit:
                work = self._queue.get_nowait()
                if work is None:
                    self._queue.put(None)
                    break
                group.append(work)
        return group

    def deliver(self, group: Sequence[Work], outcomes: Sequence[Outcome]) -> None:
        """In a thread: hands outcomes to those who wait, in this order, by one call for all."""
        loop = self._loop
        # Nobody waits where the loop is closed.
        with contextlib.suppress(RuntimeError):
            if loop is not None:
                loop.call_soon_threadsafe(self._settle, group, outcomes)

    def _settle(self, group: Sequence[Work], outcomes: Sequence[Outcome]) -> None:
        self._waiting -= len(group)
        for (_, waiter), outcome in zip(group, outcomes, strict=True):
            if waiter.done():
                continue  # Whoever waited was cancelled.
            if type(outcome) is Failure:
                waiter.set_exception(outcome.error)
            else:
                waiter.set_result(outcome)
