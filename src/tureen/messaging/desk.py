"""What the handlers share."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tureen.messaging.attachment_views import AttachmentViews
from tureen.messaging.conversation_views import ConversationViews, for_newcomer
from tureen.messaging.gate import Gate
from tureen.messaging.hot_window import HotWindow
from tureen.messaging.keys import room_of
from tureen.messaging.marks import Marks
from tureen.messaging.member_news import MemberNews
from tureen.messaging.outgoing import Outgoing, Receivers
from tureen.messaging.outside import Outside
from tureen.messaging.records import Membership, Placed, Seat
from tureen.messaging.roster import Roster, Rosters
from tureen.model.actor import Actor
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.events import ConversationChanged, ConversationGone
from tureen.protocol.replies import Sent
from tureen.protocol.resources import ConversationKind


class Desk(Struct, frozen=True, kw_only=True):
    """Memory and the ways out of it."""

    outside: Outside
    rosters: Rosters
    marks: Marks
    hot: HotWindow
    files: AttachmentViews
    gate: Gate
    views: ConversationViews
    outgoing: Outgoing
    news: MemberNews

    async def publish(self, placed: Placed, roster: Roster | None = None) -> None:
        """What was stored, if it was news."""
        if placed.event is not None:
            await self.outgoing.publish(placed.event, roster)

    async def seat(self, membership: Membership) -> None:
        """Takes newcomers in: into memory, before everyone; then each gets their own view of the conversation."""
        head = membership.standing.conversation
        read, mutes = head.head_seq, membership.mutes
        seats = {
            user: Seat(muted_until=mutes.get(user), delivered_seq=read, read_seq=read) for user in membership.changed
        }
        self.rosters.handle_joined(head.id, seats)
        if membership.event is not None:
            await self.outgoing.publish(membership.event)

    async def let_go(self, membership: Membership) -> None:
        """Those who went: out of memory, then everyone hears of it, they too."""
        conversation = membership.standing.conversation.id
        self.forget_members(conversation, membership.changed)
        if membership.event is not None:
            await self.outgoing.publish(membership.event)
        if membership.changed:
            self.outside.mailroom.send_to_users(membership.changed, ConversationGone(conversation=conversation))

    def forget_members(self, conversation: ConversationId, users: Sequence[UserId]) -> None:
        """They are in it no more, which nobody is told here."""
        self.rosters.handle_left(conversation, users)
        self.news.handle_left(conversation, users)

    def tell_silence(self, roster: Roster, users: Sequence[UserId]) -> None:
        """Where programs write in the room, of those whom a moderator muted, banned or lets write again."""
        if self.outside.rooms is not None and roster.kind is ConversationKind.ROOM:
            self.outside.rooms.handle_silence_changed(room_of(roster.key), users)

    async def show_newcomers(self, membership: Membership, at: int, *, skip: Actor | None = None) -> None:
        """Tells them of the conversation that is theirs now."""
        if not membership.changed:
            return
        conversation = membership.standing.conversation.id
        view = await self.views.one(membership.changed[0], conversation)
        for user in membership.changed:
            event = ConversationChanged(conversation=for_newcomer(view, user, at))
            self.outside.mailroom.send_to_users((user,), event, skip=skip)
        roster = await self.rosters.get(conversation)
        if roster is not None and roster.kind is ConversationKind.GROUP:
            self.news.handle_joined(conversation, [user for user in membership.changed if user in roster.seats])

    async def show(self, users: Sequence[UserId], conversation: ConversationId, *, skip: Actor | None = None) -> None:
        """Tells each how it is to them now."""
        for user in users:
            event = ConversationChanged(conversation=await self.views.one(user, conversation))
            self.outside.mailroom.send_to_users((user,), event, skip=skip)


def make_desk(outside: Outside) -> Desk:
    """With nothing in memory yet."""
    marks = Marks(outside.store, outside.limits.marks)
    rosters = Rosters(outside.store, outside.limits, marks.overlay)
    hot = HotWindow(outside.limits)
    files = AttachmentViews(outside.attachments)
    return Desk(
        outside=outside,
        rosters=rosters,
        marks=marks,
        hot=hot,
        files=files,
        gate=Gate(outside, rosters),
        views=ConversationViews(outside.store, rosters, marks, files),
        news=MemberNews(),
        outgoing=Outgoing(outside.store, rosters, hot, Receivers(outside.mailroom, outside.rooms), files),
    )


def sent(command: str, conversation: ConversationId, placed: Placed) -> Sent:
    """The reply to what was written."""
    return Sent(
        id=command,
        conversation=conversation,
        epoch=placed.epoch,
        seq=placed.seq,
        message=placed.message,
        version=placed.version,
        sent_at=placed.at,
    )
