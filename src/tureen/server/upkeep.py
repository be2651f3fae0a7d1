"""What has to be done about messages from time to time."""

from __future__ import annotations

import asyncio
import itertools
from typing import Protocol

import structlog

from tureen.errors import TureenError

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

FLUSH_S = 2.0
PURGES = int(3600 / FLUSH_S)
"""So many times as marks are written, retention runs once."""


class Kept(Protocol):
    """What has to be kept up."""

    async def flush(self) -> None:
        """See `MessagingService`."""

    async def purge(self) -> bool:
        """See `MessagingService`."""


async def keep_messages(messaging: Kept) -> None:
    """Writes marks every two seconds, and deletes what is kept no longer: soon after the start, then every hour.

    Runs until it is cancelled.
    """
    purge_at = 0
    for rounds in itertools.count():
        await asyncio.sleep(FLUSH_S)
        try:
            await messaging.flush()
            if rounds >= purge_at:
                while await messaging.purge():
                    pass
                purge_at = rounds + PURGES
        except TureenError as error:
            _log.warning("messages are not kept up", code=error.code, reason=error.message)
