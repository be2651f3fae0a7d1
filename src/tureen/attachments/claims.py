"""When files may become part of a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tureen.attachments.record import AttachmentRecord, AttachmentState
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode, invalid, not_found

MAX_PER_MESSAGE = 20


def check_claim(
    found: Iterable[AttachmentRecord],
    ids: Sequence[AttachmentId],
    uploader: UserId,
    conversation: ConversationId,
    message: MessageId,
) -> Sequence[AttachmentRecord]:
    """The records in the order of ``ids``; what the same message has claimed before is claimed.

    Raises `CommandError`: ``invalid`` for too many, doubled or unfinished ones, ``not_found`` for those of others,
    ``conflict`` for those that another message has.
    """
    if len(ids) > MAX_PER_MESSAGE:
        raise CommandError(ErrorCode.LIMIT_EXCEEDED, f"A message has at most {MAX_PER_MESSAGE} files.", "Send two.")
    if len(set(ids)) != len(ids):
        raise invalid("A file is named twice.", "Name each once.")
    known = {record.id: record for record in found}
    records = []
    for each in ids:
        record = known.get(each)
        if record is None or record.uploader != uploader or record.conversation != conversation:
            raise not_found("attachment")
        if record.refusal is not None:
            raise record.refusal.error()
        if record.state is not AttachmentState.READY:
            raise invalid(
                f'"{record.name}" is not uploaded yet.', "Send the message when its upload has been answered."
            )
        if record.message not in (None, message):
            raise CommandError(ErrorCode.CONFLICT, f'"{record.name}" is part of another message.', "Upload it again.")
        records.append(record)
    return records
