"""What is done from time to time is done, and one thing that fails keeps nothing else from being done."""

from __future__ import annotations

import asyncio

import pytest

from tureen.server import upkeep
from tureen.storage.errors import StorageBusyError


class Log:
    """What was done, up to a number of things."""

    def __init__(self, wanted: int) -> None:
        self.entries: list[str] = []
        self.full = asyncio.Event()
        self._wanted = wanted

    def note(self, entry: str) -> None:
        self.entries.append(entry)
        if len(self.entries) == self._wanted:
            self.full.set()


class Service:
    """Has two steps of retention to do each time."""

    def __init__(self, log: Log, name: str, *, fails: bool = False) -> None:
        self._log = log
        self._name = name
        self._fails = fails
        self._steps = 0

    async def flush(self) -> None:
        self._do("flush")

    async def purge(self) -> bool:
        self._do("purge")
        self._steps += 1
        return self._steps % 2 == 1

    def _do(self, what: str) -> None:
        self._log.note(f"{self._name} {what}")
        if self._fails:
            raise StorageBusyError("Too much waits to be written.")


ROUND = ["messages flush"]
PURGES = ["messages purge"] * 2 + ["calls purge"] * 2
FAILED = ["messages purge"]
LATER = ["calls purge"] * 2


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        (False, (ROUND + PURGES + 2 * ROUND) * 2),
        (True, (ROUND + FAILED + LATER + 2 * (ROUND + FAILED)) * 2),
    ],
)
async def test_soon_after_the_start_and_then_every_third_time_and_what_fails_in_the_next_round(
    monkeypatch: pytest.MonkeyPatch, fails: bool, expected: list[str]
) -> None:
    monkeypatch.setattr(upkeep, "FLUSH_S", 0)
    monkeypatch.setattr(upkeep, "PURGES", 3)
    log = Log(len(expected))
    messaging, calls = Service(log, "messages", fails=fails), Service(log, "calls")
    task = asyncio.create_task(upkeep.keep_up(messaging, calls))
    await asyncio.wait_for(log.full.wait(), 10)
    task.cancel()
    assert log.entries[: len(expected)] == expected
