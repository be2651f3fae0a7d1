"""Requests about other participants' tracks, and about who may receive one's own."""

from __future__ import annotations

from livekit.protocol import rtc

from tureen.doors.livekit.descriptions import named_tracks, subscription_policy, track_settings
from tureen.doors.livekit.session_context import SessionContext
from tureen.model.ids import TrackSid


def handle_subscription(context: SessionContext, request: rtc.UpdateSubscription) -> None:
    """What follows is told by events. Raises `RoomError`."""
    context.room.tracks.subscribe(context.participant, named_tracks(request), wanted=request.subscribe)


def handle_track_setting(context: SessionContext, request: rtc.UpdateTrackSettings) -> None:
    """How much of some tracks the client can use. Raises `UnknownTrackError`."""
    tracks = tuple(TrackSid(sid) for sid in dict.fromkeys(request.track_sids))
    context.room.tracks.adjust(context.participant, tracks, track_settings(request))


def handle_subscription_permission(context: SessionContext, request: rtc.SubscriptionPermission) -> None:
    """Who may subscribe to the participant. Raises `LimitExceededError`."""
    identities = {str(member.sid): member.identity for member in context.room.audience}
    context.room.tracks.set_policy(context.participant, subscription_policy(request, identities))
