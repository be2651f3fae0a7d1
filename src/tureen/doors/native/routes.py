"""The door's path, for the server to mount at its root."""

from __future__ import annotations

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from tureen.doors.handover import hand_over
from tureen.doors.native.door import NativeDoor
from tureen.doors.open_sockets import OpenSockets

PATH = "/v1/connect"
_SCHEME = "bearer "


def native_routes(door: NativeDoor, sockets: OpenSockets) -> list[BaseRoute]:
    """The WebSocket. ``sockets``: counts those it opens.

    Pages of every origin may connect: what counts is the token, which no browser sends by itself as it does cookies.
    """

    async def connect(websocket: WebSocket) -> None:
        bearer = _bearer(websocket.headers.get("authorization", ""))
        await websocket.accept()
        hand_over(websocket, lambda given: door.connect(given, sockets, bearer))

    return [WebSocketRoute(PATH, connect)]


def _bearer(authorization: str) -> str:
    return authorization[len(_SCHEME) :].strip() if authorization.lower().startswith(_SCHEME) else ""
