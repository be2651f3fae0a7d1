"""Writes when people were here last: those who leave at one time, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from tureen.model.ids import UserId
from tureen.people.background import Background
from tureen.people.limits import CHUNK
from tureen.people.presence_state import Subject
from tureen.people.store import PeopleStore


class LastSeen:
    """One write is under way at most; what comes meanwhile waits for it and goes together."""

    def __init__(self, store: PeopleStore, background: Background) -> None:
        self._store = store
        self._background = background
        self._waiting: dict[UserId, tuple[Subject, int, Callable[[Subject], None]]] = {}
        self._writing = False

    def save(self, subject: Subject, at: int, release: Callable[[Subject], None]) -> None:
        """``at``: Unix milliseconds. The subject is held until then, so that nobody reads the store in between."""
        if subject.user not in self._waiting:
            subject.holds += 1
        self._waiting[subject.user] = (subject, at, release)
        if not self._writing:
            self._writing = True
            self._background(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting:
                users = list(islice(self._waiting, CHUNK))
                taken = [self._waiting.pop(user) for user in users]
                try:
                    await self._store.save_last_seen({subject.user: at for subject, at, _ in taken})
                finally:
                    for subject, _, release in taken:
                        subject.holds -= 1
                        release(subject)
        finally:
            self._writing = False
