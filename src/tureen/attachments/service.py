"""Announces uploads, and hands finished files to messages and their readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from tureen.attachments.limits import CHUNK_BYTES, AttachmentLimits
from tureen.attachments.names import safe_name_untrusted
from tureen.attachments.ports import Audience
from tureen.attachments.record import AttachmentRecord
from tureen.attachments.signing import Purpose, UrlSigner
from tureen.attachments.store import Admission, AttachmentStore
from tureen.model.actor import Actor
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.ports import Clock, Entropy, Handlers
from tureen.protocol.commands import UploadCreate
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.limits import MAX_BATCH
from tureen.protocol.replies import Upload
from tureen.protocol.resources import Attachment

_DAY_MS = 86_400_000
_ID_LETTERS = 16


class AttachmentParts(Struct, frozen=True, kw_only=True):
    """What the service is made from."""

    store: AttachmentStore
    signer: UrlSigner
    clock: Clock
    entropy: Entropy
    limits: AttachmentLimits = AttachmentLimits()


class AttachmentService:
    """Answers ``upload.create``; messages ask it for their files."""

    def __init__(self, parts: AttachmentParts, audience: Audience) -> None:
        self._store = parts.store
        self._signer = parts.signer
        self._clock = parts.clock
        self._entropy = parts.entropy
        self._limits = parts.limits
        self._audience = audience

    def handlers(self) -> Handlers:
        """The commands that it answers."""
        return {UploadCreate: self._create}

    async def claim(
        self, ids: Sequence[AttachmentId], sender: UserId, conversation: ConversationId, message: MessageId
    ) -> list[Attachment]:
        """Makes files part of a message, all or none, and keeps them as long as it. Raises `CommandError`.

        Only what the sender uploaded for this conversation, is ready and part of no other message; repeated for the
        same message it answers as before.
        """
        if not ids:
            return []
        records = await self._store.claim(ids, sender, conversation, message, self._now())
        return [self.view(record) for record in records]

    async def views(self, ids: Iterable[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
        """With fresh URLs; those that are gone are left out. Who may see them is the caller's to know."""
        return {record.id: self.view(record) for record in await self._find(ids)}

    async def release(self, ids: Iterable[AttachmentId]) -> None:
        """Their message is gone, and so are they: their URLs end at once, their bytes with the next sweep."""
        listed = list(ids)
        for start in range(0, len(listed), MAX_BATCH):
            await self._store.release(listed[start : start + MAX_BATCH])

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

    async def _create(self, actor: Actor, command: UploadCreate) -> Upload:
        limits, now = self._limits, self._now()
        if command.size_bytes > limits.max_bytes:
            raise CommandError(
                ErrorCode.TOO_LARGE, f"Files are at most {limits.max_bytes} bytes.", "Send a smaller one."
            )
        conversation = ConversationId(command.conversation)
        await self._audience.check_may_post(actor, conversation)
        record = AttachmentRecord(
            id=AttachmentId(f"AT_{self._entropy.token(_ID_LETTERS)}"),
            uploader=actor.user,
            conversation=conversation,
            name=safe_name_untrusted(command.name),
            size_bytes=command.size_bytes,
            created_at=now,
            expires_at=now + limits.upload_ms,
        )
        _check_admitted(await self._store.create(record, limits), now)
        return Upload(
            id=command.id,
            attachment=Attachment(id=record.id, name=record.name, media_type="", size_bytes=record.size_bytes),
            url=self._signer.upload_url(record.id, now + limits.upload_ms),
            chunk_bytes=CHUNK_BYTES,
        )

    def _now(self) -> int:
        return int(self._clock.now() * 1000)


def _check_admitted(admission: Admission, now: int) -> None:
    match admission:
        case Admission.ADMITTED:
            return
        case Admission.DAY_FULL:
            raise CommandError(
                ErrorCode.RATE_LIMITED,
                "You have uploaded as much as is allowed in a day.",
                "Go on tomorrow (UTC).",
                retry_after_ms=_DAY_MS - now % _DAY_MS,
            )
        case Admission.TOO_MANY_OPEN:
            raise CommandError(
                ErrorCode.LIMIT_EXCEEDED, "Too many uploads are open at a time.", "Finish those that were begun."
            )
