"""The checks that an upgrade must pass. They keep no state, and ``/validate`` makes the very same ones.

Whatever is wrong with a token, its bearer hears one and the same refusal; the reason goes to the log.
"""

from __future__ import annotations

from collections.abc import Mapping

from livekit.protocol import rtc
from msgspec import Struct

from tureen.auth.errors import REFUSAL_TEXT, TokenError
from tureen.auth.tokens import check_token_untrusted
from tureen.doors.livekit.errors import RefusalError, SignalError
from tureen.doors.livekit.join_request import read_join_request_untrusted
from tureen.doors.livekit.settings import LivekitDoorSettings
from tureen.model.grant import Grant
from tureen.ports import Revoked
from tureen.rooms import RoomError, RoomRegistry
from tureen.rooms.errors import LimitExceededError, NotPermittedError, RoomFullError, RoomMissingError
from tureen.rooms.profile import Profile

ROOM_MISSING_TEXT = "requested room does not exist"
"""Clients tell a missing room from an old server by this text."""

_STATUS: Mapping[type[RoomError], int] = {
    LimitExceededError: 400,
    RoomFullError: 503,
}


class Admission(Struct, frozen=True, kw_only=True):
    """Who may come in, and what they bring."""

    grant: Grant
    request: rtc.JoinRequest
    profile: Profile


def check_admission_untrusted(
    query: Mapping[str, str],
    authorization: str | None,
    *,
    registry: RoomRegistry,
    revoked: Revoked,
    settings: LivekitDoorSettings,
    now: float,
) -> Admission:
    """Checks token, join request and room. Raises `RefusalError`, and nothing else.

    ``query``: of the URL; ``authorization``: the header; ``now``: Unix seconds.
    """
    grant = _grant(query, authorization, settings, now)
    try:
        if revoked.is_revoked(grant):
            raise _misfit("The token was revoked.")
        return _admit(grant, query, registry)
    except RefusalError as refusal:
        refusal.grant = grant
        raise


def _admit(grant: Grant, query: Mapping[str, str], registry: RoomRegistry) -> Admission:
    if not grant.room.join or grant.room.room is None:
        raise _misfit("The token does not allow to join a room.")
    text = query.get("join_request")
    if not text:
        raise RefusalError(400, "join_request is missing")
    try:
        request = read_join_request_untrusted(text)
    except SignalError as error:
        raise RefusalError(400, str(error)) from error
    profile = _profile(grant, request)
    try:
        registry.check_join(grant, profile)
    except RoomMissingError as error:
        raise RefusalError(404, ROOM_MISSING_TEXT) from error
    except NotPermittedError as error:
        raise _misfit(str(error)) from error
    except RoomError as error:
        raise RefusalError(_STATUS.get(type(error), 503), str(error)) from error
    return Admission(grant=grant, request=request, profile=profile)


def _grant(query: Mapping[str, str], authorization: str | None, settings: LivekitDoorSettings, now: float) -> Grant:
    token = query.get("access_token") or _bearer(authorization)
    if not token:
        raise _misfit("No token was sent.")
    try:
        return check_token_untrusted(token, settings.keys, now)
    except TokenError as error:
        raise _misfit(str(error)) from error


def _bearer(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _profile(grant: Grant, request: rtc.JoinRequest) -> Profile:
    own = Profile(name=grant.name, metadata=grant.metadata, attributes=dict(grant.attributes))
    if not request.metadata and not request.participant_attributes:
        return own
    if not grant.room.update_own_metadata:
        raise _misfit("The token does not allow to set metadata or attributes.")
    return own.changed(metadata=request.metadata or None, attributes=dict(request.participant_attributes))


def _misfit(reason: str) -> RefusalError:
    return RefusalError(401, REFUSAL_TEXT, reason)
