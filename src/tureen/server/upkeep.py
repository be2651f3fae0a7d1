"""What has to be done about messages from time to time."""

from __future__ import annotations

import asyncio

import structlog

from tureen.errors import TureenError
from tureen.messaging import MessagingService

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

FLUSH_S = 2.0
PURGES = int(3600 / FLUSH_S)
"""So many times as marks are written, retention runs once."""


async def keep_messages(messaging: MessagingService) -> None:
    """Writes marks every two seconds, and every hour deletes what is kept no longer. Runs until it is cancelled."""
    rounds = 0
    while True:
        await asyncio.sleep(FLUSH_S)
        rounds += 1
        try:
            await messaging.flush()
            if rounds % PURGES == 0:
                while await messaging.purge():
                    pass
        except TureenError as error:
            _log.warning("messages are not kept up", code=error.code, reason=error.message)
