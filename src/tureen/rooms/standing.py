"""One participant's connection, as others are told of it."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.ids import ParticipantSid
from tureen.rooms.quality import Quality


class Standing(Struct, frozen=True, kw_only=True):
    """How well a participant is connected."""

    participant: ParticipantSid
    quality: Quality
    score: float
    """The mean opinion score, 1 to 4.5; 0 while the connection is lost."""
