"""What is done from time to time is done, and one thing that fails keeps nothing else from being done."""

from __future__ import annotations

import asyncio
from typing import Any, cast

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


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        (False, ["messages flush"] * 3 + ["messages purge"] * 2 + ["calls purge"] * 2),
        (True, ["messages flush"] * 3 + ["messages purge"] + ["calls purge"] * 2),
    ],
)
async def test_every_third_time(monkeypatch: pytest.MonkeyPatch, fails: bool, expected: list[str]) -> None:
    monkeypatch.setattr(upkeep, "FLUSH_S", 0)
    monkeypatch.setattr(upkeep, "PURGES", 3)
    log = Log(2 * len(expected))
    messaging, calls = cast("Any", Service(log, "messages", fails=fails)), cast("Any", Service(log, "calls"))
    task = asyncio.create_task(upkeep.keep_up(messaging, calls))
    await asyncio.wait_for(log.full.wait(), 10)
    task.cancel()
    assert log.entries[: 2 * len(expected)] == expected * 2
