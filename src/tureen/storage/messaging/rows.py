"""Rows to records and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tureen.messaging.records import ConversationRecord, MemberRecord
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.events import ConversationEvent, Deleted, Edited, Happening, Posted
from tureen.protocol.resources import Attachment, ConversationKind, Custom, MemberRole, Message, Reaction
from tureen.storage.script import Row

_EMPTY = "[]"
_TEXTS = msgspec.json.Decoder(list[str])
_ATTACHMENTS = msgspec.json.Decoder(list[Attachment])
_REACTIONS = msgspec.json.Decoder(list[Reaction])
_CUSTOM = msgspec.json.Decoder(Custom)
_HAPPENING: msgspec.json.Decoder[Happening] = msgspec.json.Decoder(Happening)
_ENCODER = msgspec.json.Encoder()


def json_text(value: Any) -> str:  # noqa: ANN401 - whatever msgspec encodes
    """As it is kept in a column."""
    return _ENCODER.encode(value).decode()


def json_list(values: Sequence[object]) -> str:
    """The same, fast where there is nothing."""
    return json_text(values) if values else _EMPTY


def kept_attachments(attachments: Sequence[Attachment]) -> str:
    """Addresses are signed anew each time, so none is kept."""
    return json_list([msgspec.structs.replace(each, url="", thumbnail_url="") for each in attachments])


def conversation_of(row: Row) -> ConversationRecord:
    """From the columns of ``conversations``."""
    return ConversationRecord(
        id=ConversationId(row["id"]),
        kind=ConversationKind(row["kind"]),
        key=row["key"],
        title=row["title"],
        avatar=row["avatar"],
        epoch=row["epoch"],
        head_seq=row["head_seq"],
        floor_seq=row["floor_seq"],
        posted_seq=row["posted_seq"],
        member_count=row["member_count"],
        created_by=UserId(row["created_by"]),
        created_at=row["created_at"],
        active_at=row["active_at"],
        held=bool(row["held"]),
    )


def member_of(row: Row) -> MemberRecord:
    """From the columns of ``conversation_members``."""
    return MemberRecord(
        user=UserId(row["user"]),
        role=MemberRole(row["role"]),
        joined_at=row["joined_at"],
        delivered_seq=row["delivered_seq"],
        read_seq=row["read_seq"],
        muted_until=row["muted_until"],
        hidden_seq=row["hidden_seq"],
    )


def message_of(row: Row) -> Message:
    """From the columns of ``messages``."""
    custom = row["custom"]
    return Message(
        id=row["id"],
        conversation=row["conversation"],
        seq=row["seq"],
        sender=row["sender"],
        sender_name=row["sender_name"] or "",
        sent_at=row["sent_at"],
        text=row["text"],
        mentions=_texts(row["mentions"]),
        attachments=_attachments(row["attachments"]),
        reply_to=row["reply_to"],
        thread=row["thread"],
        thread_replies=row["thread_replies"],
        custom=None if custom is None else _CUSTOM.decode(custom),
        reactions=[] if row["reactions"] == _EMPTY else _REACTIONS.decode(row["reactions"]),
        version=row["version"],
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
    )


def first_form(message: Message) -> Message:
    """What was posted, of a message that was never edited."""
    return msgspec.structs.replace(message, reactions=[], thread_replies=0)


def event_of(row: Row, conversation: ConversationId) -> ConversationEvent:
    """From the columns of ``conversation_events``, the epoch, and those of the message where the event keeps none."""
    return ConversationEvent(
        conversation=conversation,
        epoch=row["epoch"],
        seq=row["event_seq"],
        sender=row["event_sender"],
        at=row["event_at"],
        event=_happening(row, conversation),
        command=row["event_command"] or "",
    )


def _happening(row: Row, conversation: ConversationId) -> Happening:
    content, kind, message = row["event_content"], row["event_kind"], row["event_message"]
    if content is not None:
        return _HAPPENING.decode(content)
    if kind == "deleted":
        return Deleted(message=message, version=row["event_version"])
    if kind == "edited":
        return Edited(message=message, version=row["event_version"])
    if row["id"] is not None and row["deleted_at"] is None:
        return Posted(message=first_form(message_of(row)))
    return Posted(
        message=Message(
            id=message,
            conversation=conversation,
            seq=row["event_seq"],
            sender=row["event_sender"],
            sent_at=row["event_at"],
            version=row["version"] or 1,
            deleted_at=row["deleted_at"],
        )
    )


def _texts(raw: str) -> list[str]:
    return [] if raw == _EMPTY else _TEXTS.decode(raw)


def _attachments(raw: str) -> list[Attachment]:
    return [] if raw == _EMPTY else _ATTACHMENTS.decode(raw)
