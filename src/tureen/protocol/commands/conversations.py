"""Conversations and who is in them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tureen.protocol.commands.base import Command
from tureen.protocol.limits import (
    MAX_BATCH,
    Id,
    Instant,
    Name,
    PageSize,
    Url,
    UserIds,
)
from tureen.protocol.resources import MemberRole


class ConversationList(Command, frozen=True, kw_only=True, tag="conversation.list"):
    """One's conversations, those with the newest messages first. `Conversations`."""

    before: Instant | None = None
    """Only those whose ``active_at`` is earlier: the way to the next page."""
    limit: PageSize = 50


class ConversationGet(Command, frozen=True, kw_only=True, tag="conversation.get"):
    """One of them. `ConversationAnswered`."""

    conversation: Id


class ConversationDirect(Command, frozen=True, kw_only=True, tag="conversation.direct"):
    """The one with somebody; it is made if there is none. `ConversationAnswered`."""

    user: Id


class ConversationRoom(Command, frozen=True, kw_only=True, tag="conversation.room"):
    """The one of a room that one's token allows to join. `ConversationAnswered`; one is a member from now on."""

    room: Annotated[str, Meta(min_length=1, max_length=256)]


class ConversationCreate(Command, frozen=True, kw_only=True, tag="conversation.create"):
    """A group. `ConversationAnswered`. Whoever is in too many groups is left out in silence.

    ``limit_exceeded`` if one has made too many; groups in which others stay when one leaves are not counted.
    """

    title: Name = ""
    users: Annotated[list[Id], Meta(max_length=MAX_BATCH)] = []


class ConversationUpdate(Command, frozen=True, kw_only=True, tag="conversation.update"):
    """Another title or picture of a group. `ConversationAnswered`. Owners and moderators."""

    conversation: Id
    title: Name | None = None
    avatar: Url | None = None


class ConversationMembers(Command, frozen=True, kw_only=True, tag="conversation.members"):
    """Members in the order of their ids. `Members`."""

    conversation: Id
    after: Id | None = None
    limit: PageSize = 100


class ConversationAdd(Command, frozen=True, kw_only=True, tag="conversation.add"):
    """Bring people into a group. `ConversationAnswered`.
    Who blocks one, or is in too many groups, is left out in silence.

    Owners and moderators lift bans by it. Of a room they do no more than that: people come by their own tokens.
    """

    conversation: Id
    users: UserIds


class ConversationRemove(Command, frozen=True, kw_only=True, tag="conversation.remove"):
    """Send people out of a group. `Done`. Owners and moderators; a ban keeps them from coming back."""

    conversation: Id
    users: UserIds
    ban: bool = False


class ConversationLeave(Command, frozen=True, kw_only=True, tag="conversation.leave"):
    """Leave a group, or hide a direct conversation until the next message. `Done`."""

    conversation: Id


class ConversationRole(Command, frozen=True, kw_only=True, tag="conversation.role"):
    """Make somebody owner, moderator or plain member. `Done`. Owners only; the last owner stays one."""

    conversation: Id
    user: Id
    role: MemberRole


class ConversationMute(Command, frozen=True, kw_only=True, tag="conversation.mute"):
    """Let somebody write nothing until then. `Done`. Owners and moderators; null lifts it."""

    conversation: Id
    user: Id
    until: Instant | None = None
