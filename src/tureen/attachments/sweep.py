"""Removes what has expired: uploads nobody finished, files nobody claimed, what was refused or released."""

from __future__ import annotations

from tureen.attachments import layout
from tureen.attachments.ports import ObjectStore
from tureen.attachments.store import AttachmentStore
from tureen.ports import Clock

INTERVAL_S = 300
"""How often to sweep."""

_BATCH = 100
_CLAIMED_MS = 60_000
"""A message that was begun before a file expired may still be on its way to the database, and claim it."""
_DAY_MS = 86_400_000


class Sweep:
    """To be called from time to time, on any node. What fails halfway is done by a later one."""

    def __init__(self, store: AttachmentStore, objects: ObjectStore, clock: Clock) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock

    async def run(self) -> int:
        """Removes bytes, then records; gives how many files. Raises `ObjectStoreError`."""
        swept = 0
        while True:
            now = int(self._clock.now() * 1000)
            ids = await self._store.expired(now - _CLAIMED_MS, _BATCH)
            for each in ids:
                await self._objects.delete([key async for key in self._objects.keys(layout.everything(each))])
            await self._store.forget(ids, now // _DAY_MS)
            swept += len(ids)
            if len(ids) < _BATCH:
                return swept
