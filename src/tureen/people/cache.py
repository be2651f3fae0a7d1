"""People in memory, so that a fan-out costs no query."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from tureen.model.ids import UserId
from tureen.people.records import Known

Load: TypeAlias = Callable[[Sequence[UserId]], Awaitable[Mapping[UserId, Known]]]


class _Reading:
    """A `KnownPeople.get` that waits for the database."""

    __slots__ = ("changed",)

    def __init__(self) -> None:
        self.changed: set[UserId] = set()
        """People who were changed meanwhile: what was read of them may be older."""


class KnownPeople:
    """Those who were asked for last.

    What `get` returns is true at the moment at which it returns, provided that everyone who changes a person calls
    `drop` in the same turn of the loop in which the change has become durable.
    """

    def __init__(self, load: Load, capacity: int) -> None:
        """``capacity``: people and entries of their lists, together."""
        self._load = load
        self._capacity = capacity
        self._weight = 0
        self._known: OrderedDict[UserId, Known] = OrderedDict()
        self._readings: list[_Reading] = []

    async def get(self, users: Iterable[UserId]) -> dict[UserId, Known]:
        """Those of them who exist."""
        wanted = dict.fromkeys(users)
        found: dict[UserId, Known] = {}
        for user in wanted:
            known = self._known.get(user)
            if known is not None:
                self._known.move_to_end(user)
                found[user] = known
        missing = [user for user in wanted if user not in found]
        if missing:
            await self._read(missing, wanted, found)
        return found

    def drop(self, users: Iterable[UserId]) -> None:
        """They were changed."""
        for user in users:
            known = self._known.pop(user, None)
            if known is not None:
                self._weight -= _weight(known)
            for reading in self._readings:
                reading.changed.add(user)

    async def _read(self, missing: list[UserId], wanted: Mapping[UserId, None], found: dict[UserId, Known]) -> None:
        reading = _Reading()
        self._readings.append(reading)
        try:
            while missing:
                reading.changed.clear()
                loaded = await self._load(missing)
                for user, known in loaded.items():
                    if user not in reading.changed:
                        found[user] = known
                        self._keep(user, known)
                missing = [user for user in reading.changed if user in wanted]
                for user in missing:
                    found.pop(user, None)
        finally:
            self._readings.remove(reading)

    def _keep(self, user: UserId, known: Known) -> None:
        before = self._known.pop(user, None)
        self._weight += _weight(known) - (0 if before is None else _weight(before))
        self._known[user] = known
        while self._weight > self._capacity and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            self._weight -= _weight(oldest)


def _weight(known: Known) -> int:
    return 1 + len(known.contacts) + len(known.blocked)
