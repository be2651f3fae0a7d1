"""What commands and events are about, as clients see it."""

from __future__ import annotations

import enum

import msgspec
from msgspec import Struct, field

from tureen.protocol.limits import Id, Instant, Label, Name, Seq, Text, Url, json_null


class Resource(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all resources: absent fields have their defaults."""


# --- people ---------------------------------------------------------------------------------------------------


class Person(Resource, frozen=True, kw_only=True):
    """Someone in the directory, as far as the one who asks may see them."""

    id: Id
    name: Name = ""
    avatar: Url = ""
    attributes: dict[str, str] = {}


class Availability(enum.StrEnum):
    """What others see of a person; the first that applies."""

    BUSY = "busy"
    """In a call."""
    ONLINE = "online"
    AWAY = "away"
    """Connected, but idle on every device or by choice."""
    OFFLINE = "offline"


class Presence(Resource, frozen=True, kw_only=True):
    """Of one person, over all their devices."""

    user: Id
    availability: Availability
    status_text: str = ""
    last_seen_at: Instant | None = None
    """Only of who is offline, and only if their privacy rules allow it."""


class Contact(Resource, frozen=True, kw_only=True):
    """An entry of one's own list."""

    person: Person
    added_at: Instant
    blocked: bool = False


# --- conversations --------------------------------------------------------------------------------------------


class ConversationKind(enum.StrEnum):
    """How a conversation came to be, and who may change its members."""

    DIRECT = "direct"
    """Two people; the same two always meet in the same one."""
    GROUP = "group"
    ROOM = "room"
    """The chat of a room, known by the room's name: whoever may join the room is a member."""


class MemberRole(enum.StrEnum):
    """What a member may do."""

    OWNER = "owner"
    MODERATOR = "moderator"
    MEMBER = "member"


class Member(Resource, frozen=True, kw_only=True):
    """Someone in a conversation. The marks are positions: all up to there was delivered to a device, or read."""

    user: Id
    role: MemberRole = MemberRole.MEMBER
    joined_at: Instant
    delivered_seq: Seq = 0
    read_seq: Seq = 0
    muted_until: Instant | None = None
    """Until then a moderator lets them write nothing."""


class Attachment(Resource, frozen=True, kw_only=True):
    """A file of a message."""

    id: Id
    name: Name
    media_type: str
    """As found in the bytes, whatever the uploader called it (RFC 6838)."""
    size_bytes: int
    width: int | None = None
    height: int | None = None
    """In pixels, of images."""
    url: str = ""
    """Signed, relative to the server, valid for a short time; ask for the message again for a fresh one."""
    thumbnail_url: str = ""


class Reaction(Resource, frozen=True, kw_only=True):
    """All who reacted to a message in the same way."""

    label: Label
    users: list[Id]


class Custom(Resource, frozen=True, kw_only=True):
    """Content for machines; a person's client shows ``Message.text``, if there is any."""

    kind: Label
    data: msgspec.Raw = field(default_factory=json_null)
    """Any JSON."""


class Message(Resource, frozen=True, kw_only=True):
    """A message as it is now: edits and reactions folded in. A deleted one keeps only its place."""

    id: Id
    conversation: Id
    seq: Seq
    """Where it was posted; it never changes."""
    sender: Id
    sender_name: Name = ""
    """In conversations of rooms: what the sender was called when they wrote it, as their token said. Guests are in no
    directory, so this is all that is known of them once they have left. Empty: ask for the person."""
    sent_at: Instant
    text: Text = ""
    mentions: list[Id] = []
    attachments: list[Attachment] = []
    reply_to: Id | None = None
    thread: Id | None = None
    """The message under which it was posted; it does not appear among the others then, unless its root is shown."""
    thread_replies: int = 0
    """How many were posted under this one."""
    custom: Custom | None = None
    reactions: list[Reaction] = []
    version: int = 1
    """Grows with each edit and deletion."""
    edited_at: Instant | None = None
    deleted_at: Instant | None = None


class Conversation(Resource, frozen=True, kw_only=True):
    """As one of its members sees it."""

    id: Id
    kind: ConversationKind
    title: Name = ""
    """Of groups; the name of the room. Empty for two people, who are shown by name."""
    avatar: Url = ""
    epoch: str
    """Names the history that positions belong to; after a change, positions that a client holds are void."""
    head_seq: Seq
    """Of the newest event."""
    members: list[Member] = []
    """All of them up to 100, then only one's own entry; ``conversation.members`` pages through the rest."""
    member_count: int = 0
    last_message: Message | None = None
    unread: int = 0
    """Messages of others after one's own read mark; counted up to 999."""
    mentions: int = 0
    """Of these, such as mention oneself."""
    created_at: Instant
    active_at: Instant
    """Of the newest message, or the creation; lists are in this order, newest first."""


# --- calls ----------------------------------------------------------------------------------------------------


class CallMedia(enum.StrEnum):
    """What the caller would like to begin with."""

    AUDIO = "audio"
    VIDEO = "video"


class CallState(enum.StrEnum):
    """Of a call as a whole."""

    CREATED = "created"
    INVITING = "inviting"
    RINGING = "ringing"
    CONNECTING = "connecting"
    ACTIVE = "active"
    ENDED = "ended"


class LegState(enum.StrEnum):
    """Of one device of someone who is called."""

    PENDING = "pending"
    DELIVERED = "delivered"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BUSY = "busy"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    UNREACHABLE = "unreachable"


class CallEnd(enum.StrEnum):
    """Why a call ended."""

    HUNG_UP = "hung_up"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    BUSY = "busy"
    MISSED = "missed"
    UNREACHABLE = "unreachable"
    LOST = "lost"
    """A side did not come back within the grace, or media never connected."""
    GLARE = "glare"
    """Both called each other; the other call goes on."""


class PartyState(enum.StrEnum):
    """Of one person in a call, over their devices."""

    CALLED = "called"
    """Not all devices have answered yet; which of them ring is nobody else's business."""
    RINGING = "ringing"
    JOINED = "joined"
    RECONNECTING = "reconnecting"
    REJECTED = "rejected"
    BUSY = "busy"
    MISSED = "missed"
    LEFT = "left"


class MediaPath(enum.StrEnum):
    """How media flows."""

    DIRECT = "direct"
    """From browser to browser."""
    ROOM = "room"
    """Through the media server, in the call's room."""


class Party(Resource, frozen=True, kw_only=True):
    """One person of a call."""

    user: Id
    state: PartyState
    device: Id | None = None
    """The one that is in the call."""


class Call(Resource, frozen=True, kw_only=True):
    """A call as its parties see it."""

    id: Id
    version: int
    """Grows with every change: of two records, the one with the higher version is true."""
    caller: Id
    media: CallMedia
    state: CallState
    parties: list[Party]
    """The caller first."""
    conversation: Id | None = None
    room: Name
    """Where its media flows when it goes through the media server."""
    path: MediaPath = MediaPath.DIRECT
    generation: int = 0
    """Of the path: it grows each time the path changes, and what belongs to an older one is void."""
    offerer: Id | None = None
    """Device that makes the first offer of a direct path; the other one is polite (perfect negotiation, W3C WebRTC)."""
    created_at: Instant
    ring_until: Instant
    connected_at: Instant | None = None
    ended_at: Instant | None = None
    end: CallEnd | None = None


class IceServer(Resource, frozen=True, kw_only=True):
    """As ``RTCIceServer`` of W3C WebRTC."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class RoomTicket(Resource, frozen=True, kw_only=True):
    """What a client needs to join a call's room through the media server."""

    room: Name
    token: str
    url: str = ""
    """Empty: the server that is asked."""
