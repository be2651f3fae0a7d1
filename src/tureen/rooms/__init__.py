"""Rooms, participants, publications and subscriptions: pure decisions, no I/O, no clock of its own.

A door calls methods of `RoomRegistry` and `Room`; what follows for others reaches their sessions as events (`events`).
"""

from tureen.rooms.audience import Sink
from tureen.rooms.errors import RoomError
from tureen.rooms.events import RoomEvent
from tureen.rooms.limits import RoomDefaults, RoomLimits
from tureen.rooms.participant import DepartureReason, Participant, ParticipantState
from tureen.rooms.publication import Publication
from tureen.rooms.registry import RoomRegistry
from tureen.rooms.room import Room

__all__ = [
    "DepartureReason",
    "Participant",
    "ParticipantState",
    "Publication",
    "Room",
    "RoomDefaults",
    "RoomError",
    "RoomEvent",
    "RoomLimits",
    "RoomRegistry",
    "Sink",
]
