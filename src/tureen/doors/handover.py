"""How a door takes a WebSocket over from the HTTP server, once it has been accepted.

What a web framework keeps for each connection (a task, a queue, the request) is more than all that a door keeps for an
idle one, and every message would pass through it. A door that has many idle connections accepts the socket in the usual
way, and then asks for the connection itself: the transport, and the state machine of the WebSocket, which goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct
from starlette.websockets import WebSocket
from websockets.server import ServerProtocol

EXTENSION = "tureen.handover"
"""In the scope's ``extensions``: a `Handover`. The route returns after it has called it."""


class ServedConnection(Protocol):
    """What the server asks of a connection that it has handed over."""

    def shutdown(self) -> None:
        """The server goes down now: closes."""


class HandedOver(Struct, frozen=True):
    """A WebSocket that is open."""

    transport: asyncio.Transport
    websocket: ServerProtocol
    received: Sequence[bytes | str]
    """Messages that came already."""
    connections: set[ServedConnection]
    """Those that the server closes at last: add and discard oneself."""


Handover: TypeAlias = Callable[[Callable[[HandedOver], asyncio.Protocol]], None]
"""Gives an open WebSocket to the protocol that the argument makes."""


def hand_over(websocket: WebSocket, make: Callable[[HandedOver], asyncio.Protocol]) -> None:
    """To be called once after ``websocket.accept()``; the endpoint returns then."""
    handover: Handover = websocket.scope["extensions"][EXTENSION]
    handover(make)
