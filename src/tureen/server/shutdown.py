"""Signals: the first asks to drain, the second to stop at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Shutdown:
    """What the operator asked for so far."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        """Set at the first signal."""
        self.forced = asyncio.Event()
        """Set at the second."""

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Takes the process's signals."""
        for number in SIGNALS:
            loop.add_signal_handler(number, self.ask)

    def remove(self, loop: asyncio.AbstractEventLoop) -> None:
        """Gives them back."""
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    def ask(self) -> None:
        """One signal."""
        (self.forced if self.requested.is_set() else self.requested).set()

    async def until_forced(self, work: Awaitable[None], deadline_s: float) -> bool:
        """Waits for ``work``, but not beyond the deadline nor the second signal; True if it was completed.

        Work that is left behind is cancelled; its error, if it failed, is raised.
        """
        task = asyncio.ensure_future(work)
        forced = asyncio.ensure_future(self.forced.wait())
        await asyncio.wait({task, forced}, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
        forced.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=1)
            return False
        task.result()
        return True
