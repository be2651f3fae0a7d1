"""The messages that the door sends, built from the room model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from livekit.protocol import models, rtc

from tureen.doors.livekit.infos import enabled_codecs, participant_info, room_info, track_info
from tureen.doors.livekit.settings import LivekitDoorSettings
from tureen.doors.livekit.vocabulary import CONNECTION_QUALITIES, DEPARTURES, QUALITIES
from tureen.doors.negotiation import Requirement
from tureen.model.ids import TrackSid
from tureen.rooms import DepartureReason, Participant, Publication, Room
from tureen.rooms.demand import Wanted
from tureen.rooms.speakers import Speaker
from tureen.rooms.standing import Standing
from tureen.rooms.track import LayerQuality

PROTOCOL = 17
"""The newest protocol number whose duties this door fulfils."""

STATED_VERSION = "1.13.7"
"""Clients switch features on by the version of the server that they know: semantic, never empty."""


def join(room: Room, participant: Participant, settings: LivekitDoorSettings) -> rtc.SignalResponse:
    """The first message of a session."""
    others = [other for other in room.visible if other.sid != participant.sid]
    server = models.ServerInfo(
        edition=models.ServerInfo.Edition.Standard,
        version=STATED_VERSION,
        protocol=PROTOCOL,
        node_id=settings.node_id,
        debug_info=f"Tureen {settings.version}",
    )
    return rtc.SignalResponse(
        join=rtc.JoinResponse(
            room=room_info(room),
            participant=participant_info(participant),
            other_participants=[participant_info(other) for other in others],
            server_info=server,
            server_version=STATED_VERSION,
            ice_servers=[],
            subscriber_primary=False,
            fast_publish=True,
            ping_interval=settings.ping_interval_s,
            ping_timeout=settings.ping_timeout_s,
            enabled_publish_codecs=enabled_codecs(),
        )
    )


def answer(text: str, offer_id: int, tracks_by_mid: Mapping[str, TrackSid]) -> rtc.SignalResponse:
    """The answer to the offer with this id."""
    return rtc.SignalResponse(
        answer=rtc.SessionDescription(type="answer", sdp=text, id=offer_id, mid_to_track_id=tracks_by_mid)
    )


def media_sections(requirement: Requirement) -> rtc.SignalResponse:
    """Asks for more receiving sections, or, with zeros, for another offer."""
    return rtc.SignalResponse(
        media_sections_requirement=rtc.MediaSectionsRequirement(
            num_audios=requirement.audio, num_videos=requirement.video
        )
    )


def update(participant: Participant) -> rtc.SignalResponse:
    """A participant as it is now."""
    return rtc.SignalResponse(update=rtc.ParticipantUpdate(participants=[participant_info(participant)]))


def room_update(room: Room) -> rtc.SignalResponse:
    """The room as it is now."""
    return rtc.SignalResponse(room_update=rtc.RoomUpdate(room=room_info(room)))


def speakers_changed(speakers: tuple[Speaker, ...]) -> rtc.SignalResponse:
    """Only those whose speaking changed."""
    return rtc.SignalResponse(
        speakers_changed=rtc.SpeakersChanged(
            speakers=[
                models.SpeakerInfo(sid=speaker.participant, level=speaker.level, active=speaker.active)
                for speaker in speakers
            ]
        )
    )


def connection_quality(standings: Iterable[Standing]) -> rtc.SignalResponse:
    """How well some participants are connected."""
    updates = [
        rtc.ConnectionQualityInfo(
            participant_sid=standing.participant,
            quality=CONNECTION_QUALITIES.wire(standing.quality),
            score=standing.score,
        )
        for standing in standings
    ]
    return rtc.SignalResponse(connection_quality=rtc.ConnectionQualityUpdate(updates=updates))


def stream_states(changes: Iterable[tuple[Publication, bool]]) -> rtc.SignalResponse:
    """Tracks that the subscriber no longer gets because its path is too narrow (``True``), or gets again."""
    states = [
        rtc.StreamStateInfo(
            participant_sid=publication.publisher_sid,
            track_sid=publication.sid,
            state=rtc.StreamState.PAUSED if paused else rtc.StreamState.ACTIVE,
        )
        for publication, paused in changes
    ]
    return rtc.SignalResponse(stream_state_update=rtc.StreamStateUpdate(stream_states=states))


def subscribed_qualities(publication: Publication, wanted: Wanted) -> rtc.SignalResponse:
    """What the publisher of a track shall send: all layers up to the most that is wanted, per codec.

    The main codec goes by the name that the publisher gave it, which is how it knows its sender, even if another one
    was negotiated. Older clients read the first entry only, from a field of its own.
    """
    main = publication.main.stated or publication.main.mime_type
    codecs = [
        rtc.SubscribedCodec(codec=(codec or main).partition("/")[2].lower(), qualities=_qualities_up_to(most))
        for codec, most in sorted(wanted.items(), key=lambda entry: entry[0] or "")
    ]
    return rtc.SignalResponse(
        subscribed_quality_update=rtc.SubscribedQualityUpdate(
            track_sid=publication.sid, subscribed_codecs=codecs, subscribed_qualities=codecs[0].qualities
        )
    )


def track_published(publication: Publication, client_id: str) -> rtc.SignalResponse:
    """To the publisher, who asked under its own id: the track has its sid."""
    return rtc.SignalResponse(track_published=rtc.TrackPublishedResponse(cid=client_id, track=track_info(publication)))


def leave(reason: models.DisconnectReason, action: rtc.LeaveRequest.Action) -> rtc.SignalResponse:
    """The last message of a session."""
    reconnects = action != rtc.LeaveRequest.Action.DISCONNECT
    return rtc.SignalResponse(leave=rtc.LeaveRequest(reason=reason, action=action, can_reconnect=reconnects))


def departure(reason: DepartureReason) -> rtc.SignalResponse:
    """Why the participant is out. One whose transport was lost may come back at once; the others stay away."""
    lost = reason is DepartureReason.TRANSPORT_LOST
    action = rtc.LeaveRequest.Action.RECONNECT if lost else rtc.LeaveRequest.Action.DISCONNECT
    return leave(DEPARTURES.wire(reason), action)


def state_mismatch() -> rtc.SignalResponse:
    """We cannot resume what the client remembers: it shall join anew."""
    return leave(models.DisconnectReason.STATE_MISMATCH, rtc.LeaveRequest.Action.RECONNECT)


def subscription_refused(track: TrackSid, error: models.SubscriptionError) -> rtc.SignalResponse:
    """A track cannot be received."""
    return rtc.SignalResponse(subscription_response=rtc.SubscriptionResponse(track_sid=track, err=error))


def request_response(
    reason: rtc.RequestResponse.Reason, message: str = "", request: rtc.SignalRequest | None = None
) -> rtc.SignalResponse:
    """What became of a request; carries its id, and the request itself where the protocol has a place for it."""
    kind = request.WhichOneof("message") if request is not None else None
    body = getattr(request, kind) if kind else None
    response = rtc.RequestResponse(request_id=getattr(body, "request_id", 0), reason=reason, message=message)
    field = kind and _ECHOED.get(kind)
    if field and body is not None:
        getattr(response, field).CopyFrom(body)
    return rtc.SignalResponse(request_response=response)


def _qualities_up_to(most: LayerQuality | None) -> list[rtc.SubscribedQuality]:
    return [
        rtc.SubscribedQuality(quality=QUALITIES.wire(quality), enabled=most is not None and quality <= most)
        for quality in LayerQuality
    ]


_ECHOED: Mapping[str, str] = {
    "trickle": "trickle",
    "add_track": "add_track",
    "mute": "mute",
    "update_metadata": "update_metadata",
    "update_audio_track": "update_audio_track",
    "update_video_track": "update_video_track",
    "publish_data_track_request": "publish_data_track",
    "unpublish_data_track_request": "unpublish_data_track",
}
"""Requests that an answer may quote, and under which name."""
