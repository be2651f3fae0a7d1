"""Work that runs by itself on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class LoopTasks:
    """Implements `calls.ports.Tasks`. Belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """``loop``: the one that runs, or will run."""
        self._loop = loop
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> LoopWork:
        """Begins it in the next turn of the loop."""
        task = self._loop.create_task(work)
        # The loop itself holds tasks only weakly.
        self._running.add(task)
        task.add_done_callback(self._handle_done)
        return LoopWork(task)

    async def wait_until_none(self) -> None:
        """Until all that was begun has ended."""
        while self._running:
            await asyncio.wait(self._running)

    def _handle_done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._loop.call_exception_handler({"message": "work failed", "exception": error, "task": task})


class LoopWork:
    """Implements `calls.ports.Work`."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    async def wait(self) -> None:
        """Until its end, however it ends: failures are the business of `LoopTasks`."""
        await asyncio.wait([self._task])
