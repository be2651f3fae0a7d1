"""The domain's store on a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from tureen.messaging.limits import SHOWN_MEMBERS
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
from tureen.storage.database import Database
from tureen.storage.messaging import (
    audit,
    conversations,
    head,
    membership,
    reading,
    retention,
    silence,
    states,
    writing,
)
from tureen.storage.messaging.files import MessageFiles, NoFiles
from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")


class SqlMessagingStore:
    """Implements `messaging.store.MessagingStore`; each method is documented there."""

    def __init__(self, database: Database, files: MessageFiles | None = None) -> None:
        """``files``: where those of messages are kept in the same database; none: messages have no files."""
        self._database = database
        self._files: MessageFiles = NoFiles() if files is None else files

    # Conversations and members.

    async def make(self, new: NewConversation) -> tuple[RosterRecord, Membership | None]:
        """See the protocol."""
        return await self._database.write(about, new.key, conversations.make, new)

    async def find(self, conversation: ConversationId) -> ConversationRecord | None:
        """See the protocol."""
        return await self._database.read(conversations.find, conversation)

    async def find_key(self, key: str) -> ConversationRecord | None:
        """See the protocol."""
        return await self._database.read(conversations.find_key, key)

    async def standing(self, conversation: ConversationId, user: UserId) -> Standing | None:
        """See the protocol."""
        return await self._database.read(head.standing, conversation, user)

    async def standings(self, user: UserId, among: Sequence[ConversationId]) -> Sequence[Standing]:
        """See the protocol."""
        return await self._database.read(conversations.standings, user, among)

    async def roster(self, conversation: ConversationId) -> RosterRecord | None:
        """See the protocol."""
        return await self._database.read(conversations.roster, conversation)

    async def overview(self, user: UserId, conversation: ConversationId) -> Overview | None:
        """See the protocol."""
        return await self._database.read(conversations.overview, user, conversation)

    async def overviews(self, user: UserId, before: int | None, limit: int, only_key: str | None) -> Sequence[Overview]:
        """See the protocol."""
        return await self._database.read(conversations.overviews, user, before, limit, only_key)

    async def members(self, conversation: ConversationId, after: UserId | None, limit: int) -> Sequence[MemberRecord]:
        """See the protocol."""
        return await self._database.read(conversations.members, conversation, after, limit)

    async def rename(self, act: Act, title: str | None, avatar: str | None) -> Placed:
        """See the protocol."""
        return await self._database.write(about, act.conversation, conversations.rename, act, title, avatar)

    async def add_members(self, addition: Addition) -> Membership:
        """See the protocol."""
        return await self._database.write(about, addition.act.conversation, membership.add_members, addition)

    async def remove_members(self, removal: Removal) -> Membership:
        """See the protocol."""
        return await self._database.write(about, removal.act.conversation, membership.remove_members, removal)

    async def drop_absent(self, act: Act, users: Sequence[UserId]) -> Membership:
        """See the protocol."""
        return await self._database.write(about, act.conversation, membership.drop_absent, act, users)

    async def leave(self, act: Act) -> Membership:
        """See the protocol."""
        return await self._database.write(about, act.conversation, membership.leave, act, SHOWN_MEMBERS)

    async def conversations_of(self, user: UserId, after: ConversationId, limit: int) -> Sequence[ConversationId]:
        """See the protocol."""
        return await self._database.read(conversations.conversations_of, user, after, limit)

    async def take_out(self, act: Act) -> Departure | None:
        """See the protocol."""
        return await self._database.write(about, act.conversation, membership.take_out, act, SHOWN_MEMBERS)

    async def change_role(self, act: Act, user: UserId, role: MemberRole) -> Placed:
        """See the protocol."""
        return await self._database.write(about, act.conversation, membership.change_role, act, user, role)

    async def mute(self, act: Act, user: UserId, until: int | None) -> Standing:
        """See the protocol."""
        return await self._database.write(about, act.conversation, membership.mute, act, user, until)

    async def silenced_until(self, key: str, user: UserId) -> int | None:
        """See the protocol."""
        return await self._database.read(silence.silenced_until, key, user)

    # What happens.

    async def placed(self, act: Act) -> Placed | None:
        """See the protocol."""
        return await self._database.read(head.placed_before, act)

    async def post(self, post: Post) -> Placed:
        """See the protocol."""
        return await self._database.write(about, post.act.conversation, writing.post, post, self._files)

    async def edit(self, edit: Edit) -> Placed:
        """See the protocol."""
        return await self._database.write(about, edit.act.conversation, writing.edit, edit)

    async def delete(self, act: Act, message: MessageId) -> Placed:
        """See the protocol."""
        return await self._database.write(about, act.conversation, writing.delete_message, act, message, self._files)

    async def react(self, react: React) -> Placed:
        """See the protocol."""
        return await self._database.write(about, react.act.conversation, writing.react, react)

    async def append(self, act: Act, happening: Happening) -> Placed | None:
        """See the protocol."""
        return await self._database.write(about, act.conversation, writing.append_unruled, act, happening)

    async def change_attachment(
        self, act: Act, message: MessageId, attachment: Attachment, *, gone: bool
    ) -> Placed | None:
        """See the protocol."""
        return await self._database.write(
            about, act.conversation, writing.change_attachment, act, message, attachment, self._files, gone=gone
        )

    async def save_marks(self, marks: Sequence[Mark]) -> None:
        """See the protocol."""
        await self._database.write(membership.save_marks, marks)

    # Reading.

    async def message(self, conversation: ConversationId, message: MessageId) -> Message | None:
        """See the protocol."""
        return await self._database.read(writing.message, conversation, message)

    async def history(self, query: HistoryQuery) -> History:
        """See the protocol."""
        return await self._database.read(reading.history, query)

    async def events(self, conversation: ConversationId, after: int, limit: int) -> Sequence[ConversationEvent]:
        """See the protocol."""
        return await self._database.read(reading.events, conversation, after, limit)

    async def search(self, query: SearchQuery) -> Sequence[Message]:
        """See the protocol."""
        return await self._database.read(reading.search, query)

    # States.

    async def set_state(self, value: StateValue) -> None:
        """See the protocol."""
        await self._database.write(about, value.act.conversation, states.set_state, value)

    async def states(self, conversation: ConversationId) -> Sequence[StateRecord]:
        """See the protocol."""
        return await self._database.read(states.states, conversation)

    # Moderation and retention.

    async def report(self, act: Act, message: MessageId, reason: str) -> None:
        """See the protocol."""
        await self._database.write(audit.report, act, message, reason)

    async def reports(self, query: ReportQuery) -> Sequence[Report]:
        """See the protocol."""
        return await self._database.read(audit.reports, query)

    async def resolve_report(self, act: Act, number: int, resolution: str | None) -> Report:
        """See the protocol."""
        return await self._database.write(audit.resolve_report, act, number, resolution)

    async def audit(self, before: int | None, limit: int) -> Sequence[AuditEntry]:
        """See the protocol."""
        return await self._database.read(audit.audit, before, limit)

    async def hold(self, act: Act, *, held: bool) -> None:
        """See the protocol."""
        await self._database.write(about, act.conversation, audit.hold, act, held=held)

    async def purge(self, kind: ConversationKind, older_than: int, max_events: int) -> Slice | None:
        """See the protocol."""
        return await self._database.write(retention.purge, kind, older_than, max_events, self._files)

    async def purge_audit(self, older_than: int, limit: int) -> int:
        """See the protocol."""
        return await self._database.write(audit.purge_audit, older_than, limit)

    async def purge_reports(self, older_than: int, limit: int) -> int:
        """See the protocol."""
        return await self._database.write(audit.purge_reports, older_than, limit)

    async def close(self, act: Act) -> Sequence[UserId]:
        """See the protocol."""
        return await self._database.write(about, act.conversation, retention.close, act)

    async def erase(self, conversation: ConversationId, max_events: int) -> Slice | None:
        """See the protocol."""
        return await self._database.write(about, conversation, retention.erase, conversation, max_events, self._files)

    async def written_by(self, user: UserId, after: int, limit: int) -> Sequence[tuple[int, ConversationId, MessageId]]:
        """See the protocol."""
        return await self._database.read(reading.written_by, user, after, limit)

    async def forget_reports_of(self, act: Act, sender: UserId) -> None:
        """See the protocol."""
        await self._database.write(audit.forget_reports_of, act, sender)


def about(_thing: str, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> Script[T]:
    """A script that changes a conversation: those about the same one are committed in the order of their beginnings."""
    return (yield from script(*args, **kwargs))
