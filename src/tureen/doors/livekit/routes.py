"""The door's paths, for the server to mount at its root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from tureen.doors.livekit.door import LivekitDoor
from tureen.doors.livekit.errors import RefusalError
from tureen.doors.livekit.socket import run_socket
from tureen.doors.open_sockets import OpenSockets

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

_PATH = "/rtc/v1"
_OLD_PATH = "/rtc"
"""Of the protocol with two peer connections. The answer 404 tells clients that there is none here."""

_PREFIXES = ("", "/")
"""Clients append a path to an address that may end with a slash."""

Endpoint = Callable[[Request], Awaitable[Response]]


def livekit_routes(door: LivekitDoor, sockets: OpenSockets) -> list[BaseRoute]:
    """Signal socket and validation, with cross-origin access for every origin. ``sockets``: counts those it opens."""

    async def open_socket(websocket: WebSocket) -> None:
        try:
            admission = door.check_untrusted(websocket.query_params, websocket.headers.get("authorization"))
        except RefusalError as refusal:
            _log_refusal(websocket, refusal)
            await _deny(websocket, refusal.text, refusal.status)
            return
        with sockets.one_more():
            await websocket.accept()
            await run_socket(websocket, door, admission)

    async def validate(request: Request) -> Response:
        try:
            door.check_untrusted(request.query_params, request.headers.get("authorization"))
        except RefusalError as refusal:
            return PlainTextResponse(refusal.text, refusal.status)
        return PlainTextResponse("success")

    routes: list[BaseRoute] = []
    for prefix in _PREFIXES:
        routes += [
            WebSocketRoute(f"{prefix}{_PATH}", open_socket),
            _open_route(f"{prefix}{_PATH}", _not_found),
            _open_route(f"{prefix}{_PATH}/validate", validate),
            WebSocketRoute(f"{prefix}{_OLD_PATH}", _no_such_socket),
            _open_route(f"{prefix}{_OLD_PATH}", _not_found),
            _open_route(f"{prefix}{_OLD_PATH}/validate", _not_found),
        ]
    return routes


def _open_route(path: str, endpoint: Endpoint) -> Route:
    # The middleware answers OPTIONS; the route must let it through.
    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"], allow_headers=["*"])
    return Route(path, endpoint, methods=["GET", "OPTIONS"], middleware=[cors])


async def _not_found(request: Request) -> Response:  # noqa: ARG001 - the framework gives the signature
    return PlainTextResponse("not found", 404)


async def _no_such_socket(websocket: WebSocket) -> None:
    await _deny(websocket, "not found", 404)


def _log_refusal(websocket: WebSocket, refusal: RefusalError) -> None:
    grant = refusal.grant
    who = {} if grant is None else {"room": grant.room.room, "participant": grant.identity}
    remote = websocket.client.host if websocket.client else None
    _log.info("join refused", status=refusal.status, reason=str(refusal), remote=remote, **who)


async def _deny(websocket: WebSocket, text: str, status: int) -> None:
    """A real HTTP response instead of the upgrade: clients decide by status and body."""
    await websocket.send_denial_response(PlainTextResponse(text, status))
