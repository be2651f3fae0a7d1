"""How late this process is by itself: where that is much, other programs disturbed the server as well."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from benches.people.distribution import Distribution

TICK_S = 0.005


@contextlib.asynccontextmanager
async def lateness() -> AsyncIterator[list[float]]:
    """Seconds by which each tick was late, while the block lasts; its first is 0."""
    late = [0.0]
    task = asyncio.create_task(_tick(late))
    try:
        yield late
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def late_figures(late: list[float]) -> dict[str, float]:
    """In milliseconds."""
    found = Distribution(late)
    return {"late_p99": found.ms(99), "late_worst": found.ms(100)}


async def _tick(late: list[float]) -> None:
    due = time.perf_counter() + TICK_S
    while True:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        now = time.perf_counter()
        late.append(max(0.0, now - due))
        due = max(due + TICK_S, now)
