"""How far members have received and read: numbers in memory, written in batches."""

from __future__ import annotations

from tureen.messaging.records import Mark
from tureen.messaging.roster import Roster
from tureen.messaging.store import MessagingStore
from tureen.model.ids import ConversationId, UserId

_BATCH = 500


class Marks:
    """Those that are not written yet. After a crash a mark may be as it was some seconds before."""

    def __init__(self, store: MessagingStore, max_waiting: int) -> None:
        self._store = store
        self._max_waiting = max_waiting
        self._waiting: dict[tuple[ConversationId, UserId], Mark] = {}
        self._users: dict[UserId, int] = {}

    @property
    def must_be_written(self) -> bool:
        """No more may wait."""
        return len(self._waiting) >= self._max_waiting

    def waits(self, user: UserId) -> bool:
        """Whether something of this user's is not written yet."""
        return user in self._users

    def raise_mark(self, roster: Roster, user: UserId, *, delivered: int = 0, read: int = 0) -> Mark | None:
        """Raises them, as far as there are events. What is read was received. None: they were there already."""
        seat = roster.seats[user]
        read = max(seat.read_seq, min(read, roster.head_seq))
        delivered = max(seat.delivered_seq, min(delivered, roster.head_seq), read)
        if (delivered, read) == (seat.delivered_seq, seat.read_seq):
            return None
        seat.delivered_seq, seat.read_seq = delivered, read
        mark = Mark(conversation=roster.id, user=user, delivered_seq=delivered, read_seq=read)
        if (roster.id, user) not in self._waiting:
            self._users[user] = self._users.get(user, 0) + 1
        self._waiting[roster.id, user] = mark
        return mark

    def overlay(self, roster: Roster) -> Roster:
        """The same roster, freshly read, with what waits."""
        for user, seat in roster.seats.items() if self._waiting else ():
            mark = self._waiting.get((roster.id, user))
            if mark is not None:
                seat.delivered_seq = max(seat.delivered_seq, mark.delivered_seq)
                seat.read_seq = max(seat.read_seq, mark.read_seq)
        return roster

    async def flush(self) -> None:
        """Writes all that waits; what cannot be written waits on."""
        waiting = list(self._waiting.items())
        for start in range(0, len(waiting), _BATCH):
            batch = waiting[start : start + _BATCH]
            await self._store.save_marks([mark for _, mark in batch])
            for key, mark in batch:
                # A newer one may have come meanwhile.
                if self._waiting.get(key) is mark:
                    self._forget(key)

    def _forget(self, key: tuple[ConversationId, UserId]) -> None:
        del self._waiting[key]
        self._users[key[1]] -= 1
        if not self._users[key[1]]:
            del self._users[key[1]]
