"""What a room tells its participants' sessions.

An event is delivered at once, on the caller's stack, and names live objects: a session reads what it needs and keeps
nothing of it. One event object goes to many sessions, so that a door may encode it once.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

from msgspec import Struct

from tureen.model.grant import Grant
from tureen.model.ids import ParticipantSid, TrackSid
from tureen.rooms.demand import Wanted
from tureen.rooms.participant import DepartureReason, Participant
from tureen.rooms.publication import Publication
from tureen.rooms.speakers import Speaker
from tureen.rooms.standing import Standing
from tureen.rooms.subscription import TrackSettings


class RefusalReason(enum.StrEnum):
    """Why a subscription cannot be."""

    UNKNOWN_TRACK = "unknown_track"
    CODEC_UNSUPPORTED = "codec_unsupported"


class ParticipantChanged(Struct, frozen=True, eq=False):
    """Someone came, changed, published or left: ``state`` tells."""

    participant: Participant


class RoomChanged(Struct, frozen=True, eq=False):
    """The room's metadata or counts changed."""


class SpeakersChanged(Struct, frozen=True, eq=False):
    """Only those whose speaking changed."""

    speakers: tuple[Speaker, ...]


class QualitiesChanged(Struct, frozen=True, eq=False):
    """How well these participants are connected now."""

    standings: tuple[Standing, ...]


class SubscriptionOpened(Struct, frozen=True, eq=False):
    """To the subscriber: it shall receive this publication from now on."""

    publication: Publication
    settings: TrackSettings
    codec: str | None = None
    """The carrier that the subscriber gets: a backup, or the main one."""


class SubscriptionClosed(Struct, frozen=True, eq=False):
    """To the subscriber: it shall no longer receive this publication."""

    publication: Publication


class SubscriptionAdjusted(Struct, frozen=True, eq=False):
    """To the subscriber: an open subscription pauses, resumes or takes other layers."""

    publication: Publication
    settings: TrackSettings


class SubscriptionRefused(Struct, frozen=True, eq=False):
    """To the subscriber: what it asked for cannot be."""

    track: TrackSid
    reason: RefusalReason


class SubscriptionPermitted(Struct, frozen=True, eq=False):
    """To a subscriber: the publisher now allows, or no longer allows, to receive a track."""

    publisher: ParticipantSid
    track: TrackSid
    allowed: bool


class TrackSubscribed(Struct, frozen=True, eq=False):
    """To the publisher: the first subscriber is there."""

    publication: Publication


class DemandChanged(Struct, frozen=True, eq=False):
    """To the publisher: this much of its track is wanted, and no more need be sent."""

    publication: Publication
    wanted: Wanted


class TrackUnpublished(Struct, frozen=True, eq=False):
    """To the publisher: the server ended its track."""

    publication: Publication


class TrackMuted(Struct, frozen=True, eq=False):
    """To the publisher: the server muted its track."""

    publication: Publication


class GrantChanged(Struct, frozen=True, eq=False):
    """To the participant itself: its rights are others now."""

    grant: Grant


class Removed(Struct, frozen=True, eq=False):
    """To the participant itself: its stay is over. The last event."""

    reason: DepartureReason


RoomEvent: TypeAlias = (
    ParticipantChanged
    | RoomChanged
    | SpeakersChanged
    | QualitiesChanged
    | SubscriptionOpened
    | SubscriptionClosed
    | SubscriptionAdjusted
    | SubscriptionRefused
    | SubscriptionPermitted
    | TrackSubscribed
    | DemandChanged
    | TrackUnpublished
    | TrackMuted
    | GrantChanged
    | Removed
)
