"""The way between the event loop and the threads: work goes down one by one, outcomes come up in groups."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeAlias

from tureen.storage.errors import StorageBusyError, StorageCorruptError, StorageError
from tureen.storage.script import Script

Start: TypeAlias = Callable[[], Script[Any]]
"""Begins a script, from its beginning each time."""

Work: TypeAlias = tuple[Start, "asyncio.Future[Any]"]
"""What is to be run, and who waits for what comes of it."""


PATIENCE_S = 0.02


class Failure(NamedTuple):
    """What a script raised, or what the database did to it."""

    error: BaseException


Outcome: TypeAlias = Any
"""What the script returned, or a `Failure`."""


class Damage:
    """Whether a part of the file has turned out to be damaged: then nothing more is answered from any part."""

    def __init__(self) -> None:
        self.found: StorageCorruptError | None = None


class Delivery:
    """A bounded queue to threads. `submit` and `close` belong to the event loop, the others to the threads.

    What is submitted in one turn of the loop goes down together at its end: a thread that is woken earlier would only
    quarrel with the loop over the interpreter.

    One thread does the work as long as it gets on. Several at a time would hand the interpreter to each other at every
    row. Spare ones are called when nothing has come back for `PATIENCE_S`, so that a slow script holds up no others.
    """

    def __init__(self, kind: str, limit: int, group: int, damage: Damage, spares: int = 0) -> None:
        """``kind``: what the work is called in errors. ``limit``: most of it that may wait. ``group``: about the most
        that a thread takes at once.

        ``damage``: what both queues of a file know of it. ``spares``: threads beside the one.
        """
        self._damage = damage
        self._kind = kind
        self._limit = limit
        self._group = group
        self._spares = spares
        self._queue: SimpleQueue[Sequence[Work] | None] = SimpleQueue()
        self._calls: SimpleQueue[bool] = SimpleQueue()
        self._fresh: list[Work] = []
        self._waiting = 0
        self._settled = 0
        self._watched: int | None = None
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def submit(self, start: Start) -> asyncio.Future[Any]:
        """The future of its outcome. Raises `StorageBusyError` where too much waits already."""
        if self._closed:
            raise StorageError("The database is closed.")
        if self._damage.found is not None:
            raise StorageCorruptError(self._damage.found.message, self._damage.found.hint)
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
        if not self._fresh:
            loop.call_soon(self._hand_over)
        self._fresh.append((start, waiter))
        return waiter

    def close(self) -> None:
        """Takes nothing more; the threads end when they have done what was submitted."""
        self._closed = True
        self._hand_over()
        self._queue.put(None)
        for _ in range(self._spares):
            self._calls.put(False)

    def next_group(self) -> Sequence[Work] | None:
        """For the one thread: waits for work, and takes all that is there. None: there will be no more."""
        first = self._queue.get()
        if first is None:
            return None
        group = list(first)
        while len(group) < self._group and (further := self.spare_group()) is not None:
            group += further
        return group

    def await_call(self) -> bool:
        """For a spare thread: waits until it is needed. False: it never will be again."""
        return self._calls.get()

    def spare_group(self) -> Sequence[Work] | None:
        """Work, if some waits."""
        try:
            group = self._queue.get_nowait()
        except Empty:
            return None
        if group is None:
            self._queue.put(None)
        return group

    def deliver(self, group: Sequence[Work], outcomes: Sequence[Outcome]) -> None:
        """Hands outcomes to those who wait, in this order, by one call for all."""
        loop = self._loop
        # Nobody waits where the loop is closed.
        with contextlib.suppress(RuntimeError):
            if loop is not None:
                loop.call_soon_threadsafe(self._settle, group, outcomes)

    def _hand_over(self) -> None:
        fresh, self._fresh = self._fresh, []
        for begin in range(0, len(fresh), self._group):
            self._queue.put(fresh[begin : begin + self._group])
        if self._spares and fresh and self._watched is None:
            self._watch()

    def _watch(self) -> None:
        """Looks again and again while work waits."""
        if self._waiting and self._watched == self._settled:
            self._calls.put(True)
        self._watched = self._settled if self._waiting else None
        if self._waiting and self._loop is not None and not self._loop.is_closed():
            self._loop.call_later(PATIENCE_S, self._watch)

    def _settle(self, group: Sequence[Work], outcomes: Sequence[Outcome]) -> None:
        self._waiting -= len(group)
        self._settled += 1
        for (_, waiter), outcome in zip(group, outcomes, strict=True):
            failed = type(outcome) is Failure
            if failed and isinstance(outcome.error, StorageCorruptError):
                self._damage.found = outcome.error
            if waiter.done():
                continue  # Whoever waited was cancelled.
            if failed:
                waiter.set_exception(outcome.error)
            else:
                waiter.set_result(outcome)
