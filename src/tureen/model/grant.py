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


class PeopleGrant(Struct, frozen=True, kw_only=True):
    """Rights at the native door and the HTTP API beside it. Who has none may still see the chat of a room to join."""

    connect: bool = False
    """Be a person here: be found, call, write."""
    admin: bool = False
    """Act for the application: change the directory, write in anyone's name, moderate everywhere, revoke."""


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
    token_id: str = ""
    """By which this one token can be revoked; may be empty."""
    issued_at: float = 0.0
    """Unix seconds, as far as the token says it: the revocation of a user is of all tokens up to then."""
    room: RoomGrant = RoomGrant()
    people: PeopleGrant = PeopleGrant()
    settings: RoomSettings = RoomSettings()
