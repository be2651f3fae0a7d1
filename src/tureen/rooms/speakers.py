"""Who speaks: from audio levels to changes of the set of speakers."""

from __future__ import annotations

import math

from msgspec import Struct

from tureen.model.ids import ParticipantSid

REPORT_INTERVAL_S = 0.4
"""How often the packet core reports audible producers."""

HOLD_S = 0.9
"""A speaker is silent after two missed reports, so that one that is late makes nobody flicker."""

_STEPS = 8
"""Levels are told in eighths: finer ones would only make noise on the wire."""

_FLOOR_DBOV = 60.0
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
        return tuple(sorted(changes, key=lambda speaker: -speaker.level))

    def forget(self, participant: ParticipantSid) -> None:
        """The participant left, which says enough."""
        self._heard.pop(participant, None)
        self._told.pop(participant, None)


def _loudness(level: int) -> float:
    linear = 1.0 - min(float(level), _FLOOR_DBOV) / _FLOOR_DBOV
    return max(1, math.ceil(linear * _STEPS)) / _STEPS
