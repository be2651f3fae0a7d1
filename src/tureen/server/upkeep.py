"""What has to be done about messages and calls from time to time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from tureen.calls import CallService
from tureen.errors import TureenError
from tureen.messaging import MessagingService

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

FLUSH_S = 2.0
PURGES = int(3600 / FLUSH_S)
"""So many times as marks are written, retention runs once."""


async def keep_up(messaging: MessagingService, calls: CallService) -> None:
    """Writes marks every two seconds, and every hour deletes what is kept no longer. Runs until it is cancelled."""
    rounds = 0
    while True:
        await asyncio.sleep(FLUSH_S)
        rounds += 1
        await _try("marks", messaging.flush)
        if rounds % PURGES == 0:
            await _try("messages", lambda: _whole(messaging.purge))
            await _try("calls", lambda: _whole(calls.purge))


async def _whole(step: Callable[[], Awaitable[bool]]) -> None:
    """Step by step, so that others' writes come in between."""
    while await step():
        pass


async def _try(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """One that fails keeps none of the others from being done; it is tried again in its turn."""
    try:
        await work()
    except TureenError as error:
        _log.warning("not kept up", what=what, code=error.code, reason=error.message)
