"""What an operator may want to know of a room's life, beside what its participants are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tureen.model.ids import RoomName, RoomSid, TrackSid
from tureen.rooms.events import RefusalReason
from tureen.rooms.participant import DepartureReason, Participant
from tureen.rooms.publication import Publication


class RoomObserver:
    """Hears of one room. This one cares for nothing; others override what they need, and never raise."""

    def handle_opened(self) -> None:
        """The room is there."""

    def handle_closed(self, reason: DepartureReason) -> None:
        """The room is gone; ``reason``: what those who were still in it are told."""

    def handle_joined(self, participant: Participant) -> None:
        """Signaling is up."""

    def handle_active(self, participant: Participant) -> None:
        """Media and data flow."""

    def handle_left(self, participant: Participant, reason: DepartureReason) -> None:
        """The stay is over; its tracks were unpublished before."""

    def handle_published(self, publication: Publication) -> None:
        """A track was added; its media may still be to come."""

    def handle_unpublished(self, publication: Publication) -> None:
        """A track ended."""

    def handle_subscription_refused(self, subscriber: Participant, track: TrackSid, reason: RefusalReason) -> None:
        """A subscriber asked for what cannot be."""


Observe: TypeAlias = Callable[[RoomName, RoomSid], RoomObserver]
"""Gives each new room its observer."""


def unobserved(_name: RoomName, _sid: RoomSid) -> RoomObserver:
    """For rooms that nobody watches."""
    return RoomObserver()
