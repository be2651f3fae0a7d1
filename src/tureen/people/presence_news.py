"""Tells watchers what changed: collected for a moment, in one event each, without what has changed back meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from tureen.model.ids import SessionId, UserId
from tureen.people.limits import (
    PRESENCE_BATCH,
    PRESENCE_FEW,
    PRESENCE_LONG_S,
    PRESENCE_MANY,
    PRESENCE_SHORT_S,
    PRESENCE_SLICE,
)
from tureen.people.presence_state import Subject, Watch, Watcher
from tureen.ports import Clock, Mailroom
from tureen.protocol.events import PresenceChanged

_INSTANT_S = 0.001
"""Timers of event loops are no more precise."""


class PresenceNews:
    """One timer for all; it runs while there is something to tell."""

    def __init__(self, clock: Clock, mailroom: Mailroom) -> None:
        self._clock = clock
        self._mailroom = mailroom
        self._changed: dict[UserId, Subject] = {}
        self._waiting: dict[SessionId, Watcher] = {}
        self._since: float | None = None
        """When the first of these changes came; None: there is none, and no timer."""

    def tell_of(self, subject: Subject) -> None:
        """Something of this person that watchers may see is another one."""
        subject.changed()
        if subject.watches:
            self._changed[subject.user] = subject
            self._start()

    def tell_one(self, watch: Watch) -> None:
        """What this watcher may see is more or less than before."""
        self._note(watch)
        self._start()

    def handle_reopened(self, watcher: Watcher) -> None:
        """What could not be sent meanwhile can be sent now."""
        if watcher.pending:
            self._waiting[watcher.actor.session] = watcher
            self._start()

    def forget(self, watcher: Watcher) -> None:
        """The session is over."""
        self._waiting.pop(watcher.actor.session, None)

    def _note(self, watch: Watch) -> None:
        watcher = watch.watcher
        watcher.pending[watch.subject.user] = None
        self._waiting[watcher.actor.session] = watcher

    def _start(self) -> None:
        if self._since is None:
            self._since = self._clock.now()
            self._clock.call_later(PRESENCE_SHORT_S, self._tick)

    def _tick(self) -> None:
        """The more there is to tell, the longer it is collected."""
        if self._since is None:
            return
        many = sum(len(subject.watches) for subject in self._changed.values()) + len(self._waiting)
        rest = self._since + _interval(many) - self._clock.now()
        if rest > _INSTANT_S:
            self._clock.call_later(rest, self._tick)
            return
        self._carry_on(self._work())

    def _carry_on(self, work: Iterator[int]) -> None:
        """Does a slice of it, then lets others use the event loop."""
        cost, done = 0, True
        try:
            for step in work:
                cost += step
                if cost >= PRESENCE_SLICE:
                    done = False
                    break
        finally:
            # Whatever went wrong with one event, later ones are told.
            if done:
                self._since = None
                if self._changed or self._waiting:
                    self._start()
        if not done:
            self._clock.call_later(0.0, lambda: self._carry_on(work))

    def _work(self) -> Iterator[int]:
        """All that is to be told by now; each step says how many presences it looked at."""
        changed, self._changed = self._changed, {}
        for subject in changed.values():
            for watch in list(subject.watches.values()):
                # A watch that ended since the last slice is noted for nothing: sending looks again.
                if watch.heard != watch.shown:
                    self._note(watch)
                yield 1
        for session in list(self._waiting):
            watcher = self._waiting.pop(session, None)
            if watcher is not None:
                yield self._send(watcher)

    def _send(self, watcher: Watcher) -> int:
        looked_at = 0
        batch: list[Watch] = []
        for user in list(watcher.pending):
            if len(batch) == PRESENCE_BATCH:
                self._waiting[watcher.actor.session] = watcher
                break
            del watcher.pending[user]
            looked_at += 1
            watch = watcher.watches.get(user)
            if watch is not None and watch.heard != watch.shown:
                batch.append(watch)
        if not batch:
            return looked_at
        event = PresenceChanged(presences=[watch.shown for watch in batch])
        if self._mailroom.send_to_device(watcher.actor.user, watcher.actor.device, event):
            for watch in batch:
                watch.heard = watch.shown
        else:
            # The device is away for a moment: what it misses is told when it comes back.
            self._waiting.pop(watcher.actor.session, None)
            watcher.pending = {watch.subject.user: None for watch in batch} | watcher.pending
        return looked_at


def _interval(many: int) -> float:
    if many < PRESENCE_FEW:
        return PRESENCE_SHORT_S
    return PRESENCE_SHORT_S + (PRESENCE_LONG_S - PRESENCE_SHORT_S) * min(1.0, many / PRESENCE_MANY)
