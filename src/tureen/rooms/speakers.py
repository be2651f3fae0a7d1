"""Who speaks: from audio levels to changes of the set of speakers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from tureen.model.ids import ParticipantSid

REPORT_INTERVAL_S = 0.4
"""How often the packet core reports audible producers."""

HOLD_S = 0.9
"""A speaker is silent after two missed reports, so that one that is late makes nobody flicker."""

_FLOOR_PLACES = 3
"""Who speaks changes at every interjection; three places hold a conversation."""

_STEPS = 8
"""Levels are told in eighths: finer ones would only make noise on the wire."""

_QUIETEST_DBOV = 60.0
"""Told as 0; linear in decibels from there to full scale."""


class Speaker(Struct, frozen=True):
    """One participant's speaking."""

    participant: ParticipantSid
    level: float
    """0 to 1, in eighths."""
    active: bool


class _Heard(Struct):
    level: int
    at: float


class Speakers:
    """Collects levels and tells changes. Time is an argument."""

    def __init__(self) -> None:
        self._heard: dict[ParticipantSid, _Heard] = {}
        self._told: dict[ParticipantSid, float] = {}
        self._floor: frozenset[ParticipantSid] = frozenset()
        self._spoke_at: dict[ParticipantSid, float] = {}

    @property
    def floor(self) -> frozenset[ParticipantSid]:
        """Those who spoke last, a few. The same object until somebody else takes a place."""
        return self._floor

    @property
    def quiet(self) -> bool:
        """Nobody spoke lately and everyone was told so."""
        return not self._heard and not self._told

    def handle_level(self, participant: ParticipantSid, level: int, now: float) -> None:
        """One of the participant's tracks was audible: 0 (loudest) to 127, in -dBov."""
        heard = self._heard.get(participant)
        if heard is None or now - heard.at >= REPORT_INTERVAL_S / 2:
            self._heard[participant] = _Heard(level, now)
        else:
            heard.level = min(heard.level, level)

    def poll_changes(self, now: float) -> tuple[Speaker, ...]:
        """The differences to what was told last, the loudest first."""
        self._heard = {sid: heard for sid, heard in self._heard.items() if now - heard.at < HOLD_S}
        current = {sid: _loudness(heard.level) for sid, heard in self._heard.items()}
        changes = [Speaker(sid, level, active=True) for sid, level in current.items() if self._told.get(sid) != level]
        changes += [Speaker(sid, 0.0, active=False) for sid in self._told if sid not in current]
        self._told = current
        self._take_floor(current, now)
        return tuple(sorted(changes, key=lambda speaker: -speaker.level))

    def forget(self, participant: ParticipantSid) -> None:
        """The participant left, which says enough."""
        self._heard.pop(participant, None)
        self._told.pop(participant, None)
        if self._spoke_at.pop(participant, None) is not None:
            self._floor = self._floor - {participant}

    def _take_floor(self, current: Mapping[ParticipantSid, float], now: float) -> None:
        """The loudest come first. A place is free if nobody has it, or whoever has it is silent, the longest first."""
        self._spoke_at |= {sid: now for sid in current if sid in self._floor}
        for sid in sorted(current, key=lambda sid: -current[sid]):
            if sid in self._floor:
                continue
            if len(self._floor) == _FLOOR_PLACES:
                longest_silent = min(self._floor, key=lambda sid: self._spoke_at[sid])
                if longest_silent in current:
                    return
                del self._spoke_at[longest_silent]
                self._floor = self._floor - {longest_silent}
            self._floor = self._floor | {sid}
            self._spoke_at[sid] = now


def _loudness(level: int) -> float:
    linear = 1.0 - min(float(level), _QUIETEST_DBOV) / _QUIETEST_DBOV
    return max(1, math.ceil(linear * _STEPS)) / _STEPS
