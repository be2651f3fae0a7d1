"""Keeps notices going out: a few tasks that carry errands out, and sleep when there are none."""

from __future__ import annotations

import asyncio

import structlog

from tureen.errors import TureenError
from tureen.push.service import PushService

_LOG = structlog.get_logger(__name__)

TASKS = 16


class Pump:
    """Starts with `start`; belongs to one event loop."""

    def __init__(self, service: PushService, tasks: int = TASKS) -> None:
        self._service = service
        self._count = tasks
        self._tasks: list[asyncio.Task[None]] = []
        self._work = asyncio.Event()

    def start(self) -> None:
        """From now on."""
        self._service.lanes.wake = self._work.set
        self._work.set()
        self._tasks = [asyncio.create_task(self._run(), name=f"push-{number}") for number in range(self._count)]

    async def close(self) -> None:
        """What is on its way is given up: notices do not outlive their server."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                if not await self._service.work():
                    self._work.clear()
                    await self._work.wait()
            except TureenError as error:
                # The errand is tried again by itself.
                _LOG.warning("push.storage_fails", code=error.code)
            except Exception:  # noqa: BLE001 - a channel may be anyone's code, and one notice must not end the others
                _LOG.exception("push.channel_fails")
