"""Who is in the conversations that are in use, kept in memory: a message to thousands reads no list of members."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import filterfalse

from tureen.messaging.keys import room_of
from tureen.messaging.limits import SHOWN_MEMBERS, MessagingLimits
from tureen.messaging.records import RosterRecord, Seat
from tureen.messaging.store import MessagingStore
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.resources import ConversationKind


class Roster:
    """One conversation's members, and where its history stands."""

    def __init__(self, record: RosterRecord) -> None:
        head = record.conversation
        self.id = head.id
        self.kind = head.kind
        self.key = head.key
        self.epoch = head.epoch
        self.head_seq = head.head_seq
        self.floor_seq = head.floor_seq
        self.seats = record.seats

    @property
    def is_small(self) -> bool:
        """So few that each hears of what each other does."""
        return len(self.seats) <= SHOWN_MEMBERS

    @property
    def room(self) -> str:
        """The name of the room whose conversation this is; empty for all others."""
        return room_of(self.key) if self.kind is ConversationKind.ROOM else ""

    def others(self, user: UserId) -> Iterable[UserId]:
        """All but one."""
        return filterfalse(user.__eq__, self.seats)

    def handle_event(self, seq: int) -> None:
        """One more."""
        self.head_seq = max(self.head_seq, seq)


class _Load:
    """A roster on its way from the store, which may be outdated when it arrives."""

    __slots__ = ("outdated",)

    def __init__(self) -> None:
        self.outdated = False


class Rosters:
    """Those that were used last, within bounds. Whoever changes a conversation tells it here, after the commit."""

    def __init__(self, store: MessagingStore, limits: MessagingLimits, complete: Callable[[Roster], Roster]) -> None:
        """``complete`` adds what the store does not know yet."""
        self._store = store
        self._complete = complete
        self._limits = limits
        self._kept: OrderedDict[ConversationId, Roster] = OrderedDict()
        self._keys: dict[str, ConversationId] = {}
        self._members = 0
        self._loads: dict[ConversationId, set[_Load]] = {}

    async def find(self, key: str) -> Roster | None:
        """By what makes the conversation unique. None: there is none of this key."""
        conversation = self._keys.get(key)
        if conversation is None:
            record = await self._store.find_key(key)
            conversation = None if record is None else record.id
        return None if conversation is None else await self.get(conversation)

    def peek(self, conversation: ConversationId) -> Roster | None:
        """If it is in memory."""
        return self._kept.get(conversation)

    async def get(self, conversation: ConversationId) -> Roster | None:
        """None: there is no such conversation."""
        while (kept := self._kept.get(conversation)) is None:
            load = _Load()
            loads = self._loads.setdefault(conversation, set())
            loads.add(load)
            try:
                record = await self._store.roster(conversation)
            finally:
                loads.discard(load)
                if not loads:
                    self._loads.pop(conversation, None)
            if record is None and not load.outdated:
                return None
            if record is not None and not load.outdated and conversation not in self._kept:
                return self._keep(self._complete(Roster(record)))
        self._kept.move_to_end(conversation)
        return kept

    def handle_event(self, conversation: ConversationId, seq: int) -> None:
        """The history went on."""
        self._outdate(conversation)
        if (roster := self._kept.get(conversation)) is not None:
            roster.handle_event(seq)

    def handle_joined(self, conversation: ConversationId, seats: dict[UserId, Seat]) -> None:
        """These came."""
        self._outdate(conversation)
        if (roster := self._kept.get(conversation)) is not None:
            before = len(roster.seats)
            roster.seats.update(seats)
            self._members += len(roster.seats) - before

    def handle_left(self, conversation: ConversationId, users: Iterable[UserId]) -> None:
        """These went."""
        self._outdate(conversation)
        if (roster := self._kept.get(conversation)) is not None:
            for user in users:
                self._members -= roster.seats.pop(user, None) is not None

    def handle_purged(self, conversation: ConversationId, floor_seq: int) -> None:
        """Its oldest events are gone."""
        self._outdate(conversation)
        if (roster := self._kept.get(conversation)) is not None:
            roster.floor_seq = max(roster.floor_seq, floor_seq)

    def handle_closed(self, conversation: ConversationId) -> None:
        """It is being deleted."""
        self._outdate(conversation)
        if (roster := self._kept.pop(conversation, None)) is not None:
            self._members -= len(roster.seats)
            self._keys.pop(roster.key, None)

    def handle_seat(self, conversation: ConversationId, user: UserId) -> Seat | None:
        """A member's role or mute changes: the seat to change, if it is in memory."""
        self._outdate(conversation)
        roster = self._kept.get(conversation)
        return None if roster is None else roster.seats.get(user)

    def _outdate(self, conversation: ConversationId) -> None:
        for load in self._loads.get(conversation, ()):
            load.outdated = True

    def _keep(self, roster: Roster) -> Roster:
        self._kept[roster.id] = roster
        self._keys[roster.key] = roster.id
        self._members += len(roster.seats)
        while len(self._kept) > 1 and (
            len(self._kept) > self._limits.rosters or self._members > self._limits.roster_members
        ):
            _, dropped = self._kept.popitem(last=False)
            self._members -= len(dropped.seats)
            self._keys.pop(dropped.key, None)
        return roster
