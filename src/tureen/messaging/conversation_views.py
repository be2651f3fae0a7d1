"""Conversations as their members see them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from tureen.messaging.attachment_views import AttachmentViews
from tureen.messaging.marks import Marks
from tureen.messaging.records import MemberRecord, Overview
from tureen.messaging.roster import Roster, Rosters
from tureen.messaging.store import MessagingStore
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.errors import not_found
from tureen.protocol.resources import Conversation, Member, Message


class ConversationViews:
    """Reads and shows them."""

    def __init__(self, store: MessagingStore, rosters: Rosters, marks: Marks, files: AttachmentViews) -> None:
        self._store = store
        self._rosters = rosters
        self._marks = marks
        self._files = files

    async def one(self, user: UserId, conversation: ConversationId) -> Conversation:
        """As the user sees it, who may also stand outside. Raises `CommandError` if there is none."""
        await self._settle(user)
        overview = await self._store.overview(user, conversation)
        if overview is None:
            raise not_found("conversation")
        return (await self._show([overview]))[0]

    async def page(self, user: UserId, before: int | None, limit: int, only_key: str | None) -> list[Conversation]:
        """The user's own, those with the newest messages first."""
        await self._settle(user)
        return await self._show(await self._store.overviews(user, before, limit, only_key))

    async def members(self, conversation: ConversationId, after: UserId | None, limit: int) -> list[Member]:
        """In the order of their ids."""
        roster = self._rosters.peek(conversation)
        return [_member(record, roster) for record in await self._store.members(conversation, after, limit)]

    async def _settle(self, user: UserId) -> None:
        # What is unread is counted by the store, from the mark that it has.
        if self._marks.waits(user):
            await self._marks.flush()

    async def _show(self, overviews: Sequence[Overview]) -> list[Conversation]:
        last = [each.last_message for each in overviews if each.last_message is not None]
        fresh = {message.conversation: message for message in await self._files.fresh(last)}
        return [self._conversation(each, fresh.get(each.conversation.id)) for each in overviews]

    def _conversation(self, overview: Overview, last_message: Message | None) -> Conversation:
        head, roster = overview.conversation, self._rosters.peek(overview.conversation.id)
        shown = overview.members or ([overview.member] if overview.member else [])
        return Conversation(
            id=head.id,
            kind=head.kind,
            title=head.title,
            avatar=head.avatar,
            epoch=head.epoch,
            head_seq=head.head_seq,
            members=[_member(record, roster) for record in shown],
            member_count=head.member_count,
            last_message=last_message,
            unread=overview.unread,
            mentions=overview.mentions,
            created_at=head.created_at,
            active_at=head.active_at,
        )


def for_newcomer(view: Conversation, user: UserId, joined_at: int) -> Conversation:
    """A newcomer's view, from that of another one who came at the same time: nothing is unread."""
    if any(member.user == user for member in view.members):
        return view
    own = Member(user=user, joined_at=joined_at, delivered_seq=view.head_seq, read_seq=view.head_seq)
    return structs.replace(view, members=[own])


def _member(record: MemberRecord, roster: Roster | None) -> Member:
    seat = None if roster is None else roster.seats.get(record.user)
    return Member(
        user=record.user,
        role=record.role,
        joined_at=record.joined_at,
        delivered_seq=max(record.delivered_seq, seat.delivered_seq if seat else 0),
        read_seq=max(record.read_seq, seat.read_seq if seat else 0),
        muted_until=record.muted_until,
    )
