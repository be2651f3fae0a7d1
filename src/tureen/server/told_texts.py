"""Which texts those in rooms know, and by what name: an edit or a deletion has to name the same."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Struct, structs

from tureen.model.ids import Identity, RoomName
from tureen.protocol.resources import Message

REMEMBERED: Final = 20_000
"""Of all rooms together, the newest. Programs hear of no change of an older one."""


class ToldText(Struct, frozen=True, kw_only=True):
    """One message."""

    message: str
    conversation: str
    room: RoomName
    writer: Identity
    name: str
    """The id of its stream."""
    sent_at: int
    text_hash: int
    """Of Python's own; texts are not kept in memory."""
    version: int = 1

    def says(self, text: str) -> bool:
        """Whether this is what it says already."""
        return self.text_hash == hash(text)


class ToldTexts:
    """Those that were written since the server began."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._texts: OrderedDict[str, ToldText] = OrderedDict()
        self._by_name: dict[tuple[RoomName, Identity, str], str] = {}

    def add(self, room: RoomName, message: Message, name: str) -> None:
        """It was written, and told under this name."""
        told = ToldText(
            message=message.id,
            conversation=message.conversation,
            room=room,
            writer=Identity(message.sender),
            name=name,
            sent_at=message.sent_at,
            text_hash=hash(message.text),
            version=message.version,
        )
        self._texts[told.message] = told
        self._by_name[(room, told.writer, name)] = told.message
        if len(self._texts) > self._limit:
            self._forget(next(iter(self._texts)))

    def find(self, room: RoomName, writer: Identity, name: str) -> ToldText | None:
        """What this writer wrote under this name."""
        message = self._by_name.get((room, writer, name))
        return None if message is None else self._texts[message]

    def change(self, message: str, version: int, text: str | None) -> ToldText | None:
        """It says something else now, or is gone (``None``). What it was."""
        told = self._texts.get(message)
        if told is not None and text is None:
            self._forget(message)
        elif told is not None:
            self._texts[message] = structs.replace(told, version=version, text_hash=hash(text))
        return told

    def _forget(self, message: str) -> None:
        told = self._texts.pop(message)
        key = (told.room, told.writer, told.name)
        if self._by_name.get(key) == message:
            del self._by_name[key]
