"""Tells a room how well each of its participants is connected."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tureen.model.ids import ParticipantSid
from tureen.ports import Clock, Timer
from tureen.rooms.audience import Audience
from tureen.rooms.events import QualitiesChanged
from tureen.rooms.link import Link
from tureen.rooms.participant import Participant
from tureen.rooms.quality import BEST_RATING, Quality, opinion_score, quality_of, rating
from tureen.rooms.standing import Standing

INTERVAL_S = 5.0
"""How often everyone hears."""

GATHER_S = 0.25
"""A drop is told at once, together with those that happen at the same time."""

SMALL_ROOM = 50
"""Up to so many participants everyone hears of everyone each time; in larger rooms, of what changed."""


class _Meter(Struct):
    """One participant's link: worse at once, better by and by."""

    rating: float = BEST_RATING
    link: Link | None = None
    lost: bool = False

    @property
    def quality(self) -> Quality:
        return Quality.LOST if self.lost else quality_of(self.rating)

    def note(self, link: Link) -> None:
        measured = rating(link)
        self.rating = measured if self.link is None or measured < self.rating else (measured + self.rating) / 2
        self.link = link


class Qualities:
    """Runs on a timer while there is something to tell."""

    def __init__(self, audience: Audience, clock: Clock) -> None:
        """``audience``: the room's own."""
        self._audience = audience
        self._clock = clock
        self._meters: dict[ParticipantSid, _Meter] = {}
        self._told: dict[ParticipantSid, Quality] = {}
        self._newcomers: set[ParticipantSid] = set()
        self._tick: Timer | None = None
        self._drop: Timer | None = None

    def handle_link(self, participant: Participant, link: Link) -> None:
        """What was measured of the participant's link since the last time."""
        self._meter(participant).note(link)
        self._look_for_drop(participant.sid)

    def handle_lost(self, participant: Participant, *, lost: bool) -> None:
        """The participant's transport fell silent, or is back."""
        self._meter(participant).lost = lost
        self._look_for_drop(participant.sid)

    def link(self, participant: ParticipantSid) -> Link | None:
        """As measured last."""
        meter = self._meters.get(participant)
        return meter.link if meter is not None else None

    def standing(self, participant: ParticipantSid) -> Standing | None:
        """How well the participant is connected; ``None`` before anything was measured."""
        meter = self._meters.get(participant)
        return _standing(participant, meter) if meter is not None else None

    def forget(self, participant: ParticipantSid) -> None:
        """The participant left."""
        self._meters.pop(participant, None)
        self._told.pop(participant, None)
        self._newcomers.discard(participant)
        if not self._meters:
            self.stop()

    def stop(self) -> None:
        """Nothing is told until something is measured again."""
        for timer in (self._tick, self._drop):
            if timer is not None:
                timer.cancel()
        self._tick = self._drop = None

    def _meter(self, participant: Participant) -> _Meter:
        meter = self._meters.get(participant.sid)
        if meter is None:
            meter = self._meters[participant.sid] = _Meter()
            self._newcomers.add(participant.sid)
        if self._tick is None:
            self._tick = self._clock.call_later(INTERVAL_S, self._tell_regularly)
        return meter

    def _look_for_drop(self, participant: ParticipantSid) -> None:
        if self._drop is None and self._has_dropped(participant):
            self._drop = self._clock.call_later(GATHER_S, self._tell_drops)

    def _has_dropped(self, participant: ParticipantSid) -> bool:
        return self._meters[participant].quality < self._told.get(participant, Quality.EXCELLENT)

    def _tell_drops(self) -> None:
        self._drop = None
        self._tell([sid for sid in self._meters if self._has_dropped(sid)])

    def _tell_regularly(self) -> None:
        self._tick = self._clock.call_later(INTERVAL_S, self._tell_regularly)
        if len(self._audience) <= SMALL_ROOM:
            self._tell(self._meters)
        else:
            self._tell([sid for sid, meter in self._meters.items() if meter.quality is not self._told.get(sid)])
            everyone = QualitiesChanged(self._visible(self._meters))
            for newcomer in self._newcomers:
                self._audience.tell(newcomer, everyone)
        self._newcomers.clear()

    def _tell(self, participants: Iterable[ParticipantSid]) -> None:
        """The whole room about those whom it may know of, and the hidden ones about themselves."""
        listed = tuple(participants)
        self._told |= {sid: self._meters[sid].quality for sid in listed}
        visible = self._visible(listed)
        if visible:
            self._audience.tell_all(QualitiesChanged(visible))
        shown = {standing.participant for standing in visible}
        for sid in listed:
            if sid not in shown:
                self._audience.tell(sid, QualitiesChanged((_standing(sid, self._meters[sid]),)))

    def _visible(self, participants: Iterable[ParticipantSid]) -> tuple[Standing, ...]:
        members = ((sid, self._audience.by_sid(sid)) for sid in participants)
        return tuple(
            _standing(sid, self._meters[sid]) for sid, member in members if member is not None and not member.hidden
        )


def _standing(sid: ParticipantSid, meter: _Meter) -> Standing:
    score = 0.0 if meter.lost else opinion_score(meter.rating)
    return Standing(participant=sid, quality=meter.quality, score=score)
