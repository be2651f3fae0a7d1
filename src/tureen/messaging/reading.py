"""History, the events after a position, full-text search, and what a device missed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from tureen.messaging.desk import Desk
from tureen.messaging.outgoing import for_reader
from tureen.messaging.records import HistoryQuery, SearchQuery
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
        """A page of messages as they are now."""
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
            )
        )
        more = len(found) > command.limit
        if more:
            found = found[: command.limit] if command.after is not None else found[-command.limit :]
        return Messages(id=command.id, messages=list(await self._desk.files.fresh(found)), more=more)

    async def events(self, actor: Actor, command: EventsGet) -> Events:
        """All after a position, or the word that they cannot be had."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        roster = entry.roster
        lost = command.epoch != roster.epoch or not roster.floor_seq <= command.after <= roster.head_seq
        if lost:
            return Events(id=command.id, epoch=roster.epoch, events=[], recovered=False)
        found = self._desk.hot.after(roster.id, roster.epoch, command.after)
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
        result: list[Event] = []
        quiet: list[Position] = []
        for position in positions:
            roster = self._desk.rosters.peek(ConversationId(position.conversation))
            if roster is None:
                quiet.append(position)
            elif not self._has_part(actor, roster.key, member=actor.user in roster.seats):
                result.append(ConversationGone(conversation=position.conversation))
            else:
                result += await self._since(
                    actor.user, position, epoch=roster.epoch, head=roster.head_seq, floor=roster.floor_seq
                )
        return [*result, *(await self._missed_in_quiet(actor, quiet))]

    async def _missed_in_quiet(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
        if not positions:
            return []
        ids = [ConversationId(position.conversation) for position in positions]
        found = await self._desk.outside.store.standings(actor.user, ids)
        heads = {standing.conversation.id: standing.conversation for standing in found}
        result: list[Event] = []
        for position in positions:
            head = heads.get(ConversationId(position.conversation))
            if head is None or not self._has_part(actor, head.key, member=True):
                result.append(ConversationGone(conversation=position.conversation))
            else:
                result += await self._since(
                    actor.user, position, epoch=head.epoch, head=head.head_seq, floor=head.floor_seq
                )
        return result

    def _has_part(self, actor: Actor, key: str | None, *, member: bool) -> bool:
        only_key = self._desk.gate.only_key(actor)
        return (member or actor.grant.people.admin) and only_key in (None, key)

    async def _since(self, user: UserId, position: Position, *, epoch: str, head: int, floor: int) -> Sequence[Event]:
        conversation = ConversationId(position.conversation)
        gap = Gap(conversation=conversation, epoch=epoch, head_seq=head)
        if position.epoch != epoch or not floor <= position.seq <= head:
            return [gap]
        if position.seq == head:
            return []
        found = self._desk.hot.after(conversation, epoch, position.seq)
        if found is None:
            found = await self._read(conversation, position.seq, head)
        if found is None or len(found) > self._desk.outside.limits.catch_up_events:
            return [gap]
        return for_reader(await self._desk.files.fresh_events(found), user)

    async def _read(self, conversation: ConversationId, after: int, head: int) -> Sequence[ConversationEvent] | None:
        """All up to the head at least; None: there are too many, or some are gone."""
        if head - after > self._desk.outside.limits.catch_up_events:
            return None
        found: list[ConversationEvent] = []
        last = after
        while last < head:
            page = await self._desk.outside.store.events(conversation, last, _PAGE)
            if not page:
                return None
            found += page
            last = page[-1].seq
        complete = all(event.seq == seq for event, seq in zip(found, itertools.count(after + 1), strict=False))
        return found if complete else None
