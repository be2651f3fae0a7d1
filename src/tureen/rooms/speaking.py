"""Tells a room who speaks, while somebody does."""

from __future__ import annotations

from tureen.model.ids import ParticipantSid
from tureen.ports import Clock, Timer
from tureen.rooms.audience import Audience
from tureen.rooms.events import SpeakersChanged
from tureen.rooms.speakers import REPORT_INTERVAL_S, Speakers

_GATHER_S = 0.02
"""Levels of one report arrive one by one; they are told together."""


class Speaking:
    """Runs `Speakers` on a timer that rests while the room is silent."""

    def __init__(self, audience: Audience, clock: Clock) -> None:
        """``audience``: the room's own."""
        self._audience = audience
        self._clock = clock
        self._speakers = Speakers()
        self._timer: Timer | None = None

    @property
    def floor(self) -> frozenset[ParticipantSid]:
        """See `Speakers.floor`."""
        return self._speakers.floor

    def handle_level(self, participant: ParticipantSid, level: int) -> None:
        """A track of the participant was audible: 0 (loudest) to 127, in -dBov."""
        self._speakers.handle_level(participant, level, self._clock.now())
        if self._timer is None:
            self._timer = self._clock.call_later(_GATHER_S, self._tell)

    def forget(self, participant: ParticipantSid) -> None:
        """The participant left."""
        self._speakers.forget(participant)

    def stop(self) -> None:
        """The room is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        self._timer = None
        changes = self._speakers.poll_changes(self._clock.now())
        if changes:
            self._audience.tell_all(SpeakersChanged(changes))
        if not self._speakers.quiet:
            self._timer = self._clock.call_later(REPORT_INTERVAL_S, self._tell)
