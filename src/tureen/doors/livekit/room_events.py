"""What a session does about each event of its room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from livekit.protocol import models, rtc

from tureen.doors.livekit import responses
from tureen.doors.livekit.session_context import SessionContext
from tureen.rooms.events import (
    DemandChanged,
    ParticipantChanged,
    QualitiesChanged,
    RefusalReason,
    RoomChanged,
    SpeakersChanged,
    SubscriptionAdjusted,
    SubscriptionClosed,
    SubscriptionOpened,
    SubscriptionPermitted,
    SubscriptionRefused,
    TrackMuted,
    TrackSubscribed,
    TrackUnpublished,
)

_REFUSALS = {
    RefusalReason.UNKNOWN_TRACK: models.SubscriptionError.SE_TRACK_NOTFOUND,
    RefusalReason.CODEC_UNSUPPORTED: models.SubscriptionError.SE_CODEC_UNSUPPORTED,
}


def _participant_changed(context: SessionContext, event: ParticipantChanged) -> None:
    context.send_shared(event, lambda: responses.update(event.participant))


def _room_changed(context: SessionContext, event: RoomChanged) -> None:
    context.send_shared(event, lambda: responses.room_update(context.room))


def _speakers_changed(context: SessionContext, event: SpeakersChanged) -> None:
    context.send_shared(event, lambda: responses.speakers_changed(event.speakers))
    context.peer.follow_floor()


def _qualities_changed(context: SessionContext, event: QualitiesChanged) -> None:
    context.send_shared(event, lambda: responses.connection_quality(event.standings))


def _subscription_opened(context: SessionContext, event: SubscriptionOpened) -> None:
    context.peer.subscribe(event.publication, event.settings, event.codec)
    context.prompt_offer()


def _subscription_closed(context: SessionContext, event: SubscriptionClosed) -> None:
    context.peer.unsubscribe(event.publication)
    context.prompt_offer()


def _subscription_adjusted(context: SessionContext, event: SubscriptionAdjusted) -> None:
    context.peer.adjust(event.publication, event.settings)


def _subscription_refused(context: SessionContext, event: SubscriptionRefused) -> None:
    context.send(responses.subscription_refused(event.track, _REFUSALS[event.reason]))


def _subscription_permitted(context: SessionContext, event: SubscriptionPermitted) -> None:
    context.send(
        rtc.SignalResponse(
            subscription_permission_update=rtc.SubscriptionPermissionUpdate(
                participant_sid=event.publisher, track_sid=event.track, allowed=event.allowed
            )
        )
    )


def _track_subscribed(context: SessionContext, event: TrackSubscribed) -> None:
    subscribed = rtc.TrackSubscribed(track_sid=event.publication.sid)
    context.send(rtc.SignalResponse(track_subscribed=subscribed))


def _demand_changed(context: SessionContext, event: DemandChanged) -> None:
    context.send(responses.subscribed_qualities(event.publication, event.wanted))


def _track_unpublished(context: SessionContext, event: TrackUnpublished) -> None:
    context.peer.unpublish(event.publication)
    unpublished = rtc.TrackUnpublishedResponse(track_sid=event.publication.sid)
    context.send(rtc.SignalResponse(track_unpublished=unpublished))


def _track_muted(context: SessionContext, event: TrackMuted) -> None:
    publication = event.publication
    context.peer.pause(publication, paused=publication.muted)
    mute = rtc.MuteTrackRequest(sid=publication.sid, muted=publication.muted)
    context.send(rtc.SignalResponse(mute=mute))


EVENT_HANDLERS: Mapping[type, Callable[[SessionContext, Any], None]] = {
    ParticipantChanged: _participant_changed,
    RoomChanged: _room_changed,
    SpeakersChanged: _speakers_changed,
    QualitiesChanged: _qualities_changed,
    SubscriptionOpened: _subscription_opened,
    SubscriptionClosed: _subscription_closed,
    SubscriptionAdjusted: _subscription_adjusted,
    SubscriptionRefused: _subscription_refused,
    SubscriptionPermitted: _subscription_permitted,
    TrackSubscribed: _track_subscribed,
    DemandChanged: _demand_changed,
    TrackUnpublished: _track_unpublished,
    TrackMuted: _track_muted,
}
"""`GrantChanged` and `Removed` concern the session itself."""
