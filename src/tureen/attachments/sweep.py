"""Removes what has expired: uploads nobody finished, files nobody claimed, what was refused or released."""

from __future__ import annotations

from collections.abc import Sequence

from tureen.attachments import layout
from tureen.attachments.errors import ObjectStoreError
from tureen.attachments.ports import ObjectStore
from tureen.attachments.store import AttachmentStore
from tureen.model.ids import AttachmentId
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
        """Removes bytes, then records; gives how many files.

        One whose bytes cannot be removed holds up no other. Raises `ObjectStoreError` for it in the end.
        """
        swept = 0
        while True:
            now = int(self._clock.now() * 1000)
            ids = await self._store.expired(now - _CLAIMED_MS, _BATCH)
            gone, failure = await self._remove_bytes(ids)
            await self._store.forget(gone, now // _DAY_MS)
            swept += len(gone)
            if failure is not None and (not gone or len(ids) < _BATCH):
                raise failure
            if len(ids) < _BATCH:
                return swept

    async def _remove_bytes(self, ids: Sequence[AttachmentId]) -> tuple[list[AttachmentId], ObjectStoreError | None]:
        """Those that have none any more."""
        gone: list[AttachmentId] = []
        failure: ObjectStoreError | None = None
        for each in ids:
            try:
                await self._objects.delete([key async for key in self._objects.keys(layout.everything(each))])
            except ObjectStoreError as error:
                failure = error
            else:
                gone.append(each)
        return gone, failure
