"""What makes conversations and messages unique.

A conversation's id is chance, so that nobody can guess or probe it; it is found again by its key. A message's id
follows from the command that posts it: a command that is sent again names the same message.
"""

from __future__ import annotations

import hashlib

from tureen.model.ids import ConversationId, MessageId, RoomName, UserId

_ROOM = "room "


def direct_key(one: UserId, other: UserId) -> str:
    """Of the conversation of these two, in either order."""
    first, second = sorted((one, other))
    return f"direct {len(first)} {first} {second}"


def room_key(room: str) -> str:
    """Of the conversation of a room, by its name."""
    return f"{_ROOM}{room}"


def room_of(key: str) -> RoomName:
    """The name, from the key of a room's conversation."""
    return RoomName(key.removeprefix(_ROOM))


def group_key(creator: UserId, command: str) -> str:
    """Of the group that this command makes."""
    return f"group {len(creator)} {creator} {command}"


def closed_key(conversation: ConversationId) -> str:
    """Of a conversation that is being deleted: it is not found again by what it was."""
    return f"closed {conversation}"


def message_id(conversation: ConversationId, sender: UserId, command: str) -> MessageId:
    """Of the message that this command posts."""
    return MessageId(f"MS_{_digest('message', conversation, sender, command)}")


def _digest(*parts: str) -> str:
    hashed = hashlib.blake2b(digest_size=12)
    for part in parts:
        raw = part.encode()
        hashed.update(len(raw).to_bytes(4, "big") + raw)
    return hashed.hexdigest()
