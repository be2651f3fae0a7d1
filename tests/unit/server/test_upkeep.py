"""What is done about messages from time to time."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tureen.server import upkeep
from tureen.storage.errors import StorageError

WITHIN_S = 10.0


class Messages:
    """So much there is to delete, in so many steps; some writes fail."""

    def __init__(self, steps: int, failures: int = 0) -> None:
        self.steps = steps
        self.failures = failures
        self.flushes = 0
        self.purges: list[int] = []
        self.enough = asyncio.Event()

    async def flush(self) -> None:
        self.flushes += 1
        if self.flushes >= 9:
            self.enough.set()
        if self.failures:
            self.failures -= 1
            raise StorageError("The disk is full.")

    async def purge(self) -> bool:
        self.purges.append(self.flushes)
        return len(self.purges) % self.steps != 0


@pytest.mark.parametrize(("failures", "purges"), [(0, [1, 1, 5, 5, 9, 9]), (1, [2, 2, 6, 6])])
async def test_old_messages_go_soon_after_the_start_and_then_every_hour(
    failures: int, purges: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FLUSH_S", 0)
    monkeypatch.setattr(upkeep, "PURGES", 4)
    messages = Messages(steps=2, failures=failures)
    task = asyncio.create_task(upkeep.keep_messages(messages))
    async with asyncio.timeout(WITHIN_S):
        await messages.enough.wait()
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert messages.purges[: len(purges)] == purges
