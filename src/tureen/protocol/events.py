"""Server to client, unasked. Each belongs to a delivery class, which says what happens when a connection is slow."""

from __future__ import annotations

import enum
from typing import ClassVar, TypeAlias

import msgspec
from msgspec import Struct, field

from tureen.protocol.limits import Id, Instant, Label, Name, Seq, Text, json_null
from tureen.protocol.resources import Attachment, Call, Conversation, Custom, MemberRole, Message, Person, Presence


class DeliveryClass(enum.Enum):
    """What is promised of an event, and what happens to it where a connection is slow."""

    SIGNAL = "signal"
    """At most once: dropped first."""
    STATE = "state"
    """Only the newest value of a key counts: older ones that wait are replaced."""
    MESSAGE = "message"
    """Never dropped: the connection is closed instead (``resync``), and the client asks from its position."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of all events."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.MESSAGE

    @property
    def conflation_key(self) -> str | None:
        """Of states: those with the same key replace one another."""
        return None


# --- what happens in a conversation: stored, numbered, replayed -----------------------------------------------


class Posted(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="posted"):
    """A message was written."""

    message: Message


class Edited(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="edited"):
    """Its text, mentions or custom content are now these."""

    message: Id
    version: int
    text: Text = ""
    mentions: list[Id] = []
    custom: Custom | None = None


class Deleted(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="deleted"):
    """It is gone for everyone."""

    message: Id
    version: int


class Reacted(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="reacted"):
    """The event's sender added a reaction, or took it back."""

    message: Id
    label: Label
    on: bool = True


class Joined(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="joined"):
    """Came into the conversation; the event's sender brought them."""

    users: list[Id]


class Left(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="left"):
    """Went, or were sent away by the event's sender."""

    users: list[Id]


class RoleChanged(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="role_changed"):
    """Somebody has another role."""

    user: Id
    role: MemberRole


class Renamed(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="renamed"):
    """The conversation has another title or picture."""

    title: Name = ""
    avatar: str = ""


class AttachmentChanged(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="attachment_changed"
):
    """A file was found to be harmful and is gone, or its thumbnail is ready."""

    message: Id
    attachment: Attachment


class CallEnded(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="call_ended"):
    """The trace of a call: missed, rejected, or how long it took."""

    call: Call


Happening: TypeAlias = (
    Posted | Edited | Deleted | Reacted | Joined | Left | RoleChanged | Renamed | AttachmentChanged | CallEnded
)


class ConversationEvent(Event, frozen=True, kw_only=True, tag="conversation.event"):
    """One more happening. ``seq`` has no gaps within an epoch: who misses one asks for it (`EventsGet`)."""

    conversation: Id
    epoch: str
    seq: Seq
    sender: Id
    at: Instant
    event: Happening
    command: str = ""
    """``id`` of the command that caused it; only the sender's own devices see it, to match what they show already."""


class ConversationChanged(Event, frozen=True, kw_only=True, tag="conversation.changed"):
    """One's own view of a conversation is another one: one was added, or its members, title or unread count changed."""

    conversation: Conversation


class ConversationGone(Event, frozen=True, kw_only=True, tag="conversation.gone"):
    """One is no member any more."""

    conversation: Id


class Marked(Event, frozen=True, kw_only=True, tag="marked"):
    """A member has received or read up to there; one's own other devices hear it too."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.STATE

    conversation: Id
    user: Id
    delivered_seq: Seq
    read_seq: Seq

    @property
    def conflation_key(self) -> str:
        """One state per member and conversation."""
        return f"marked {self.conversation} {self.user}"


class TypingHeard(Event, frozen=True, kw_only=True, tag="typing"):
    """Somebody writes. Forget it after 5 s."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.SIGNAL

    conversation: Id
    user: Id


class SignalHeard(Event, frozen=True, kw_only=True, tag="signal"):
    """What a member sent to those who are there now."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.SIGNAL

    conversation: Id
    sender: Id
    name: Label
    data: msgspec.Raw = field(default_factory=json_null)


class StateChanged(Event, frozen=True, kw_only=True, tag="state"):
    """A key has this value now."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.STATE

    conversation: Id
    sender: Id
    key: Label
    data: msgspec.Raw = field(default_factory=json_null)
    changed_at: Instant

    @property
    def conflation_key(self) -> str:
        """One state per key and conversation."""
        return f"state {self.conversation} {self.key}"


# --- people and calls -----------------------------------------------------------------------------------------


class PresenceChanged(Event, frozen=True, kw_only=True, tag="presence"):
    """Of people that are watched, in batches of at most 128."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.MESSAGE
    presences: list[Presence]


class PersonChanged(Event, frozen=True, kw_only=True, tag="person"):
    """The application changed somebody who is watched, or oneself; or one chose anew by `CallWaiting`."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.STATE

    person: Person

    @property
    def conflation_key(self) -> str:
        """One state per person."""
        return f"person {self.person.id}"


class ContactsChanged(Event, frozen=True, kw_only=True, tag="contacts.changed"):
    """One's list was changed on another device: ask for it."""

    delivery: ClassVar[DeliveryClass] = DeliveryClass.STATE

    @property
    def conflation_key(self) -> str:
        """There is one list."""
        return "contacts"


class CallChanged(Event, frozen=True, kw_only=True, tag="call.changed"):
    """A call as it is now. The first one that a device hears of a call, and whose party it is, makes it ring.

    Members of the group whose call it is hear of it without being called, whenever it begins, somebody comes in or
    goes, and it ends; they may `CallJoin`. After `ConversationGone` they hear no more, unless they are in it.
    """

    call: Call
    leg: str | None = None
    """The state of this device's own leg (`LegState`), while there is one."""


class CallSignalled(Event, frozen=True, kw_only=True, tag="call.signal"):
    """From the other device of a direct path."""

    call: Id
    generation: int
    device: Id
    description: str | None = None
    description_type: str | None = None
    candidates: list[str] = []


# --- the connection -------------------------------------------------------------------------------------------


class Synced(Event, frozen=True, kw_only=True, tag="synced"):
    """All that was missed has been sent."""


class Gap(Event, frozen=True, kw_only=True, tag="gap"):
    """The client's position in a conversation cannot be continued: read its history anew."""

    conversation: Id
    epoch: str
    head_seq: Seq


class Goodbye(Event, frozen=True, kw_only=True, tag="goodbye"):
    """The server closes this connection, and why."""

    reason: str
    """A `GoodbyeReason`."""
    message: str = ""
    reconnect: bool = True
    retry_after_ms: int = 0
    """At least; add as much again by chance, so that not all come back at once."""


class GoodbyeReason(enum.StrEnum):
    """Why the server closes a connection."""

    SHUTDOWN = "shutdown"
    RESYNC = "resync"
    """The client reads too slowly: come back with positions."""
    REPLACED = "replaced"
    """The same device has another connection."""
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a name, no secret
    REVOKED = "revoked"
    PROTOCOL = "protocol"
    """The client broke the protocol; the message says how."""


AnyEvent: TypeAlias = (
    ConversationEvent
    | ConversationChanged
    | ConversationGone
    | Marked
    | TypingHeard
    | SignalHeard
    | StateChanged
    | PresenceChanged
    | PersonChanged
    | ContactsChanged
    | CallChanged
    | CallSignalled
    | Synced
    | Gap
    | Goodbye
)
