"""Requests about the participant's own tracks."""

from __future__ import annotations

import msgspec
from livekit.protocol import models, rtc

from tureen.doors.livekit import responses
from tureen.doors.livekit.descriptions import audio_features, backup_codec, track_description, with_layers
from tureen.doors.livekit.session_context import SessionContext
from tureen.model.ids import TrackSid
from tureen.rooms import Publication
from tureen.rooms.track import TrackDescription


def handle_add_track(context: SessionContext, request: rtc.AddTrackRequest) -> None:
    """A new track gets its sid at once; with a ``sid``, an old one gets a further codec. Raises `RoomError`."""
    if request.sid:
        _add_codec(context, request)
        return
    awaiting = context.peer.awaiting(request.cid)
    if awaiting is not None:
        # Asked again, because the client lost patience: the same track, not another.
        context.send(responses.track_published(awaiting, request.cid))
        return
    description = track_description(request)
    publication = context.room.tracks.publish(context.participant, description)
    context.send(responses.track_published(publication, request.cid))
    context.peer.publish(publication)


def handle_mute(context: SessionContext, request: rtc.MuteTrackRequest) -> None:
    """Raises `UnknownTrackError`."""
    publication = _own(context, request.sid)
    if not request.muted:
        # Lifts a mute that the server enforced.
        context.peer.pause(publication, paused=False)
    context.room.tracks.mute(context.participant, publication, muted=request.muted)


def handle_update_layers(context: SessionContext, request: rtc.UpdateVideoLayers) -> None:
    """Raises `RoomError`."""
    publication = _own(context, request.track_sid)
    _describe(context, publication, with_layers(publication.description, request.layers))


def handle_update_audio_track(context: SessionContext, request: rtc.UpdateLocalAudioTrack) -> None:
    """Raises `UnknownTrackError`."""
    publication = _own(context, request.track_sid)
    changed = msgspec.structs.replace(
        publication.description,
        audio_features=audio_features(request.features),
        stereo=models.AudioTrackFeature.TF_STEREO in request.features,
        disable_dtx=models.AudioTrackFeature.TF_NO_DTX in request.features,
    )
    _describe(context, publication, changed)


def handle_update_video_track(context: SessionContext, request: rtc.UpdateLocalVideoTrack) -> None:
    """Raises `UnknownTrackError`."""
    publication = _own(context, request.track_sid)
    changed = msgspec.structs.replace(publication.description, width=request.width, height=request.height)
    _describe(context, publication, changed)


def _add_codec(context: SessionContext, request: rtc.AddTrackRequest) -> None:
    codec = backup_codec(request)
    publication = _own(context, request.sid)
    known = publication.backups.get(codec.mime_type.lower())
    if known is None or codec not in publication.description.codecs:
        name = context.room.tracks.add_codec(context.participant, publication, codec)
        context.send(responses.track_published(publication, request.cid))
        context.peer.publish_backup(publication, name, request.cid)
    else:
        # Asked again, because the client lost patience.
        context.send(responses.track_published(publication, request.cid))


def _own(context: SessionContext, sid: str) -> Publication:
    return context.participant.publication(TrackSid(sid))


def _describe(context: SessionContext, publication: Publication, description: TrackDescription) -> None:
    context.room.tracks.describe(context.participant, publication, description)
