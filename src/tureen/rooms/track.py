"""What a publisher says about a track: plain values, replaced as a whole when something changes."""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.model.grant import TrackSource
from tureen.model.media import MediaKind


class LayerQuality(enum.IntEnum):
    """The three steps that clients know; also the index of a layer among three."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class TrackEncryption(enum.StrEnum):
    """End-to-end encryption that the publisher applies; the server never holds a key."""

    NONE = "none"
    GCM = "gcm"
    CUSTOM = "custom"


class AudioFeature(enum.StrEnum):
    """How the publisher captures or encodes audio."""

    STEREO = "stereo"
    NO_DTX = "no_dtx"
    AUTO_GAIN_CONTROL = "auto_gain_control"
    ECHO_CANCELLATION = "echo_cancellation"
    NOISE_SUPPRESSION = "noise_suppression"
    ENHANCED_NOISE_CANCELLATION = "enhanced_noise_cancellation"
    PRECONNECT_BUFFER = "preconnect_buffer"


class VideoLayer(Struct, frozen=True, kw_only=True):
    """One simulcast or spatial layer."""

    quality: LayerQuality
    width: int
    """Pixels, as is ``height``."""
    height: int
    bitrate: int = 0
    """Bits per second; 0 if not stated."""
    ssrc: int = 0


class TrackCodec(Struct, frozen=True, kw_only=True):
    """A codec in which the publisher offers the track."""

    mime_type: str
    """``video/VP8``, for example; compared without case."""
    client_id: str = ""
    """The publisher's own id of the media source."""
    layers: tuple[VideoLayer, ...] = ()
    several_layers_per_stream: bool = False
    """Spatial layers share one RTP stream (SVC)."""


class TrackDescription(Struct, frozen=True, kw_only=True):
    """A track as its publisher describes it."""

    kind: MediaKind
    source: TrackSource = TrackSource.UNKNOWN
    name: str = ""
    client_id: str = ""
    """The publisher's own id, by which the section that carries the track is found."""
    width: int = 0
    height: int = 0
    muted: bool = False
    stream: str = ""
    """Groups tracks that belong together in time; empty: the source decides."""
    encryption: TrackEncryption = TrackEncryption.NONE
    layers: tuple[VideoLayer, ...] = ()
    codecs: tuple[TrackCodec, ...] = ()
    audio_features: tuple[AudioFeature, ...] = ()
    stereo: bool = False
    disable_dtx: bool = False
    disable_red: bool = False

    @property
    def may_repeat(self) -> bool:
        """Whether sound may come as RED. What is encrypted end to end is sent as its keeper made it."""
        return self.kind is MediaKind.AUDIO and not self.disable_red and self.encryption is TrackEncryption.NONE

    @property
    def stream_name(self) -> str:
        """The stream that subscribers see: microphone and camera share one, as do a screen and its sound."""
        if self.stream:
            return self.stream
        screen = self.source in (TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO)
        return "screen" if screen else "camera"
