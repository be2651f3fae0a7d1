"""What conversations need from the rest of the server, as far as `tureen.ports` does not say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from tureen.messaging.limits import MessagingLimits, Retention
from tureen.messaging.store import MessagingStore
from tureen.model.actor import Actor
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.ports import Clock, Directory, Entropy, Mailroom, Push, RoomMessages
from tureen.protocol.resources import Attachment, ConversationKind, Custom


class Draft(Struct, frozen=True, kw_only=True):
    """What somebody is about to write, or to put in place of what they wrote."""

    id: MessageId
    """Of the message that it will be, however often it is sent, or that is edited."""
    conversation: ConversationId
    kind: ConversationKind
    room: str = ""
    """The name of the room whose conversation it is."""
    sender: UserId
    text: str = ""
    mentions: list[UserId] = []
    attachments: list[AttachmentId] = []
    reply_to: MessageId | None = None
    thread: MessageId | None = None
    custom: Custom | None = None
    replaces: MessageId | None = None
    """The message that is edited; None: it is a new one."""


class BeforePublish(Protocol):
    """The application's word before anything is stored."""

    async def before_publish(self, actor: Actor, draft: Draft) -> Draft:
        """The draft as it shall be: text, mentions and custom content may be others.

        Raises `CommandError`, with ``rejected`` if the application does not want it. Asked once all else is checked,
        and not again of what is stored already; where it is sent twice at the same time, the first one that is stored
        counts. Somebody waits for the answer: it has to come soon, whatever happens to the application.
        """


class Attachments(Protocol):
    """Files that were uploaded. Messages take and release them within the store's transactions."""

    async def views(self, ids: Sequence[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
        """How clients see them now, with fresh addresses. What is gone is left out."""


class NoAttachments:
    """There are none."""

    async def views(self, ids: Sequence[AttachmentId]) -> Mapping[AttachmentId, Attachment]:  # noqa: ARG002 - as the protocol says
        """None."""
        return {}


class Outside(Struct, frozen=True, kw_only=True):
    """All of it."""

    store: MessagingStore
    mailroom: Mailroom
    directory: Directory
    clock: Clock
    entropy: Entropy
    attachments: Attachments = NoAttachments()
    before_publish: BeforePublish | None = None
    """None: no application has a say."""
    push: Push | None = None
    rooms: RoomMessages | None = None
    """Who else hears of what is written in rooms."""
    limits: MessagingLimits = MessagingLimits()
    retention: Retention = Retention()

    def now(self) -> int:
        """Unix milliseconds."""
        return int(self.clock.now() * 1000)
