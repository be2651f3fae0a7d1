"""What conversations are kept in. Writes raise `CommandError` where the rules (`messaging.rules`) forbid them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tureen.messaging.records import (
    Act,
    Addition,
    AuditEntry,
    ConversationRecord,
    Departure,
    Edit,
    History,
    HistoryQuery,
    Mark,
    MemberRecord,
    Membership,
    NewConversation,
    Overview,
    Placed,
    Post,
    React,
    Removal,
    Report,
    ReportQuery,
    RosterRecord,
    SearchQuery,
    Slice,
    Standing,
    StateRecord,
    StateValue,
)
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.events import ConversationEvent, Happening
from tureen.protocol.resources import Attachment, ConversationKind, MemberRole, Message

BANNED = 2**62
"""Until when the banned are silenced: a point in time that never comes."""


class MessagingStore(Protocol):
    """Each method is one transaction. Writes return in the order in which they were begun."""

    # Conversations and members.

    async def make(self, new: NewConversation) -> tuple[RosterRecord, Membership | None]:
        """The conversation of this key, and how it came to be; None: it was there before.

        Of a group, whoever is in too many is left out. Raises `CommandError` if its creator has made too many.
        """

    async def find(self, conversation: ConversationId) -> ConversationRecord | None:
        """By id."""

    async def find_key(self, key: str) -> ConversationRecord | None:
        """By what makes it unique."""

    async def standing(self, conversation: ConversationId, user: UserId) -> Standing | None:
        """None: there is no such conversation."""

    async def standings(self, user: UserId, conversations: Sequence[ConversationId]) -> Sequence[Standing]:
        """Of those among them that exist and that the user is a member of."""

    async def roster(self, conversation: ConversationId) -> RosterRecord | None:
        """With everyone in it."""

    async def overview(self, user: UserId, conversation: ConversationId) -> Overview | None:
        """As the user sees it."""

    async def overviews(self, user: UserId, before: int | None, limit: int, only_key: str | None) -> Sequence[Overview]:
        """The user's own that are not hidden, those with the newest messages first.

        All that share the last one's point in time are there, beyond ``limit`` too, so that the next page misses none.
        """

    async def members(self, conversation: ConversationId, after: UserId | None, limit: int) -> Sequence[MemberRecord]:
        """In the order of their ids."""

    async def rename(self, act: Act, title: str | None, avatar: str | None) -> Placed:
        """Raises `CommandError`."""

    async def add_members(self, addition: Addition) -> Membership:
        """Who is there already, or banned by someone above the act's user, is left out.

        So is who is in too many groups. Raises `CommandError` if the conversation or all of them have no room for it.

        Of a room the act's user alone can be brought in; where others are named, their bans are lifted.
        """

    async def remove_members(self, removal: Removal) -> Membership:
        """Raises `CommandError` if one of them stands above the act's user."""

    async def drop_absent(self, act: Act, users: Sequence[UserId]) -> Membership:
        """Makes room in the conversation of a room, in silence: the act's user did not choose who goes."""

    async def leave(self, act: Act) -> Membership:
        """Out of a group or a room, or out of one's list for a direct conversation (then nobody changes)."""

    async def conversations_of(self, user: UserId, after: ConversationId, limit: int) -> Sequence[ConversationId]:
        """Where somebody is a member, in the order of ids, after one (empty: from the first one on)."""

    async def take_out(self, act: Act) -> Departure | None:
        """The act's user, who is removed from the server: like `leave`, and a group without an owner gets one, a
        moderator if there is one, and of these who has been there longest. None: they are no member.
        """

    async def change_role(self, act: Act, user: UserId, role: MemberRole) -> Placed:
        """Raises `CommandError`."""

    async def mute(self, act: Act, user: UserId, until: int | None) -> Standing:
        """The muted one's standing. Raises `CommandError`."""

    async def silenced_until(self, key: str, user: UserId) -> int | None:
        """Until when somebody may not write in the conversation of this key, who need not be a member: of a mute, or
        `BANNED` of a ban. None: there is neither, or no such conversation.
        """

    # What happens.

    async def placed(self, act: Act) -> Placed | None:
        """Where this command led to before; its ``event`` is None."""

    async def post(self, post: Post) -> Placed:
        """With its files, which are given to it for good. Raises `CommandError`, also for files that cannot be."""

    async def edit(self, edit: Edit) -> Placed:
        """Raises `CommandError`."""

    async def delete(self, act: Act, message: MessageId) -> Placed:
        """Takes the content out of the message and out of the log, and gives its files up. Raises `CommandError`."""

    async def react(self, react: React) -> Placed:
        """Raises `CommandError`."""

    async def append(self, act: Act, happening: Happening) -> Placed | None:
        """What needs no rule: the trace of a call. None: the conversation is gone."""

    async def change_attachment(
        self, act: Act, message: MessageId, attachment: Attachment, *, gone: bool
    ) -> Placed | None:
        """Replaces it in the message, or takes it out. None: the message has no such attachment any more."""

    async def save_marks(self, marks: Sequence[Mark]) -> None:
        """Raises them; none goes back. Members who left are passed over."""

    # Reading.

    async def message(self, conversation: ConversationId, message: MessageId) -> Message | None:
        """As it is now."""

    async def history(self, query: HistoryQuery) -> History:
        """One more than asked for of messages and of happenings, if there are more, at the far end of the direction."""

    async def events(self, conversation: ConversationId, after: int, limit: int) -> Sequence[ConversationEvent]:
        """In order, each with its command."""

    async def search(self, query: SearchQuery) -> Sequence[Message]:
        """Newest first; one more than asked for, if there are more."""

    # States.

    async def set_state(self, value: StateValue) -> None:
        """Raises `CommandError`."""

    async def states(self, conversation: ConversationId) -> Sequence[StateRecord]:
        """All of them, in the order of their keys."""

    # Moderation and retention.

    async def report(self, act: Act, message: MessageId, reason: str) -> None:
        """Once for each message and reporter. Raises `CommandError`."""

    async def reports(self, query: ReportQuery) -> Sequence[Report]:
        """Newest first."""

    async def resolve_report(self, act: Act, number: int, resolution: str | None) -> Report:
        """Notes that the act's user has dealt with it, and what came of it; None: opens it again.

        Says who was first: what is so already stays as it is. Raises `CommandError`: ``not_found``.
        """

    async def audit(self, before: int | None, limit: int) -> Sequence[AuditEntry]:
        """Newest first; ``before``: a number."""

    async def hold(self, act: Act, *, held: bool) -> None:
        """Sets or lifts a legal hold. Raises `CommandError`."""

    async def purge(self, kind: ConversationKind, older_than: int, max_events: int) -> Slice | None:
        """Deletes some of the oldest events of one conversation that is not held, and gives the files of their messages
        up. None: there are no such events.
        """

    async def purge_audit(self, older_than: int, limit: int) -> int:
        """Deletes some of the oldest entries, but for those about conversations that are held. Returns how many."""

    async def purge_reports(self, older_than: int, limit: int) -> int:
        """The same of reports."""

    async def close(self, act: Act) -> Sequence[UserId]:
        """Begins to delete a conversation: everybody is out, and it cannot be found any more. Returns who was in it.

        Raises `CommandError` if there is none, or it is held.
        """

    async def erase(self, conversation: ConversationId, max_events: int) -> Slice | None:
        """Deletes some of the oldest events of a conversation that was closed. None: all is gone, itself as well."""

    async def written_by(self, user: UserId, after: int, limit: int) -> Sequence[tuple[int, ConversationId, MessageId]]:
        """Messages of the user that are neither deleted nor held, in order; the first value goes into ``after``."""

    async def forget_reports_of(self, act: Act, sender: UserId) -> None:
        """Takes the texts of a sender out of all reports, and notes that the act's user had them forgotten."""
