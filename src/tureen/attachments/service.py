"""Hands finished files to messages and to those who may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.record import AttachmentRecord
from tureen.attachments.signing import Purpose, UrlSigner
from tureen.attachments.store import AttachmentStore
from tureen.model.ids import AttachmentId
from tureen.ports import Clock, Entropy
from tureen.protocol.limits import MAX_BATCH
from tureen.protocol.resources import Attachment


class AttachmentParts(Struct, frozen=True, kw_only=True):
    """What the classes of this package are made from."""

    store: AttachmentStore
    signer: UrlSigner
    clock: Clock
    entropy: Entropy
    limits: AttachmentLimits = AttachmentLimits()


class AttachmentService:
    """What messages ask for their files."""

    def __init__(self, parts: AttachmentParts) -> None:
        self._store = parts.store
        self._signer = parts.signer
        self._clock = parts.clock
        self._limits = parts.limits

    async def views(self, ids: Iterable[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
        """With fresh URLs; those that are gone are left out. Who may see them is the caller's to know."""
        return {record.id: self.view(record) for record in await self._find(ids)}

    def view(self, record: AttachmentRecord) -> Attachment:
        """As clients see a file that is ready."""
        now, valid_ms = self._now(), self._limits.url_ms
        return Attachment(
            id=record.id,
            name=record.name,
            media_type=record.media_type,
            size_bytes=record.size_bytes,
            width=record.width,
            height=record.height,
            url=self._signer.file_url(Purpose.ORIGINAL, record.id, now, valid_ms),
            thumbnail_url=self._signer.file_url(Purpose.THUMBNAIL, record.id, now, valid_ms)
            if record.thumbnail
            else "",
        )

    async def _find(self, ids: Iterable[AttachmentId]) -> list[AttachmentRecord]:
        listed, now = list(ids), self._now()
        found: list[AttachmentRecord] = []
        for start in range(0, len(listed), MAX_BATCH):
            found += await self._store.find(listed[start : start + MAX_BATCH], now)
        return found

    def _now(self) -> int:
        return int(self._clock.now() * 1000)
