"""Server to client, once per command, with the command's ``id``."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import Struct

from tureen.protocol.errors import ErrorCode
from tureen.protocol.events import ConversationEvent
from tureen.protocol.limits import CommandId, Id, Instant, Seq
from tureen.protocol.resources import (
    Attachment,
    Call,
    Contact,
    Conversation,
    IceServer,
    Member,
    Message,
    Person,
    Presence,
    RoomTicket,
)


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of all replies."""

    id: CommandId


class Done(Reply, frozen=True, kw_only=True, tag="done"):
    """It is done; there is nothing else to say."""


class Failed(Reply, frozen=True, kw_only=True, tag="failed"):
    """The command was refused, and changed nothing unless the message says so."""

    code: ErrorCode
    message: str
    """What happened and why, for people."""
    hint: str = ""
    """What to do about it, for people."""
    retryable: bool = False
    retry_after_ms: int | None = None


class Welcome(Reply, frozen=True, kw_only=True, tag="welcome"):
    """The connection is this device's. What was missed follows, then `Synced`."""

    session: Id
    resumed: bool = False
    """The session was still there: others have noticed nothing of the drop."""
    me: Person
    server_time: Instant
    max_frame_bytes: int
    grace_ms: int
    """How long after a drop others notice nothing."""
    calls: list[Call] = []
    """All open calls of the person and of their groups; what a client still shows and is not here is over."""
    push_key: str = ""
    """For the Push API (``applicationServerKey``, RFC 8292); empty: there is no push."""


class People(Reply, frozen=True, kw_only=True, tag="people"):
    """Of `PeopleGet` and `PeopleSearch`."""

    people: list[Person]


class Presences(Reply, frozen=True, kw_only=True, tag="presences"):
    """Of `PresenceWatch`."""

    presences: list[Presence]


class Contacts(Reply, frozen=True, kw_only=True, tag="contacts"):
    """Of `ContactsList`."""

    contacts: list[Contact]


class CallAnswered(Reply, frozen=True, kw_only=True, tag="call"):
    """Of the commands that change a call."""

    call: Call


class Ticket(Reply, frozen=True, kw_only=True, tag="ticket"):
    """Of `CallTicket`."""

    ice_servers: list[IceServer] = []
    room: RoomTicket | None = None


class Waiting(Reply, frozen=True, kw_only=True, tag="waiting"):
    """Of `CallWaiting`."""

    on: bool
    """What holds now."""


class CallPage(Reply, frozen=True, kw_only=True, tag="calls"):
    """Of `CallHistory`."""

    calls: list[Call]


class Conversations(Reply, frozen=True, kw_only=True, tag="conversations"):
    """Of `ConversationList`."""

    conversations: list[Conversation]


class ConversationAnswered(Reply, frozen=True, kw_only=True, tag="conversation"):
    """Of the commands that make or change a conversation."""

    conversation: Conversation


class Members(Reply, frozen=True, kw_only=True, tag="members"):
    """Of `ConversationMembers`."""

    members: list[Member]


class Sent(Reply, frozen=True, kw_only=True, tag="sent"):
    """Of everything that writes an event: it is stored, at this place."""

    conversation: Id
    epoch: str
    seq: Seq
    message: Id
    version: int = 1
    sent_at: Instant


class Messages(Reply, frozen=True, kw_only=True, tag="messages"):
    """Of `HistoryGet` and `MessageSearch`."""

    messages: list[Message]
    happenings: list[ConversationEvent] = []
    """If they were asked for: what happened in this stretch and is no message, oldest first."""
    root: Message | None = None
    """Of a thread: the message under which they were posted. Absent: it is kept no more."""
    seq: int | None = None
    """Of a history with messages: the position that they are as of; later replies are not in ``thread_replies`` yet."""
    more: bool = False
    """There are further ones in the direction that was asked for."""


class Events(Reply, frozen=True, kw_only=True, tag="events"):
    """Of `EventsGet`."""

    epoch: str
    events: list[ConversationEvent]
    recovered: bool = True
    """False: the epoch is another one, or events of that time are kept no more. Read the history anew."""


class StateEntry(Struct, frozen=True, kw_only=True):
    """A key and its value."""

    key: str
    data: msgspec.Raw
    sender: Id
    changed_at: Instant


class States(Reply, frozen=True, kw_only=True, tag="states"):
    """Of `StateGet`."""

    states: list[StateEntry]


class Upload(Reply, frozen=True, kw_only=True, tag="upload"):
    """Of `UploadCreate`: send the bytes to ``url`` with PATCH, from ``Upload-Offset`` (docs/reference/http-api.md)."""

    attachment: Attachment
    url: str
    chunk_bytes: int


AnyReply: TypeAlias = (
    Done
    | Failed
    | Welcome
    | People
    | Presences
    | Contacts
    | CallAnswered
    | Ticket
    | Waiting
    | CallPage
    | Conversations
    | ConversationAnswered
    | Members
    | Sent
    | Messages
    | Events
    | States
    | Upload
)
