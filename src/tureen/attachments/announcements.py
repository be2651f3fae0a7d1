"""Announces uploads: says where bytes may be sent to, before a single one has come."""

from __future__ import annotations

from tureen.attachments.limits import CHUNK_BYTES
from tureen.attachments.names import safe_name_untrusted
from tureen.attachments.ports import Audience
from tureen.attachments.record import AttachmentRecord
from tureen.attachments.service import AttachmentParts
from tureen.attachments.store import Admission
from tureen.model.actor import Actor
from tureen.model.ids import AttachmentId, ConversationId
from tureen.ports import Handlers
from tureen.protocol.commands import UploadCreate
from tureen.protocol.errors import CommandError, ErrorCode, forbidden
from tureen.protocol.replies import Upload
from tureen.protocol.resources import Attachment

_DAY_MS = 86_400_000
_ID_LETTERS = 16


class Announcements:
    """Answers ``upload.create``."""

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

    async def _create(self, actor: Actor, command: UploadCreate) -> Upload:
        limits, now = self._limits, int(self._clock.now() * 1000)
        if command.size_bytes > limits.max_bytes:
            raise CommandError(
                ErrorCode.TOO_LARGE, f"Files are at most {limits.max_bytes} bytes.", "Send a smaller one."
            )
        conversation = ConversationId(command.conversation)
        if not await self._audience.may_write(actor, conversation):
            raise forbidden("You may not write to this conversation.")
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
