"""From the protocol's requests to the room model's values. Bounds that the room model keeps are not repeated here."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from livekit.protocol import models, rtc

from tureen.doors.livekit.vocabulary import AUDIO_FEATURES, ENCRYPTIONS, MEDIA_KINDS, QUALITIES, SOURCES
from tureen.model.ids import Identity, TrackSid
from tureen.model.media import MediaKind
from tureen.rooms.errors import InvalidRequestError, LimitExceededError
from tureen.rooms.participant import ClientFacts
from tureen.rooms.permissions import SubscriberPermission, SubscriptionPolicy
from tureen.rooms.subscription import TrackSettings
from tureen.rooms.track import AudioFeature, TrackCodec, TrackDescription, VideoLayer
from tureen.sdp.grammar import is_token

MAX_LAYERS = 8
MAX_CODECS = 8
MAX_FEATURES = 16
MAX_CAPABILITIES = 32
MAX_VERSION_CHARACTERS = 64
MAX_PERMISSIONS = 10_000
MAX_TRACKS_PER_REQUEST = 10_000


def track_description(request: rtc.AddTrackRequest) -> TrackDescription:
    """A track that a client adds. Raises `InvalidRequestError` or `LimitExceededError`."""
    if not MEDIA_KINDS.known(request.type):
        raise InvalidRequestError("Only audio and video tracks can be added.", "Set type to AUDIO or VIDEO.")
    if request.stream.startswith("TR"):
        raise InvalidRequestError("A stream's name may not begin with TR.", "Clients would read a track id.")
    if request.stream and ("|" in request.stream or not is_token(request.stream)):
        # It becomes part of every subscriber's session description (RFC 8830 section 2).
        raise InvalidRequestError("A stream's name is no token, or holds a bar.", "Use letters and digits.")
    if len(request.simulcast_codecs) > MAX_CODECS:
        raise LimitExceededError(f"A track may list {MAX_CODECS} codecs.")
    kind = MEDIA_KINDS.ours(request.type)
    return TrackDescription(
        kind=kind,
        source=SOURCES.ours(request.source),
        name=request.name,
        client_id=request.cid,
        width=request.width,
        height=request.height,
        muted=request.muted,
        stream=request.stream,
        encryption=ENCRYPTIONS.ours(request.encryption),
        layers=_layers_or_whole(request, kind),
        codecs=tuple(_codec(codec, kind) for codec in request.simulcast_codecs if codec.codec),
        audio_features=audio_features(request.audio_features),
        stereo=request.stereo or models.AudioTrackFeature.TF_STEREO in request.audio_features,
        disable_dtx=request.disable_dtx or models.AudioTrackFeature.TF_NO_DTX in request.audio_features,
        disable_red=request.disable_red,
    )


def backup_codec(request: rtc.AddTrackRequest) -> TrackCodec:
    """The codec that a request adds to a track. Raises `InvalidRequestError` or `LimitExceededError`."""
    if request.type != models.TrackType.VIDEO or len(request.simulcast_codecs) != 1 or not request.cid:
        raise InvalidRequestError("A track takes one further video codec at a time.", "Name it in simulcast_codecs.")
    codec = _codec(request.simulcast_codecs[0], MediaKind.VIDEO)
    return msgspec.structs.replace(
        codec, client_id=request.cid[:256], layers=codec.layers or video_layers(request.layers)
    )


def video_layers(layers: Iterable[models.VideoLayer]) -> tuple[VideoLayer, ...]:
    """Raises `LimitExceededError` if there are too many."""
    found = tuple(
        VideoLayer(
            quality=QUALITIES.ours(layer.quality),
            width=layer.width,
            height=layer.height,
            bitrate=layer.bitrate,
            ssrc=layer.ssrc,
        )
        for layer in layers
        if QUALITIES.known(layer.quality)
    )
    if len(found) > MAX_LAYERS:
        raise LimitExceededError(f"A track may have {MAX_LAYERS} layers.")
    return found


def audio_features(features: Iterable[models.AudioTrackFeature]) -> tuple[AudioFeature, ...]:
    """Unknown and repeated ones are left out."""
    known = dict.fromkeys(AUDIO_FEATURES.ours(feature) for feature in features if AUDIO_FEATURES.known(feature))
    return tuple(known)


def with_layers(description: TrackDescription, layers: Iterable[models.VideoLayer]) -> TrackDescription:
    """With other layers in the first codec. Raises `LimitExceededError`."""
    first = (msgspec.structs.replace(codec, layers=()) for codec in description.codecs[:1])
    return msgspec.structs.replace(description, layers=video_layers(layers), codecs=(*first, *description.codecs[1:]))


def track_settings(request: rtc.UpdateTrackSettings) -> TrackSettings:
    """How much of some tracks a subscriber can use."""
    off = request.quality == models.VideoQuality.OFF
    return TrackSettings(
        disabled=request.disabled or off,
        quality=QUALITIES.ours(request.quality),
        width=request.width,
        height=request.height,
        fps=request.fps,
        priority=request.priority,
    )


def subscription_policy(request: rtc.SubscriptionPermission, identities: dict[str, Identity]) -> SubscriptionPolicy:
    """Who may subscribe. ``identities`` of those present, by sid, as older clients name them so.

    Raises `LimitExceededError`.
    """
    if request.all_participants:
        return SubscriptionPolicy()
    if len(request.track_permissions) > MAX_PERMISSIONS:
        raise LimitExceededError(f"{MAX_PERMISSIONS} subscribers may be named.")
    return SubscriptionPolicy(
        SubscriberPermission(
            identity=Identity(entry.participant_identity or identities.get(entry.participant_sid, "")),
            all_tracks=entry.all_tracks,
            tracks=frozenset(TrackSid(sid) for sid in entry.track_sids),
        )
        for entry in request.track_permissions
    )


def named_tracks(request: rtc.UpdateSubscription) -> tuple[TrackSid, ...]:
    """The tracks of a subscription request, each once. Raises `LimitExceededError`."""
    named = dict.fromkeys(request.track_sids)
    for of_participant in request.participant_tracks:
        named.update(dict.fromkeys(of_participant.track_sids))
    if len(named) > MAX_TRACKS_PER_REQUEST:
        raise LimitExceededError(f"A request may name {MAX_TRACKS_PER_REQUEST} tracks.")
    return tuple(TrackSid(sid) for sid in named)


def client_facts(info: models.ClientInfo) -> ClientFacts:
    """What a client says about itself; any number is taken, none interpreted."""
    return ClientFacts(
        protocol=info.protocol,
        client_protocol=info.client_protocol,
        capabilities=tuple(dict.fromkeys(info.capabilities))[:MAX_CAPABILITIES],
        sdk=_sdk_name(info.sdk),
        sdk_version=info.version[:MAX_VERSION_CHARACTERS],
    )


def _sdk_name(number: int) -> str:
    """A number that is younger than our copy of the protocol stands for itself."""
    known = models.ClientInfo.SDK.values()
    return models.ClientInfo.SDK.Name(number).lower() if number in known else str(number)


def _codec(codec: rtc.SimulcastCodec, kind: MediaKind) -> TrackCodec:
    name = codec.codec[:64]
    mode = models.VideoLayer.Mode.MULTIPLE_SPATIAL_LAYERS_PER_STREAM
    return TrackCodec(
        mime_type=name if "/" in name else f"{kind.value}/{name}",
        client_id=codec.cid[:256],
        layers=video_layers(codec.layers),
        several_layers_per_stream=codec.video_layer_mode == mode,
    )


def _layers_or_whole(request: rtc.AddTrackRequest, kind: MediaKind) -> tuple[VideoLayer, ...]:
    """As stated; a video without layers has one, of the stated size."""
    stated = video_layers(request.layers)
    if stated or kind is MediaKind.AUDIO:
        return stated
    return (VideoLayer(quality=QUALITIES.ours(models.VideoQuality.HIGH), width=request.width, height=request.height),)
