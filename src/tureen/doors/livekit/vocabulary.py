"""One table per pair of enumerations: ours and the protocol's. Each drives both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from livekit.protocol import models

from tureen.model.grant import ParticipantKind, TrackSource
from tureen.model.media import MediaKind
from tureen.rooms.participant import DepartureReason, ParticipantState
from tureen.rooms.quality import Quality
from tureen.rooms.track import AudioFeature, LayerQuality, TrackEncryption

Ours = TypeVar("Ours")
Wire = TypeVar("Wire")


class Pairs(Generic[Ours, Wire]):
    """A table that reads in both directions. The first entry stands for every unknown value of the wire."""

    def __init__(self, to_wire: Mapping[Ours, Wire]) -> None:
        """``to_wire`` is not empty."""
        self._to_wire = dict(to_wire)
        self._to_ours = {wire: ours for ours, wire in reversed(self._to_wire.items())}
        self._default = next(iter(self._to_wire))

    def wire(self, ours: Ours) -> Wire:
        """The protocol's value."""
        return self._to_wire[ours]

    def ours(self, wire: Wire) -> Ours:
        """Our value; the default for one that we do not know."""
        return self._to_ours.get(wire, self._default)

    def known(self, wire: Wire) -> bool:
        """Whether we have a value for it."""
        return wire in self._to_ours


SOURCES = Pairs(
    {
        TrackSource.UNKNOWN: models.TrackSource.UNKNOWN,
        TrackSource.CAMERA: models.TrackSource.CAMERA,
        TrackSource.MICROPHONE: models.TrackSource.MICROPHONE,
        TrackSource.SCREEN_SHARE: models.TrackSource.SCREEN_SHARE,
        TrackSource.SCREEN_SHARE_AUDIO: models.TrackSource.SCREEN_SHARE_AUDIO,
    }
)
MEDIA_KINDS = Pairs({MediaKind.AUDIO: models.TrackType.AUDIO, MediaKind.VIDEO: models.TrackType.VIDEO})
PARTICIPANT_KINDS = Pairs(
    {
        ParticipantKind.STANDARD: models.ParticipantInfo.Kind.STANDARD,
        ParticipantKind.INGRESS: models.ParticipantInfo.Kind.INGRESS,
        ParticipantKind.EGRESS: models.ParticipantInfo.Kind.EGRESS,
        ParticipantKind.SIP: models.ParticipantInfo.Kind.SIP,
        ParticipantKind.AGENT: models.ParticipantInfo.Kind.AGENT,
        ParticipantKind.CONNECTOR: models.ParticipantInfo.Kind.CONNECTOR,
        ParticipantKind.BRIDGE: models.ParticipantInfo.Kind.BRIDGE,
    }
)
STATES = Pairs(
    {
        ParticipantState.JOINING: models.ParticipantInfo.State.JOINING,
        ParticipantState.JOINED: models.ParticipantInfo.State.JOINED,
        ParticipantState.ACTIVE: models.ParticipantInfo.State.ACTIVE,
        ParticipantState.DISCONNECTED: models.ParticipantInfo.State.DISCONNECTED,
    }
)
QUALITIES = Pairs(
    {
        LayerQuality.HIGH: models.VideoQuality.HIGH,
        LayerQuality.LOW: models.VideoQuality.LOW,
        LayerQuality.MEDIUM: models.VideoQuality.MEDIUM,
    }
)
CONNECTION_QUALITIES = Pairs(
    {
        Quality.EXCELLENT: models.ConnectionQuality.EXCELLENT,
        Quality.GOOD: models.ConnectionQuality.GOOD,
        Quality.POOR: models.ConnectionQuality.POOR,
        Quality.LOST: models.ConnectionQuality.LOST,
    }
)
ENCRYPTIONS = Pairs(
    {
        TrackEncryption.NONE: models.Encryption.Type.NONE,
        TrackEncryption.GCM: models.Encryption.Type.GCM,
        TrackEncryption.CUSTOM: models.Encryption.Type.CUSTOM,
    }
)
AUDIO_FEATURES = Pairs(
    {
        AudioFeature.STEREO: models.AudioTrackFeature.TF_STEREO,
        AudioFeature.NO_DTX: models.AudioTrackFeature.TF_NO_DTX,
        AudioFeature.AUTO_GAIN_CONTROL: models.AudioTrackFeature.TF_AUTO_GAIN_CONTROL,
        AudioFeature.ECHO_CANCELLATION: models.AudioTrackFeature.TF_ECHO_CANCELLATION,
        AudioFeature.NOISE_SUPPRESSION: models.AudioTrackFeature.TF_NOISE_SUPPRESSION,
        AudioFeature.ENHANCED_NOISE_CANCELLATION: models.AudioTrackFeature.TF_ENHANCED_NOISE_CANCELLATION,
        AudioFeature.PRECONNECT_BUFFER: models.AudioTrackFeature.TF_PRECONNECT_BUFFER,
    }
)
DEPARTURES = Pairs(
    {
        DepartureReason.CLIENT_LEFT: models.DisconnectReason.CLIENT_INITIATED,
        DepartureReason.DUPLICATE_IDENTITY: models.DisconnectReason.DUPLICATE_IDENTITY,
        DepartureReason.SERVER_SHUTDOWN: models.DisconnectReason.SERVER_SHUTDOWN,
        DepartureReason.REMOVED: models.DisconnectReason.PARTICIPANT_REMOVED,
        DepartureReason.ROOM_CLOSED: models.DisconnectReason.ROOM_CLOSED,
        DepartureReason.ROOM_DELETED: models.DisconnectReason.ROOM_DELETED,
        DepartureReason.SIGNALING_LOST: models.DisconnectReason.SIGNAL_CLOSE,
        DepartureReason.TRANSPORT_LOST: models.DisconnectReason.CONNECTION_TIMEOUT,
        DepartureReason.JOIN_FAILED: models.DisconnectReason.JOIN_FAILURE,
    }
)
