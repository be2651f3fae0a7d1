"""What is written in rooms: by programs that know no conversations, and to them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from tureen.model.grant import Grant
from tureen.model.ids import ConversationId, Identity, RoomName, UserId
from tureen.protocol.events import ConversationEvent
from tureen.protocol.resources import Message


class TextChange(enum.Enum):
    """What a writer does with a text of theirs."""

    NEW = enum.auto()
    EDIT = enum.auto()
    """The text under this id is to be the one given."""
    DELETE = enum.auto()
    """It is taken away."""


class WrittenText(Struct, frozen=True, kw_only=True):
    """Something that a participant wrote to everybody in the room."""

    room: RoomName
    writer: Grant
    """With the name that others see."""
    id: str
    """The writer's own for this text, of printable ASCII: told again, it is the same text."""
    text: str
    change: TextChange = TextChange.NEW


class RetoldText(Struct, frozen=True, kw_only=True):
    """A text of the room's conversation that is another one now."""

    sender: Identity
    """Who wrote it, whoever took it away."""
    id: str
    """By which those in the room know it."""
    sent_at: int
    at: int
    """Unix milliseconds, both."""
    text: str | None
    """``None``: it is deleted."""


class Silence(Protocol):
    """Whether a participant may write, as moderators of the room's conversation say it."""

    @property
    def until(self) -> int:
        """Unix milliseconds; 0: they may. It changes at any time."""

    def close(self) -> None:
        """The participant has left."""


class RoomChat(Protocol):
    """Keeps what is written in rooms."""

    def enter(self, room: RoomName, identity: Identity) -> Silence:
        """Somebody has come into a room. Returns at once; what is known of them is read beside."""

    def handle_written(self, written: WrittenText) -> None:
        """Those who are in the room have it. Returns at once; a writer's texts are kept in the order of the calls."""


class RoomReaders(Protocol):
    """Those who are in rooms and read no conversations."""

    def tell(self, room: RoomName, message: Message) -> None:
        """It was written in the room's conversation, and is kept there. Returns at once."""

    def retell(self, room: RoomName, retold: RetoldText) -> None:
        """It was edited or deleted there. Returns at once."""


class MembersListener(Protocol):
    """Hears who comes into groups and who leaves them."""

    def handle_members_joined(self, conversation: ConversationId, users: Sequence[UserId]) -> None:
        """After they were told of the conversation that is theirs now, and only if they are members still."""

    def handle_members_left(self, conversation: ConversationId, users: Sequence[UserId] | None) -> None:
        """As soon as it is committed. None: all of them, as the conversation is deleted."""


class RoomMessages(Protocol):
    """Hears what is written in the conversations of rooms."""

    def handle_posted(self, room: RoomName, message: Message, command: str) -> None:
        """After the commit, in order. ``command``: by which its sender wrote it."""

    def handle_changed(self, room: RoomName, event: ConversationEvent) -> None:
        """After the commit, in order: an `Edited` or a `Deleted`."""

    def handle_silence_changed(self, room: RoomName, users: Sequence[UserId]) -> None:
        """After the commit: of these people a moderator has said something else about whether they may write."""
