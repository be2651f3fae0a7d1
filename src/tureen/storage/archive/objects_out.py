"""Objects go from their store into an archive, small ones several at a time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from tureen.attachments.errors import ObjectMissingError
from tureen.storage.archive.expected import ExpectedObject
from tureen.storage.archive.listing import ListedObject, Listing
from tureen.storage.archive.progress import Progress
from tureen.storage.errors import ArchiveError
from tureen.storage.objects import LibraryObjects

SMALL_BYTES = 1 << 20
"""Up to this size an object is in memory as a whole."""

AT_ONCE = 8
MOST_MISSING = 10_000
"""If more are missing, it is not that some were lost: it is another store."""


class ObjectsOut:
    """Writes members and lists them; what is missing is passed over and remembered."""

    def __init__(self, archive: ZipFile, objects: LibraryObjects, listing: Listing, progress: Progress) -> None:
        self._archive = archive
        self._objects = objects
        self._listing = listing
        self._progress = progress
        self.missing: list[ExpectedObject] = []
        """Not in the store, or of another size than the database says."""

    async def write(self, expected: Iterator[ExpectedObject]) -> None:
        """All of them, in their order. Raises `ObjectStoreError`, and `ArchiveError` if hardly any are there."""
        while batch := list(islice(expected, AT_ONCE)):
            for each, content in zip(batch, await asyncio.gather(*map(self._look, batch)), strict=True):
                if content is None or not await self._write(each, content):
                    self._miss(each)
            self._progress.advance(len(batch))

    async def _look(self, each: ExpectedObject) -> bytes | int | None:
        """The bytes of a small one, the size of a large one; None: it is missing."""
        size = await self._objects.size(each.key)
        if size is None or each.size_bytes not in (None, size):
            return None
        if size > SMALL_BYTES:
            return size
        try:
            content = b"".join([piece async for piece in self._objects.get(each.key)])
        except ObjectMissingError:
            return None
        return content if len(content) == size else None

    async def _write(self, each: ExpectedObject, content: bytes | int) -> bool:
        """False: it was there a moment ago, and is not now."""
        if isinstance(content, bytes):
            with self._member(each) as member:
                member.write(content)
            self._list(each, len(content), hashlib.sha256(content).hexdigest())
            return True
        pieces = self._objects.get(each.key)
        try:
            first = await anext(pieces)
        except ObjectMissingError:
            return False
        digest, size = hashlib.sha256(), 0
        with self._member(each) as member:
            async for piece in _chained(first, pieces):
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        if size != content:
            raise ArchiveError(f"The object {each.key} changed while it was read.", "Export once more.")
        self._list(each, size, digest.hexdigest())
        return True

    def _member(self, each: ExpectedObject) -> IO[bytes]:
        # Photos and films are compressed as they are.
        info = ZipInfo(f"objects/{each.key}")
        info.compress_type = ZIP_STORED
        info.external_attr = 0o600 << 16
        return self._archive.open(info, "w", force_zip64=True)

    def _list(self, each: ExpectedObject, size_bytes: int, sha256: str) -> None:
        self._listing.add(ListedObject(key=each.key, size_bytes=size_bytes, sha256=sha256))

    def _miss(self, each: ExpectedObject) -> None:
        self.missing.append(each)
        if len(self.missing) > MOST_MISSING:
            raise ArchiveError(
                f"More than {MOST_MISSING} objects are not in the store. No archive was written.",
                "See whether the settings (attachments) name the store of this database.",
            )


async def _chained(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece
