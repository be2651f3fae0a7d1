"""Those whose token only joins a room: they see the chat of that room, and nothing that is their namesake's.

A token that was made for media names its bearer as one that makes a person does. What is sent to that person must not
reach whoever holds the lesser token, so sessions of guests are apart: they have devices of their own, and hear of those
conversations only that a command of theirs was answered with.
"""

from __future__ import annotations

from tureen.model.grant import Grant
from tureen.model.ids import DeviceId
from tureen.protocol.events import Event
from tureen.protocol.replies import ConversationAnswered, Reply
from tureen.protocol.resources import Conversation


def is_guest(grant: Grant) -> bool:
    """Whether this is nobody but a guest of a room."""
    return not grant.people.connect


def device_of(device: str, grant: Grant) -> DeviceId:
    """The device as it is known here; no client can choose that of a guest for a person, or the other way round."""
    return DeviceId(f"guest:{device}" if is_guest(grant) else device)


def has_other_rights(old: Grant, new: Grant) -> bool:
    """Whether a token lets its bearer see something else than the one before it."""
    return is_guest(old) != is_guest(new) or (is_guest(new) and old.room.room != new.room.room)


def conversation_of(event: Event) -> str | None:
    """Which one it is about, if it is about one."""
    about = getattr(event, "conversation", None)
    return about.id if isinstance(about, Conversation) else about


def conversation_shown(reply: Reply) -> str | None:
    """Which one a reply lets a guest see: the handlers answer with that of the token's room only."""
    return reply.conversation.id if isinstance(reply, ConversationAnswered) else None
