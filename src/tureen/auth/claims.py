"""The claims of an access token as they stand on the wire, and their translation to and from a `Grant`.

The names are those that LiveKit's SDKs write. Claims that we do not know are ignored, so newer SDKs keep working; known
claims of a wrong type are an error.
"""

from __future__ import annotations

from msgspec import Struct

from tureen.model.grant import Grant, ParticipantKind, PeopleGrant, RoomGrant, RoomSettings, TrackSource
from tureen.model.ids import Identity, RoomName

_KINDS = {kind.value: kind for kind in ParticipantKind}
_SOURCES = {source.value: source for source in TrackSource}


class IssuerClaim(Struct, frozen=True):
    """The only claim that is read before the signature is checked: it names the key to check with."""

    iss: str


class VideoClaims(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Rights within rooms (``video``). ``None`` and an absent claim mean the same."""

    room_join: bool | None = None
    room: str | None = None
    room_create: bool | None = None
    room_list: bool | None = None
    room_admin: bool | None = None
    room_record: bool | None = None
    can_publish: bool | None = None
    can_publish_sources: list[str] | None = None
    can_subscribe: bool | None = None
    can_publish_data: bool | None = None
    can_update_own_metadata: bool | None = None
    can_subscribe_metrics: bool | None = None
    hidden: bool | None = None
    recorder: bool | None = None
    agent: bool | None = None


class PeopleClaims(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Rights at the native door (``people``), which LiveKit's tokens do not know."""

    connect: bool | None = None
    admin: bool | None = None


class RoomConfigClaims(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How a room that the token creates behaves (``roomConfig``); zero and absent mean the server's default."""

    empty_timeout: int | None = None
    departure_timeout: int | None = None
    max_participants: int | None = None
    metadata: str | None = None


class Claims(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The body of a token (RFC 7519 section 4). Times are Unix seconds."""

    iss: str
    exp: int | float
    nbf: int | float | None = None
    iat: int | float | None = None
    sub: str | None = None
    jti: str | None = None
    name: str | None = None
    kind: str | None = None
    metadata: str | None = None
    attributes: dict[str, str] | None = None
    video: VideoClaims | None = None
    people: PeopleClaims | None = None
    room_config: RoomConfigClaims | None = None


def grant_from_claims(claims: Claims) -> Grant:
    """The grant that checked claims give. Bounds are the caller's business."""
    return Grant(
        identity=Identity(claims.sub or claims.jti or ""),
        api_key=claims.iss,
        expires_at=float(claims.exp),
        name=claims.name or "",
        # An SDK may know kinds that we do not; its user is an ordinary participant to us.
        kind=_KINDS.get(claims.kind or "", ParticipantKind.STANDARD),
        metadata=claims.metadata or "",
        attributes=claims.attributes or {},
        token_id=claims.jti or "",
        issued_at=float(claims.iat or claims.nbf or 0),
        room=_room_grant(claims.video or VideoClaims()),
        people=_people_grant(claims.people or PeopleClaims()),
        settings=_room_settings(claims.room_config or RoomConfigClaims()),
    )


def claims_from_grant(grant: Grant, *, issuer: str, not_before: int, expires: int) -> Claims:
    """The claims that stand for a grant. ``not_before`` and ``expires``: Unix seconds."""
    return Claims(
        iss=issuer,
        exp=expires,
        nbf=not_before,
        sub=grant.identity or None,
        name=grant.name or None,
        kind=None if grant.kind is ParticipantKind.STANDARD else grant.kind.value,
        metadata=grant.metadata or None,
        attributes=grant.attributes or None,
        jti=grant.token_id or None,
        video=_video_claims(grant.room),
        people=_people_claims(grant.people),
        room_config=_room_config_claims(grant.settings),
    )


def _room_grant(video: VideoClaims) -> RoomGrant:
    publish = video.can_publish is not False
    return RoomGrant(
        join=bool(video.room_join),
        room=RoomName(video.room) if video.room else None,
        create=bool(video.room_create),
        list=bool(video.room_list),
        admin=bool(video.room_admin),
        record=bool(video.room_record),
        publish=publish,
        # Unknown names stay as UNKNOWN: dropping them could empty the set, and an empty set allows every source.
        publish_sources=frozenset(_SOURCES.get(name, TrackSource.UNKNOWN) for name in video.can_publish_sources or ()),
        publish_data=publish if video.can_publish_data is None else video.can_publish_data,
        subscribe=video.can_subscribe is not False,
        subscribe_metrics=bool(video.can_subscribe_metrics),
        update_own_metadata=bool(video.can_update_own_metadata),
        hidden=bool(video.hidden),
        recorder=bool(video.recorder),
        agent=bool(video.agent),
    )


def _video_claims(room: RoomGrant) -> VideoClaims:
    return VideoClaims(
        room_join=room.join or None,
        room=room.room,
        room_create=room.create or None,
        room_list=room.list or None,
        room_admin=room.admin or None,
        room_record=room.record or None,
        can_publish=room.publish,
        can_publish_sources=sorted(room.publish_sources) or None,
        can_subscribe=room.subscribe,
        can_publish_data=room.publish_data,
        can_update_own_metadata=room.update_own_metadata or None,
        can_subscribe_metrics=room.subscribe_metrics or None,
        hidden=room.hidden or None,
        recorder=room.recorder or None,
        agent=room.agent or None,
    )


def _people_grant(people: PeopleClaims) -> PeopleGrant:
    return PeopleGrant(connect=bool(people.connect), admin=bool(people.admin))


def _people_claims(people: PeopleGrant) -> PeopleClaims | None:
    if people == PeopleGrant():
        return None
    return PeopleClaims(connect=people.connect or None, admin=people.admin or None)


def _room_settings(config: RoomConfigClaims) -> RoomSettings:
    return RoomSettings(
        empty_timeout_s=config.empty_timeout or None,
        departure_timeout_s=config.departure_timeout or None,
        max_participants=config.max_participants or None,
        metadata=config.metadata or None,
    )


def _room_config_claims(settings: RoomSettings) -> RoomConfigClaims | None:
    if settings == RoomSettings():
        return None
    return RoomConfigClaims(
        empty_timeout=settings.empty_timeout_s,
        departure_timeout=settings.departure_timeout_s,
        max_participants=settings.max_participants,
        metadata=settings.metadata,
    )
