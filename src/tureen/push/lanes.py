"""Notices on their way: bounded, in order and newest only for each device and topic."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import msgspec
from msgspec import Struct

from tureen.model.ids import DeviceId, UserId
from tureen.ports import Clock, PushNotice, Timer
from tureen.push.registration import Registration

LaneKey: TypeAlias = tuple[UserId, DeviceId | None, str]
"""Whom, which device (none: all are still to be looked up), about what."""


class Errand(Struct, frozen=True, kw_only=True):
    """A notice to take somewhere."""

    user: UserId
    notice: PushNotice
    registration: Registration | None = None
    """None: the registrations of the person are still to be looked up."""
    attempt: int = 0

    @property
    def key(self) -> LaneKey:
        """Of its lane."""
        return self.user, self.registration.device if self.registration else None, self.notice.about


class _Lane:
    """``waiting`` is in the queue unless ``busy`` or ``timer`` says otherwise."""

    def __init__(self) -> None:
        self.waiting: Errand | None = None
        self.busy = False
        self.timer: Timer | None = None


class Lanes:
    """Who takes an errand says with `done` what comes next."""

    def __init__(self, clock: Clock, limit: int) -> None:
        """``limit``: most lanes at a time; what would open another one is dropped."""
        self._clock = clock
        self._limit = limit
        self._lanes: dict[LaneKey, _Lane] = {}
        self._ready: deque[LaneKey] = deque()
        self.wake: Callable[[], None] = lambda: None
        """Called when there is something to take."""

    def __len__(self) -> int:
        return len(self._lanes)

    def offer(self, errand: Errand) -> bool:
        """Replaces what waits in its lane; false if it is dropped."""
        lane = self._lanes.get(errand.key)
        if lane is None:
            if len(self._lanes) >= self._limit:
                return False
            lane = self._lanes[errand.key] = _Lane()
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        elif lane.waiting is not None or lane.busy:
            lane.waiting = errand
            return True
        lane.waiting = errand
        self._make_ready(errand.key)
        return True

    def take(self) -> Errand | None:
        """The next one, if there is any."""
        if not self._ready:
            return None
        lane = self._lanes[self._ready.popleft()]
        errand, lane.waiting, lane.busy = lane.waiting, None, True
        return errand

    def done(self, errand: Errand, *, again_after_s: float | None = None) -> None:
        """It was tried; once more after so many seconds, unless a newer one has come."""
        lane = self._lanes[errand.key]
        lane.busy = False
        if lane.waiting is not None:
            self._make_ready(errand.key)
        elif again_after_s is not None:
            lane.waiting = msgspec.structs.replace(errand, attempt=errand.attempt + 1)
            lane.timer = self._clock.call_later(again_after_s, lambda: self._again(errand.key))
        else:
            del self._lanes[errand.key]

    def _again(self, key: LaneKey) -> None:
        self._lanes[key].timer = None
        self._make_ready(key)

    def _make_ready(self, key: LaneKey) -> None:
        self._ready.append(key)
        self.wake()
