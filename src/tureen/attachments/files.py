"""What a signed URL shows, and how."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from msgspec import Struct

from tureen.attachments import layout
from tureen.attachments.media_types import INLINE, OCTET_STREAM
from tureen.attachments.ports import ObjectStore
from tureen.attachments.record import AttachmentRecord, AttachmentState
from tureen.attachments.service import AttachmentParts
from tureen.attachments.signing import Purpose
from tureen.model.ids import AttachmentId
from tureen.protocol.errors import forbidden, not_found


class ServedFile(Struct, frozen=True, kw_only=True):
    """A file, or its thumbnail, to be sent."""

    name: str
    media_type: str
    """What to call it towards a browser."""
    inline: bool
    """Whether a browser may show it by itself; all else is saved."""
    size_bytes: int | None
    """Of the original; a thumbnail is small and sent as it is."""
    tag: str
    """Names these bytes; they never change."""
    valid_ms: int
    """How long the URL goes on to work."""
    read: Callable[[int, int | None], AsyncIterator[bytes]]
    """The bytes from the first to before the second."""


class Files:
    """Opens signed URLs."""

    def __init__(self, parts: AttachmentParts, objects: ObjectStore) -> None:
        self._store = parts.store
        self._signer = parts.signer
        self._clock = parts.clock
        self._objects = objects

    async def open_untrusted(
        self, attachment: str, variant: str, expires: str | None, signature: str | None
    ) -> ServedFile:
        """Raises `CommandError`: ``forbidden`` for a URL that is not ours or too old, ``not_found`` for a file gone."""
        now = int(self._clock.now() * 1000)
        purpose = _PURPOSES.get(variant)
        until = purpose and self._signer.valid_until_untrusted(purpose, attachment, expires, signature, now)
        if not purpose or not until:
            raise forbidden("The address of the file is not valid, or not any more.", "Ask for the message again.")
        found = await self._store.find([AttachmentId(attachment)], now)
        if not found or found[0].state is not AttachmentState.READY:
            raise not_found("file")
        return self._served(found[0], purpose, until - now)

    def _served(self, record: AttachmentRecord, purpose: Purpose, valid_ms: int) -> ServedFile:
        if purpose is Purpose.THUMBNAIL and not record.thumbnail:
            raise not_found("thumbnail")
        key = layout.variant(record.id, purpose)
        media_type = layout.THUMBNAIL_TYPE if purpose is Purpose.THUMBNAIL else record.media_type
        inline = media_type in INLINE
        return ServedFile(
            name=record.name,
            media_type=media_type if inline else OCTET_STREAM,
            inline=inline,
            size_bytes=None if purpose is Purpose.THUMBNAIL else record.size_bytes,
            tag=f"{record.id}-{purpose}",
            valid_ms=valid_ms,
            read=lambda start, end: self._objects.get(key, start, end),
        )


_PURPOSES = {"original": Purpose.ORIGINAL, "thumbnail": Purpose.THUMBNAIL}
