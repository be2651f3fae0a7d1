"""What a token permits: the domain's words, free of any door's claim names."""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.model.ids import Identity, RoomName


class TrackSource(enum.StrEnum):
    """Where a track's media comes from."""

    UNKNOWN = "unknown"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN_SHARE = "screen_share"
    SCREEN_SHARE_AUDIO = "screen_share_audio"


class ParticipantKind(enum.StrEnum):
    """What sort of participant a token stands for."""

    STANDARD = "standard"
    INGRESS = "ingress"
    EGRESS = "egress"
    SIP = "sip"
    AGENT = "agent"
    CONNECTOR = "connector"
    BRIDGE = "bridge"


class RoomSettings(Struct, frozen=True, kw_only=True):
    """How a room that this token creates behaves; ``None`` leaves the server's default."""

    empty_timeout_s: int | None = None
    departure_timeout_s: int | None = None
    max_participants: int | None = None
    metadata: str | None = None


class RoomGrant(Struct, frozen=True, kw_only=True):
    """Rights within rooms. A right that is not named is not given, but for those that the token format presumes."""

    join: bool = False
    room: RoomName | None = None
    create: bool = False
    list: bool = False
    admin: bool = False
    record: bool = False
    publish: bool = True
    publish_sources: frozenset[TrackSource] = frozenset()
    """Empty: every source."""
    publish_data: bool = True
    subscribe: bool = True
    subscribe_metrics: bool = False
    update_own_metadata: bool = False
    hidden: bool = False
    recorder: bool = False
    agent: bool = False


class Grant(Struct, frozen=True, kw_only=True):
    """A checked token: who its bearer is and what they may do until it expires."""

    identity: Identity
    api_key: str
    """The key that signed the token; never the secret."""
    expires_at: float
    """Unix seconds."""
    name: str = ""
    kind: ParticipantKind = ParticipantKind.STANDARD
    metadata: str = ""
    attributes: dict[str, str] = {}
    room: RoomGrant = RoomGrant()
    settings: RoomSettings = RoomSettings()
