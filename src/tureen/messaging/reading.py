"""History, the events after a position, full-text search, and what a device missed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from tureen.messaging.desk import Desk
from tureen.messaging.outgoing import for_reader
from tureen.messaging.records import ConversationRecord, HistoryQuery, SearchQuery
from tureen.messaging.roster import Roster
from tureen.model.actor import Actor
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.ports import Handlers
from tureen.protocol.commands import EventsGet, HistoryGet, MessageSearch, Position
from tureen.protocol.errors import CommandError, ErrorCode, invalid
from tureen.protocol.events import ConversationEvent, ConversationGone, Event, Gap
from tureen.protocol.replies import Events, Messages

_MAX_WORDS = 20
_PAGE = 200


class ReadingDesk:
    """Memory first, the store second; never a part of what was asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handlers(self) -> Handlers:
        """By type of command."""
        return {HistoryGet: self.history, EventsGet: self.events, MessageSearch: self.search}

    async def history(self, actor: Actor, command: HistoryGet) -> Messages:
        """A page of messages as they are now, with what happened between them if that is asked for."""
        if command.before is not None and command.after is not None:
            raise invalid("A page has one direction.", "Name before or after, not both.")
        entry = await self._desk.gate.enter(actor, command.conversation)
        found = await self._desk.outside.store.history(
            HistoryQuery(
                conversation=entry.roster.id,
                before=command.before,
                after=command.after,
                thread=None if command.thread is None else MessageId(command.thread),
                limit=command.limit,
                happenings=command.happenings and command.thread is None,
            )
        )
        page, more = found.cut(command.limit, upwards=command.after is not None)
        roots = [] if page.root is None else [page.root]
        messages = await self._desk.files.fresh([*roots, *page.messages])
        return Messages(
            id=command.id,
            messages=list(messages[len(roots) :]),
            happenings=for_reader(page.happenings, actor.user),
            root=messages[0] if roots else None,
            seq=page.seq,
            more=more,
        )

    async def events(self, actor: Actor, command: EventsGet) -> Events:
        """All after a position, or the word that they cannot be had."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        roster = entry.roster
        lost = command.epoch != roster.epoch or not roster.floor_seq <= command.after <= roster.head_seq
        if lost:
            return Events(id=command.id, epoch=roster.epoch, events=[], recovered=False)
        found = self._hot(roster, command.after)
        if found is None:
            found = await self._desk.outside.store.events(roster.id, command.after, command.limit)
        page = await self._desk.files.fresh_events(found[: command.limit])
        if page and page[0].seq != command.after + 1:
            # They were deleted while they were read.
            return Events(id=command.id, epoch=roster.epoch, events=[], recovered=False)
        return Events(id=command.id, epoch=roster.epoch, events=for_reader(page, actor.user))

    async def search(self, actor: Actor, command: MessageSearch) -> Messages:
        """In one's own conversations alone."""
        words = command.query.split()
        if len(words) > _MAX_WORDS:
            raise CommandError(ErrorCode.TOO_LARGE, f"A search has at most {_MAX_WORDS} words.")
        if not any(character.isalnum() for character in command.query):
            return Messages(id=command.id, messages=[])
        conversation = None
        if command.conversation is not None:
            conversation = (await self._desk.gate.enter(actor, command.conversation)).roster.id
        found = await self._desk.outside.store.search(
            SearchQuery(
                user=actor.user,
                words=words,
                conversation=conversation,
                only_key=self._desk.gate.only_key(actor),
                before=command.before,
                limit=command.limit,
            )
        )
        page = await self._desk.files.fresh(found[: command.limit])
        return Messages(id=command.id, messages=list(page), more=len(found) > command.limit)

    async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
        """All that came after these positions; see `ports.CatchUp`.

        Conversations in use are answered from memory; of the others the store is asked once, whether there is news.
        """
        unknown = [
            conversation
            for position in positions
            if self._desk.rosters.peek(conversation := ConversationId(position.conversation)) is None
        ]
        stored = await self._desk.outside.store.standings(actor.user, unknown) if unknown else []
        standings = {standing.conversation.id: standing.conversation for standing in stored}
        result: list[Event] = []
        for position in positions:
            head = self._head(actor, standings, ConversationId(position.conversation))
            if head is None:
                result.append(ConversationGone(conversation=position.conversation))
            else:
                left = self._desk.outside.limits.catch_up_total - len(result)
                result += await self._since(actor.user, position, head, left)
        return result

    def _head(
        self, actor: Actor, stored: Mapping[ConversationId, ConversationRecord], conversation: ConversationId
    ) -> ConversationRecord | Roster | None:
        """Where the history stands; None: it is not the actor's."""
        head: ConversationRecord | Roster | None = stored.get(conversation)
        member = head is not None
        roster = self._desk.rosters.peek(conversation)
        if roster is not None:
            head, member = roster, actor.user in roster.seats
        return head if head is not None and self._has_part(actor, head.key, member=member) else None

    def _has_part(self, actor: Actor, key: str, *, member: bool) -> bool:
        only_key = self._desk.gate.only_key(actor)
        return (member or actor.grant.people.admin) and only_key in (None, key)

    async def _since(
        self, user: UserId, position: Position, head: ConversationRecord | Roster, left: int
    ) -> Sequence[Event]:
        """At most ``left`` events, or a gap."""
        most = min(left, self._desk.outside.limits.catch_up_events)
        gap = Gap(conversation=head.id, epoch=head.epoch, head_seq=head.head_seq)
        if position.epoch != head.epoch or not head.floor_seq <= position.seq <= head.head_seq:
            return [gap]
        if position.seq == head.head_seq:
            return []
        found = self._hot(head, position.seq)
        if found is None and head.head_seq - position.seq <= most:
            found = await self._read(head.id, position.seq, head.head_seq)
        if found is None or len(found) > most:
            return [gap]
        return for_reader(await self._desk.files.fresh_events(found), user)

    def _hot(self, head: ConversationRecord | Roster, after: int) -> Sequence[ConversationEvent] | None:
        """From memory, if all up to the head are there."""
        found = self._desk.hot.after(head.id, head.epoch, after)
        return found if found is not None and after + len(found) >= head.head_seq else None

    async def _read(self, conversation: ConversationId, after: int, head: int) -> Sequence[ConversationEvent] | None:
        """All up to the head at least, for those who ask next too; None: some are gone."""
        found: list[ConversationEvent] = []
        last = after
        with self._desk.hot.reading(conversation) as reading:
            while last < head:
                page = await self._desk.outside.store.events(conversation, last, _PAGE)
                if not page:
                    return None
                found += page
                last = page[-1].seq
            complete = all(event.seq == seq for event, seq in zip(found, itertools.count(after + 1), strict=False))
            if not complete:
                return None
            self._desk.hot.take(reading, found)
        return found
