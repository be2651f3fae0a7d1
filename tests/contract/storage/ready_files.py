"""Files that were uploaded and wait for their message."""

from __future__ import annotations

import msgspec

from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.record import AttachmentRecord, Part
from tureen.model.ids import AttachmentId, ConversationId, UserId
from tureen.protocol.resources import Attachment
from tureen.storage.attachments import SqlAttachmentStore
from tureen.storage.database import Database

EXPIRES_AT = 1_000


def view(record: AttachmentRecord) -> Attachment:
    return Attachment(
        id=record.id, name=record.name, media_type=record.media_type, size_bytes=record.size_bytes, url="/signed"
    )


async def ready(database: Database, name: str, uploader: UserId, conversation: ConversationId) -> AttachmentId:
    """One of a byte; part of no message yet."""
    files = SqlAttachmentStore(database)
    record = AttachmentRecord(
        id=AttachmentId(name),
        uploader=uploader,
        conversation=conversation,
        name=f"{name}.txt",
        size_bytes=1,
        media_type="text/plain",
        created_at=1,
        expires_at=EXPIRES_AT,
    )
    await files.create(record, AttachmentLimits())
    await files.append(record.id, Part(start=0, size_bytes=1, key=f"{name}/parts/0"))
    await files.begin_examination(record.id, 2, 0)
    assert await files.finish(msgspec.structs.replace(record, examined_since=2))
    return record.id
