"""Bounds of conversations, beside those of the wire (`protocol.limits`)."""

from __future__ import annotations

from msgspec import Struct

from tureen.protocol.resources import ConversationKind

SHOWN_MEMBERS = 100
"""Up to so many members a conversation lists all, tells of everyone who comes, of typing, and of marks."""

MAX_UNREAD = 999
"""Counted no further."""


class MessagingLimits(Struct, frozen=True, kw_only=True):
    """What a server holds and keeps in memory."""

    members: int = 10_000
    """Of one conversation."""
    groups_per_person: int = 1_000
    """So many one may make, and be brought into."""
    labels_per_message: int = 30
    reactions_per_message: int = 2_000
    """All labels together."""
    state_keys: int = 1_000
    """Of one conversation."""
    state_bytes: int = 1024 * 1024
    """Of one conversation, all values together."""
    catch_up_events: int = 1_000
    """Sent to a device that comes back, for each conversation; beyond that it reads the history anew."""
    catch_up_total: int = 10_000
    """The same, all conversations together."""
    hot_events: int = 500
    """Kept in memory of one conversation."""
    hot_bytes_each: int = 512 * 1024
    hot_bytes: int = 64 * 1024 * 1024
    """Of all conversations together."""
    rosters: int = 10_000
    """Conversations whose members are kept in memory."""
    roster_members: int = 500_000
    """All of these together."""
    marks: int = 100_000
    """Marks that wait to be written; beyond that they are written at once."""


class Retention(Struct, frozen=True, kw_only=True):
    """For how many days events are kept, by the kind of conversation, and what moderators have; 0: for ever."""

    direct_days: int = 0
    group_days: int = 0
    room_days: int = 0
    audit_days: int = 0
    """What moderators did."""
    report_days: int = 0
    """What was reported to them, with the text that it was about."""

    def days(self, kind: ConversationKind) -> int:
        """Of one kind."""
        return {
            ConversationKind.DIRECT: self.direct_days,
            ConversationKind.GROUP: self.group_days,
            ConversationKind.ROOM: self.room_days,
        }[kind]
