"""What is written in rooms: by programs that know no conversations, and to them."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from tureen.model.grant import Grant
from tureen.model.ids import RoomName
from tureen.protocol.resources import Message


class WrittenText(Struct, frozen=True, kw_only=True):
    """Something that a participant wrote to everybody in the room."""

    room: RoomName
    writer: Grant
    """With the name that others see."""
    id: str
    """The writer's own for this text, of printable ASCII: told again, it is the same text."""
    text: str


class RoomChat(Protocol):
    """Keeps what is written in rooms."""

    def handle_written(self, written: WrittenText) -> None:
        """Those who are in the room have it. Returns at once; a writer's texts are kept in the order of the calls."""


class RoomReaders(Protocol):
    """Those who are in rooms and read no conversations."""

    def tell(self, room: RoomName, message: Message) -> None:
        """It was written in the room's conversation, and is kept there. Returns at once."""


class RoomMessages(Protocol):
    """Hears what is written in the conversations of rooms."""

    def handle_posted(self, room: RoomName, message: Message, command: str) -> None:
        """After the commit, in order. ``command``: by which its sender wrote it."""
