"""What the store keeps, and what is asked of it. Points in time are Unix milliseconds."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.events import ConversationEvent
from tureen.protocol.resources import ConversationKind, Custom, MemberRole, Message


class ConversationRecord(Struct, frozen=True, kw_only=True):
    """The head row of a history."""

    id: ConversationId
    kind: ConversationKind
    key: str
    """What makes it unique: see `messaging.keys`."""
    title: str
    avatar: str
    epoch: str
    head_seq: int
    floor_seq: int
    """Events up to here are kept no more."""
    posted_seq: int
    """Of the newest message."""
    member_count: int
    created_by: UserId
    created_at: int
    active_at: int
    held: bool
    """A legal hold: retention deletes nothing of it."""


class MemberRecord(Struct, frozen=True, kw_only=True):
    """One member."""

    user: UserId
    role: MemberRole
    joined_at: int
    delivered_seq: int
    read_seq: int
    muted_until: int | None
    hidden_seq: int = -1
    """The conversation stays out of the member's list until a message comes after this position."""


class Standing(Struct, frozen=True, kw_only=True):
    """A conversation, and somebody's place in it; ``member`` is None for who has none."""

    conversation: ConversationRecord
    member: MemberRecord | None


class Overview(Struct, frozen=True, kw_only=True):
    """A conversation as one of its members sees it in a list."""

    conversation: ConversationRecord
    member: MemberRecord | None
    members: list[MemberRecord]
    """All, up to `SHOWN_MEMBERS`; beyond that none."""
    last_message: Message | None
    unread: int
    mentions: int


class Seat(Struct):
    """What is kept in memory of a member; marks change in place."""

    role: MemberRole = MemberRole.MEMBER
    muted_until: int | None = None
    delivered_seq: int = 0
    read_seq: int = 0


class RosterRecord(Struct, frozen=True, kw_only=True):
    """A conversation with everyone in it."""

    conversation: ConversationRecord
    seats: dict[UserId, Seat]


class Act(Struct, frozen=True, kw_only=True):
    """Who does something in a conversation, by which command, when, and by which right."""

    user: UserId
    conversation: ConversationId
    command: str | None
    """Unique among those of the user in the conversation; None: nothing repeats it."""
    at: int
    authority: MemberRole | None = None
    """The role that the token gives by itself in every conversation, a member's place included."""
    moderates_key: str | None = None
    """The one conversation in which the token makes its bearer, who is a member, a moderator."""
    only_key: str | None = None
    """The one conversation that the token gives a part in; None: all that the user is a member of."""
    name: str = ""
    """What the token calls the user: kept with what they write in a room."""


class Post(Struct, frozen=True, kw_only=True):
    """A message to write."""

    act: Act
    id: MessageId
    text: str = ""
    mentions: list[UserId] = []
    attachments: list[AttachmentId] = []
    reply_to: MessageId | None = None
    thread: MessageId | None = None
    custom: Custom | None = None


class Edit(Struct, frozen=True, kw_only=True):
    """Another content, if the message still has this version."""

    act: Act
    message: MessageId
    version: int
    text: str
    mentions: list[UserId]
    custom: Custom | None


class React(Struct, frozen=True, kw_only=True):
    """A reaction to add or to take back."""

    act: Act
    message: MessageId
    label: str
    on: bool
    max_labels: int
    max_reactions: int


class Placed(Struct, frozen=True, kw_only=True):
    """Where something stands now."""

    epoch: str
    seq: int
    at: int
    message: MessageId = MessageId("")
    version: int = 1
    event: ConversationEvent | None = None
    """To publish; None: it was there already, or there was nothing to change."""
    revealed: list[UserId] = []
    """Members who had the conversation out of their lists until now."""


class Departure(Struct, frozen=True, kw_only=True):
    """Somebody who is no person of this server any more was taken out of a conversation."""

    membership: Membership
    """Nobody changed where it is one of two people: it stays the other one's."""
    heir: UserId | None = None
    """Owns the group from now on, as its last owner went."""
    succession: Placed | None = None
    """How that was told, before the departure."""


class NewConversation(Struct, frozen=True, kw_only=True):
    """A conversation to make, unless there is one of this key."""

    id: ConversationId
    kind: ConversationKind
    key: str
    title: str
    epoch: str
    created_by: UserId
    at: int
    members: dict[UserId, MemberRole]
    command: str | None = None
    tell: bool = False
    """Whether its history begins with `Joined`."""
    hidden_from: list[UserId] = []
    """Who sees it with the first message only."""
    max_groups: int | None = None
    """Of a group: so many its creator may make, and the others be in; None: any number."""


class Membership(Struct, frozen=True, kw_only=True):
    """What became of a change of members."""

    standing: Standing
    """As it is afterwards."""
    changed: list[UserId]
    """Who came or went."""
    mutes: dict[UserId, int] = {}
    """Of those among them who came back while they are still muted: until when."""
    event: ConversationEvent | None = None


class Addition(Struct, frozen=True, kw_only=True):
    """People to bring in."""

    act: Act
    users: list[UserId]
    max_members: int
    max_groups: int | None = None
    """Of a group: so many the newcomers may be in; None: any number."""
    tell_up_to: int | None = None
    """Beyond so many members the newcomers are not told of; None: always."""


class Removal(Struct, frozen=True, kw_only=True):
    """People to send away."""

    act: Act
    users: list[UserId]
    ban: bool = False


class Mark(Struct, frozen=True, kw_only=True):
    """Up to where a member has received and read."""

    conversation: ConversationId
    user: UserId
    delivered_seq: int
    read_seq: int


class StateValue(Struct, frozen=True, kw_only=True):
    """A key to set; ``data`` of None removes it."""

    act: Act
    key: str
    data: bytes | None
    max_keys: int
    max_bytes: int


class StateRecord(Struct, frozen=True, kw_only=True):
    """A key and its value."""

    key: str
    data: msgspec.Raw
    sender: UserId
    changed_at: int


class HistoryQuery(Struct, frozen=True, kw_only=True):
    """A page of messages, oldest first, of at most ``limit``."""

    conversation: ConversationId
    before: int | None
    after: int | None
    thread: MessageId | None
    limit: int
    happenings: bool = False
    """Also what happened between them; not of a thread."""


class History(Struct, frozen=True, kw_only=True):
    """A stretch of a conversation, or of what was posted under one message; oldest first."""

    messages: Sequence[Message]
    happenings: Sequence[ConversationEvent] = ()
    """What happened and is no message."""
    root: Message | None = None
    """Of a thread."""
    seq: int | None = None
    """The position of the conversation that the messages are as of; None: there are none."""

    def cut(self, limit: int, *, upwards: bool) -> tuple[History, bool]:
        """At most ``limit`` of both together, from the beginning if ``upwards``; and whether there were more."""
        places = sorted([*(one.seq for one in self.messages), *(one.seq for one in self.happenings)])
        if len(places) <= limit:
            return self, False
        kept = range(places[0], places[limit - 1] + 1) if upwards else range(places[-limit], places[-1] + 1)
        messages = [message for message in self.messages if message.seq in kept]
        happenings = [event for event in self.happenings if event.seq in kept]
        return History(messages=messages, happenings=happenings, root=self.root, seq=self.seq), True


class SearchQuery(Struct, frozen=True, kw_only=True):
    """Words in one's own conversations."""

    user: UserId
    words: list[str]
    """Without whitespace; the last one may be the beginning of a word."""
    conversation: ConversationId | None
    only_key: str | None
    before: int | None
    limit: int


class ModerationAct(enum.StrEnum):
    """What the audit log tells of."""

    DELETED = "message_deleted"
    REMOVED = "member_removed"
    BANNED = "member_banned"
    UNBANNED = "member_unbanned"
    MUTED = "member_muted"
    UNMUTED = "member_unmuted"
    ROLE = "role_changed"
    HELD = "hold_set"
    RELEASED = "hold_lifted"
    FORGOTTEN = "user_forgotten"
    RESOLVED = "report_resolved"
    REOPENED = "report_reopened"
    ERASED = "conversation_deleted"


class AuditEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act of a moderator."""

    number: int
    at: int
    moderator: UserId
    act: ModerationAct
    conversation: ConversationId
    user: UserId = UserId("")
    """Who it was done to; empty: nobody."""
    message: MessageId = MessageId("")
    detail: str = ""


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that somebody reported. The text is as it was then: the sender may have taken it away meanwhile."""

    number: int
    conversation: ConversationId
    message: MessageId
    reporter: UserId
    reported_at: int
    reason: str = ""
    sender: UserId
    text: str = ""
    resolved_at: int | None = None
    """None: it is open, nobody has dealt with it."""
    resolver: UserId = UserId("")
    resolution: str = ""
    """What came of it, in the words of who dealt with it."""


class ReportQuery(Struct, frozen=True, kw_only=True):
    """A page of reports, newest first."""

    open: bool | None = None
    """Only those that are open, or only those that are not; None: all."""
    before: int | None = None
    """A number."""
    limit: int


class Slice(Struct, frozen=True, kw_only=True):
    """What one bounded step of deletion did."""

    conversation: ConversationId
    floor_seq: int
