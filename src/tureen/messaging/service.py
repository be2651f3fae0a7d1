"""Conversations as one service: what the doors, the calls and the clock need of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tureen.messaging.conversations import ConversationDesk
from tureen.messaging.departures import Departures
from tureen.messaging.desk import make_desk
from tureen.messaging.keys import room_key
from tureen.messaging.members import MemberDesk
from tureen.messaging.momentary import MomentaryDesk
from tureen.messaging.notices import Notices
from tureen.messaging.outside import Outside
from tureen.messaging.reading import ReadingDesk
from tureen.messaging.records import Act, AuditEntry, Report, ReportQuery
from tureen.messaging.retention import Keeper
from tureen.messaging.writing import WritingDesk
from tureen.model.actor import Actor
from tureen.model.ids import ConversationId, MessageId, RoomName, UserId
from tureen.ports import Handlers, MembersListener
from tureen.protocol.commands import Position
from tureen.protocol.errors import invalid, not_found
from tureen.protocol.events import CallEnded, Event
from tureen.protocol.resources import Attachment, Call, ConversationKind


class MessagingService:
    """Implements `ports.CatchUp`, and answers all commands about conversations and messages but for uploads.

    A handler must not be cancelled half-way: between commit and publication it would leave a hole for the next event
    of the conversation to fill.
    """

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._desk = make_desk(outside)
        self._conversations = ConversationDesk(self._desk)
        self._writing = WritingDesk(self._desk, Notices(outside))
        self._reading = ReadingDesk(self._desk)
        self._departures = Departures(self._desk)
        self._keeper = Keeper(self._desk, self._writing)
        self._parts = (
            self._conversations,
            MemberDesk(self._desk),
            self._writing,
            self._reading,
            MomentaryDesk(self._desk),
        )

    def handlers(self) -> Handlers:
        """By type of command."""
        return {kind: handler for part in self._parts for kind, handler in part.handlers().items()}

    async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
        """See `ports.CatchUp`."""
        return await self._reading.missed(actor, positions)

    async def may_write(self, actor: Actor, conversation: ConversationId) -> bool:
        """Whether they could post a message there: asked before a file is taken. Raises `CommandError` as a post."""
        self._desk.gate.check_may_send(actor)
        entry = await self._desk.gate.enter(actor, conversation)
        entry.check_may_write()
        return True

    async def may_read(self, actor: Actor, conversation: ConversationId) -> bool:
        """Whether they see what stands there. Raises `CommandError` if not."""
        await self._desk.gate.enter(actor, conversation)
        return True

    async def silenced_until(self, room: RoomName, user: UserId) -> int | None:
        """Until when somebody may not write in the conversation of a room, by a mute or a ban; None: they may."""
        return await self._outside.store.silenced_until(room_key(room), user)

    async def check_place(self, actor: Actor, conversation: ConversationId, users: Sequence[UserId]) -> None:
        """See `calls.ports.CallTrace`: where they could post a message; between two people, a call of these two."""
        entry = await self._desk.gate.enter(actor, conversation)
        entry.check_may_write()
        if entry.roster.kind is ConversationKind.DIRECT and set(users) != set(entry.roster.others(actor.user)):
            raise invalid("A conversation of two people has traces of their own calls only.", "Name another one.")

    async def members(self, conversation: ConversationId) -> Collection[UserId]:
        """See `calls.ports.Audience`."""
        roster = await self._desk.rosters.get(conversation)
        return () if roster is None or roster.kind is not ConversationKind.GROUP else roster.seats

    async def check_may_join(self, actor: Actor, conversation: ConversationId) -> None:
        """See `calls.ports.Audience`: who writes nothing says nothing either."""
        entry = await self._desk.gate.enter(actor, conversation)
        if entry.seat is None or entry.roster.kind is not ConversationKind.GROUP:
            raise not_found("conversation")
        entry.check_may_write()

    def attach(self, listener: MembersListener) -> None:
        """Hears from now on who comes into groups and who leaves."""
        self._desk.news.attach(listener)

    async def record_call(self, call: Call) -> None:
        """Leaves the trace of a call that has ended, once: in its conversation, or in that of its two parties."""
        conversation = await self._conversations.of_call(call)
        if conversation is None:
            return
        act = Act(
            user=UserId(call.caller),
            conversation=conversation,
            # No client can choose such an id.
            command=f"call:{call.id}",
            at=self._outside.now(),
        )
        placed = await self._outside.store.append(act, CallEnded(call=call))
        if placed is not None:
            await self._desk.publish(placed)

    async def record_attachment(
        self, conversation: ConversationId, message: MessageId, attachment: Attachment, *, gone: bool = False
    ) -> None:
        """A file of a message has changed: its thumbnail is ready, or it was harmful and is ``gone``."""
        act = Act(user=UserId(""), conversation=conversation, command=None, at=self._outside.now())
        placed = await self._outside.store.change_attachment(act, message, attachment, gone=gone)
        if placed is not None and placed.event is not None:
            (event,) = await self._desk.files.fresh_events([placed.event])
            await self._desk.outgoing.publish(event)

    async def flush(self) -> None:
        """Writes the marks that wait: to be called every two seconds, and before the store is closed."""
        await self._desk.marks.flush()

    async def purge(self) -> bool:
        """One bounded step of retention: to be called every hour, and again at once while it returns True."""
        return await self._keeper.purge()

    async def take_out(self, user: UserId) -> None:
        """Somebody is removed from the server, and so from groups and rooms, whose members hear of it.

        What they wrote stays. Harmless to call again, which does what is left to do.
        """
        await self._departures.take_out(user)

    async def forget_user(self, user: UserId, moderator: UserId) -> int:
        """Deletes all that a user wrote; returns how many messages. What is under a legal hold stays.

        Memberships stay too: see `take_out`.
        """
        return await self._keeper.forget_user(user, moderator)

    async def delete_conversation(self, moderator: UserId, conversation: ConversationId) -> None:
        """Deletes it with all that is in it, for everyone. Raises `CommandError`, under a legal hold too."""
        act = Act(user=moderator, conversation=conversation, command=None, at=self._outside.now())
        await self._keeper.delete_conversation(act)

    async def hold(self, moderator: UserId, conversation: ConversationId, *, held: bool) -> None:
        """Sets or lifts a legal hold: nothing is deleted from the conversation. Raises `CommandError`."""
        act = Act(user=moderator, conversation=conversation, command=None, at=self._outside.now())
        await self._outside.store.hold(act, held=held)

    async def reports(self, query: ReportQuery) -> Sequence[Report]:
        """What was reported, newest first."""
        return await self._outside.store.reports(query)

    async def resolve_report(self, moderator: UserId, number: int, resolution: str | None) -> Report:
        """Somebody has dealt with it, and what came of it; None: it is open again. Raises ``not_found``."""
        act = Act(user=moderator, conversation=ConversationId(""), command=None, at=self._outside.now())
        return await self._outside.store.resolve_report(act, number, resolution)

    async def audit(self, before: int | None, limit: int) -> Sequence[AuditEntry]:
        """What moderators did, newest first; ``before``: a number."""
        return await self._outside.store.audit(before, limit)
