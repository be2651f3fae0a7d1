"""Objects go from an archive into a store; those that it has already stay."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from itertools import islice
from zipfile import ZipFile

from tureen.attachments.errors import ObjectMissingError
from tureen.storage.archive.listing import ListedObject, read_listing_untrusted
from tureen.storage.archive.progress import Progress
from tureen.storage.errors import ArchiveError
from tureen.storage.objects import LibraryObjects

_SMALL_BYTES = 8 << 20
"""Up to this size an object is stored by one request."""
_PIECE_BYTES = 1 << 20
_AT_ONCE = 4


class ObjectsIn:
    """Can be begun again at any time: an object is there with these very bytes, or it is stored."""

    def __init__(self, archive: ZipFile, objects: LibraryObjects, progress: Progress) -> None:
        self._archive = archive
        self._objects = objects
        self._progress = progress
        self.stored = 0
        self.kept = 0
        """They were there."""

    async def bring(self) -> None:
        """All that the archive lists. Raises `ObjectStoreError`: what is stored by then stays."""
        with read_listing_untrusted(self._archive) as listed:
            while batch := list(islice(listed, _AT_ONCE)):
                # All of them come to their end, so that what is told of them is true.
                for outcome in await asyncio.gather(*map(self._bring, batch), return_exceptions=True):
                    if outcome is not None:
                        raise outcome
                self._progress.advance(len(batch))

    async def _bring(self, listed: ListedObject) -> None:
        if await self._is_there(listed):
            self.kept += 1
            return
        if listed.size_bytes <= _SMALL_BYTES:
            await self._objects.put(listed.key, b"".join(await asyncio.to_thread(list, self._pieces(listed))))
        else:
            await self._objects.put_pieces(listed.key, self._pieces(listed))
        self.stored += 1

    async def _is_there(self, listed: ListedObject) -> bool:
        if await self._objects.size(listed.key) != listed.size_bytes:
            return False
        digest = hashlib.sha256()
        try:
            async for piece in self._objects.get(listed.key):
                digest.update(piece)
        except ObjectMissingError:
            return False
        return digest.hexdigest() == listed.sha256

    def _pieces(self, listed: ListedObject) -> Iterator[bytes]:
        """Raises before its end if it is not what was listed: then nothing is stored."""
        digest = hashlib.sha256()
        with self._archive.open(listed.member) as member:
            while piece := member.read(_PIECE_BYTES):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != listed.sha256:
            raise ArchiveError(f"The archive's object {listed.key} changed while it was read.", "Copy the file anew.")
