"""The clock of a running server: wall time and the event loop's timers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class LoopClock:
    """Implements `ports.Clock`. Belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """``loop``: the one that runs, or will run."""
        self._loop = loop

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Timers follow the monotonic clock: a step of the wall clock moves none."""
        return self._loop.call_later(delay_s, callback)
