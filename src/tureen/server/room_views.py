"""``/api/rooms``: the rooms of this node, their people and how well these are connected, for operators.

Bearers of a token with ``roomList`` see all, those with ``roomAdmin`` their room; in development mode everyone does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.error_responses import json_response
from tureen.api.errors import ApiError
from tureen.auth.errors import REFUSAL_TEXT, TokenError
from tureen.auth.secret import Secret
from tureen.auth.tokens import check_token_untrusted
from tureen.model.grant import RoomGrant
from tureen.model.ids import RoomName
from tureen.ports import Revoked
from tureen.rooms import RoomRegistry
from tureen.telemetry.overview import room_overview, rooms_overview

MAX_ROOMS = 100
"""Of one answer; the largest ones."""


class RoomViews:
    """Answers from the registry; changes nothing."""

    def __init__(
        self, registry: RoomRegistry, keys: Mapping[str, Secret], revoked: Revoked, *, open_to_all: bool
    ) -> None:
        """``open_to_all``: development mode."""
        self._registry = registry
        self._keys = keys
        self._revoked = revoked
        self._open_to_all = open_to_all

    @property
    def routes(self) -> list[BaseRoute]:
        """For the server to mount at its root."""
        return [Route("/api/rooms", self.all), Route("/api/rooms/{room:path}", self.one)]

    async def all(self, request: Request) -> Response:
        """A `RoomsOverview`. Raises `ApiError`."""
        if not (self._open_to_all or self._grant_untrusted(request).list):
            raise _forbidden("roomList")
        return json_response(rooms_overview(self._registry.rooms, MAX_ROOMS))

    async def one(self, request: Request) -> Response:
        """A `RoomOverview`; ``?received=1`` lists what each one receives. Raises `ApiError`."""
        name = RoomName(request.path_params["room"])
        if not self._open_to_all:
            grant = self._grant_untrusted(request)
            if not (grant.list or (grant.admin and grant.room == name)):
                raise _forbidden("roomList, or with roomAdmin for this room")
        room = self._registry.find(name)
        if room is None:
            raise ApiError(
                404, "no_such_room", "There is no such room now.", "See /api/rooms for those that there are."
            )
        return json_response(room_overview(room, with_received=request.query_params.get("received") == "1"))

    def _grant_untrusted(self, request: Request) -> RoomGrant:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise ApiError(401, "unauthorized", "No token was sent.", "Send Authorization: Bearer with a token.")
            grant = check_token_untrusted(token.strip(), self._keys, time.time())
        except TokenError as error:
            raise _unauthorized() from error
        if self._revoked.is_revoked(grant):
            raise _unauthorized()
        return grant.room


def _unauthorized() -> ApiError:
    return ApiError(401, "unauthorized", f"{REFUSAL_TEXT.capitalize()}.", "Send a valid token.")


def _forbidden(right: str) -> ApiError:
    return ApiError(403, "forbidden", "The token does not allow to see this.", f"Send a token with {right}.")
