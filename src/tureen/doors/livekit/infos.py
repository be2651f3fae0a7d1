"""From the room model to the protocol's descriptions of it."""

from __future__ import annotations

from typing import cast

from livekit.protocol import models

from tureen.doors.livekit.vocabulary import (
    AUDIO_FEATURES,
    DEPARTURES,
    ENCRYPTIONS,
    MEDIA_KINDS,
    PARTICIPANT_KINDS,
    QUALITIES,
    SOURCES,
    STATES,
)
from tureen.model.grant import Grant, ParticipantKind
from tureen.model.media import MediaKind
from tureen.rooms import Participant, Publication, Room
from tureen.rooms.track import TrackCodec, VideoLayer

_MICROSECONDS = 1_000_000
_KINDS_OF_LAYERS = models.VideoLayer.Mode


def participant_info(participant: Participant) -> models.ParticipantInfo:
    """Everything that others may know of a participant."""
    info = models.ParticipantInfo(
        sid=participant.sid,
        identity=participant.identity,
        name=participant.profile.name,
        metadata=participant.profile.metadata,
        attributes=participant.profile.attributes,
        state=STATES.wire(participant.state),
        kind=PARTICIPANT_KINDS.wire(participant.kind),
        tracks=[track_info(publication) for publication in participant.announced],
        joined_at=int(participant.joined_at),
        joined_at_ms=int(participant.joined_at * 1000),
        version=participant.version,
        permission=permission(participant.grant),
        is_publisher=bool(participant.announced),
        client_protocol=participant.client.client_protocol,
        capabilities=_capabilities(participant.client.capabilities),
    )
    if participant.departure is not None:
        info.disconnect_reason = DEPARTURES.wire(participant.departure)
    return info


def permission(grant: Grant) -> models.ParticipantPermission:
    """A grant as clients see it."""
    room = grant.room
    return models.ParticipantPermission(
        can_subscribe=room.subscribe,
        can_publish=room.publish,
        can_publish_data=room.publish_data,
        can_publish_sources=[SOURCES.wire(source) for source in sorted(room.publish_sources)],
        can_update_metadata=room.update_own_metadata,
        can_subscribe_metrics=room.subscribe_metrics,
        hidden=room.hidden,
        recorder=room.recorder,
        agent=room.agent or grant.kind is ParticipantKind.AGENT,
    )


def track_info(publication: Publication) -> models.TrackInfo:
    """A publication as its publisher described it and as it was negotiated."""
    description, parameters = publication.description, publication.main.parameters
    info = models.TrackInfo(
        sid=publication.sid,
        type=MEDIA_KINDS.wire(description.kind),
        source=SOURCES.wire(description.source),
        name=description.name,
        muted=publication.muted,
        width=description.width,
        height=description.height,
        simulcast=_is_simulcast(publication),
        layers=[_layer(layer) for layer in description.layers],
        mime_type=publication.main.mime_type,
        mid=parameters.mid if parameters else "",
        codecs=[_codec(codec, publication) for codec in _codecs(publication)],
        stereo=description.stereo,
        disable_dtx=description.disable_dtx,
        disable_red=description.disable_red,
        encryption=ENCRYPTIONS.wire(description.encryption),
        stream=description.stream_name,
        audio_features=[AUDIO_FEATURES.wire(feature) for feature in description.audio_features],
    )
    info.version.CopyFrom(models.TimedVersion(unix_micro=publication.revision))
    return info


def room_info(room: Room) -> models.Room:
    """A room with its counts; hidden participants do not count."""
    visible = room.visible
    return models.Room(
        sid=room.sid,
        name=room.name,
        empty_timeout=int(room.lifetime.empty_s),
        departure_timeout=int(room.lifetime.departure_s),
        max_participants=room.max_participants or 0,
        creation_time=int(room.created_at),
        creation_time_ms=int(room.created_at * 1000),
        metadata=room.metadata,
        num_participants=len(visible),
        num_publishers=sum(1 for participant in visible if participant.announced),
        enabled_codecs=enabled_codecs(),
        version=models.TimedVersion(unix_micro=room.revision),
    )


def enabled_codecs() -> list[models.Codec]:
    """What clients may publish. Never empty: clients then send track and offer in parallel."""
    return [models.Codec(mime=mime) for mime in ("audio/opus", "video/VP8", "video/H264", "video/VP9", "video/AV1")]


def _is_simulcast(publication: Publication) -> bool:
    if publication.description.kind is MediaKind.AUDIO:
        return False
    if publication.main.parameters is not None:
        return len(publication.main.parameters.encodings) > 1
    return len(publication.description.layers) > 1


def _codecs(publication: Publication) -> tuple[TrackCodec, ...]:
    """As the publisher listed them, or the one that was negotiated."""
    mime_type = publication.main.mime_type
    if publication.description.codecs or not mime_type:
        return publication.description.codecs
    return (TrackCodec(mime_type=mime_type, client_id=publication.description.client_id),)


def _codec(codec: TrackCodec, publication: Publication) -> models.SimulcastCodecInfo:
    name = codec.mime_type.lower()
    main = publication.main
    carrier = main if name == main.mime_type.lower() else publication.backups.get(name)
    parameters = carrier.parameters if carrier is not None else None
    return models.SimulcastCodecInfo(
        mime_type=carrier.mime_type if carrier is not None else codec.mime_type,
        mid=parameters.mid if parameters is not None else "",
        cid=codec.client_id,
        layers=[_layer(layer) for layer in codec.layers or publication.description.layers],
        video_layer_mode=_KINDS_OF_LAYERS.MULTIPLE_SPATIAL_LAYERS_PER_STREAM
        if codec.several_layers_per_stream
        else _KINDS_OF_LAYERS.ONE_SPATIAL_LAYER_PER_STREAM,
    )


def _layer(layer: VideoLayer) -> models.VideoLayer:
    return models.VideoLayer(
        quality=QUALITIES.wire(layer.quality),
        width=layer.width,
        height=layer.height,
        bitrate=layer.bitrate,
        ssrc=layer.ssrc,
    )


def _capabilities(numbers: tuple[int, ...]) -> list[models.ClientInfo.Capability]:
    """The enumeration is open: numbers that we have no name for are mirrored too."""
    return cast("list[models.ClientInfo.Capability]", list(numbers))
