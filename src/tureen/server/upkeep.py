"""What has to be done about messages and calls from time to time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from tureen.errors import TureenError

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

FLUSH_S = 2.0
PURGES = int(3600 / FLUSH_S)
"""So many times as marks are written, retention runs once."""


class Purged(Protocol):
    """What is kept for a time only."""

    async def purge(self) -> bool:
        """See `MessagingService` and `CallService`."""


class Kept(Purged, Protocol):
    """What has to be kept up beside."""

    async def flush(self) -> None:
        """See `MessagingService`."""


async def keep_up(messaging: Kept, calls: Purged) -> None:
    """Writes marks every two seconds, and deletes what is kept no longer: soon after the start, then every hour.

    Runs until it is cancelled.
    """
    purges = (_Purge("messages", messaging), _Purge("calls", calls))
    for rounds in itertools.count():
        await asyncio.sleep(FLUSH_S)
        await _try("marks", messaging.flush)
        for purge in purges:
            await purge.run(rounds)


class _Purge:
    """One that fails is tried again in the next round."""

    def __init__(self, what: str, purged: Purged) -> None:
        self._what = what
        self._purged = purged
        self._next = 0

    async def run(self, rounds: int) -> None:
        if rounds >= self._next and await _try(self._what, self._all):
            self._next = rounds + PURGES

    async def _all(self) -> None:
        # Step by step, so that others' writes come in between.
        while await self._purged.purge():
            pass


async def _try(what: str, work: Callable[[], Awaitable[None]]) -> bool:
    """False: it failed, which keeps nothing else from being done."""
    try:
        await work()
    except TureenError as error:
        _log.warning("not kept up", what=what, code=error.code, reason=error.message)
        return False
    return True
