"""``/v1/calls``: where the media of a call meet, by the word of the application (docs/reference/http-api.md)."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.bearer import Bearers
from tureen.api.error_responses import json_response
from tureen.api.request_body import read_command_untrusted
from tureen.calls import CallService
from tureen.model.ids import CallId
from tureen.model.texts import NUL
from tureen.protocol.errors import not_found
from tureen.protocol.limits import MAX_ID_CHARACTERS

MAX_BODY_BYTES = 1024


class RoomNeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``PUT /v1/calls/{call}/room``."""

    required: bool


class CallsApi:
    """Bearers of a token with ``people.admin`` only. Every refusal is a `CommandError`."""

    def __init__(self, service: CallService, bearers: Bearers) -> None:
        self._service = service
        self._bearers = bearers

    @property
    def routes(self) -> list[BaseRoute]:
        """For the server to mount at its root."""
        return [Route("/v1/calls/{call}/room", self.require_room, methods=["PUT"])]

    async def require_room(self, request: Request) -> Response:
        """The `Call`: through the server from now on, or free to leave it."""
        self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, RoomNeed, MAX_BODY_BYTES)
        call: str = request.path_params["call"]
        if len(call) > MAX_ID_CHARACTERS or NUL in call:
            raise not_found("call")
        change = self._service.require_room if body.required else self._service.release_room
        return json_response(await change(CallId(call)))
