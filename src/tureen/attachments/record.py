"""What is kept of a file beside its bytes."""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode


class AttachmentState(enum.StrEnum):
    """Of a file, in this order; see the package."""

    PENDING = "pending"
    """Announced; no byte has come."""
    UPLOADING = "uploading"
    SCANNING = "scanning"
    """All bytes are here, and they are examined."""
    READY = "ready"
    REFUSED = "refused"


OPEN_STATES = (AttachmentState.PENDING, AttachmentState.UPLOADING, AttachmentState.SCANNING)
"""Of uploads that are not finished."""


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a file is not taken: what its uploader is answered, also when asking again."""

    code: ErrorCode
    message: str
    hint: str = ""

    def error(self) -> CommandError:
        """To raise."""
        return CommandError(self.code, self.message, self.hint)


class AttachmentRecord(Struct, frozen=True, kw_only=True):
    """A file."""

    id: AttachmentId
    uploader: UserId
    conversation: ConversationId
    """Where it was announced for; it can be part of a message there only."""
    name: str
    """As the uploader calls it, without what could deceive (`attachments.names`)."""
    size_bytes: int
    received_bytes: int = 0
    state: AttachmentState = AttachmentState.PENDING
    media_type: str = ""
    """As found in the bytes; empty until then."""
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False
    refusal: Refusal | None = None
    message: MessageId | None = None
    """Whose part it is."""
    created_at: int
    """Unix milliseconds, as all points in time here."""
    expires_at: int | None = None
    """From then on it is as if it did not exist; none for what is part of a message."""
    examined_since: int | None = None


class Part(Struct, frozen=True, kw_only=True):
    """A chunk of an upload as it was stored."""

    start: int
    size_bytes: int
    key: str
    """Of the object that holds it."""
