"""Addresses of files are signed for a short time: what is read from memory or from the store gets fresh ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import structs

from tureen.model.ids import AttachmentId
from tureen.protocol.events import AttachmentChanged, ConversationEvent, Posted
from tureen.protocol.resources import Attachment, Message


class Views(Protocol):
    """Says how clients see files now."""

    async def views(self, ids: Sequence[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
        """What is gone is left out."""


class AttachmentViews:
    """Asks once for a whole page, and not at all where there are no files."""

    def __init__(self, attachments: Views) -> None:
        self._attachments = attachments

    async def fresh(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The same messages."""
        known = await self._views(each for message in messages for each in message.attachments)
        return messages if known is None else [_renew(message, known) for message in messages]

    async def fresh_events(self, events: Sequence[ConversationEvent]) -> Sequence[ConversationEvent]:
        """The same events."""
        known = await self._views(each for event in events for each in _files(event))
        return events if known is None else [_renew_event(event, known) for event in events]

    async def _views(self, files: Iterable[Attachment]) -> Mapping[AttachmentId, Attachment] | None:
        ids = list(dict.fromkeys(AttachmentId(each.id) for each in files))
        return (await self._attachments.views(ids)) if ids else None


def _files(event: ConversationEvent) -> Sequence[Attachment]:
    happening = event.event
    if isinstance(happening, Posted):
        return happening.message.attachments
    return [happening.attachment] if isinstance(happening, AttachmentChanged) else []


def _renew(message: Message, known: Mapping[AttachmentId, Attachment]) -> Message:
    if not message.attachments:
        return message
    renewed = [known[AttachmentId(each.id)] for each in message.attachments if each.id in known]
    return structs.replace(message, attachments=renewed)


def _renew_event(event: ConversationEvent, known: Mapping[AttachmentId, Attachment]) -> ConversationEvent:
    happening = event.event
    if isinstance(happening, Posted):
        return structs.replace(event, event=Posted(message=_renew(happening.message, known)))
    if isinstance(happening, AttachmentChanged):
        now = known.get(AttachmentId(happening.attachment.id), happening.attachment)
        return structs.replace(event, event=structs.replace(happening, attachment=now))
    return event
