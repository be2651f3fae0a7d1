"""The server that is measured, as a child process: the native door, or the bare stack that it stands on.

    python -m benches.native_door.served door|bare PORT

Both broadcast each message of any client to all of them. The bare one is what an ASGI application of a few lines does:
Uvicorn with the same WebSocket implementation, and one awaited send per receiver.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette

from benches.native_door.messages import KEY, SECRET, broadcast_content
from tureen.auth.secret import Secret
from tureen.config.settings import LogLevel
from tureen.doors.loop_clock import LoopClock
from tureen.doors.native import (
    Dispatcher,
    Knowledge,
    NativeDoor,
    NativeDoorSettings,
    encode_frame,
    native_routes,
)
from tureen.doors.open_sockets import OpenSockets
from tureen.doors.system_entropy import SystemEntropy
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.protocol.commands import SignalSend
from tureen.protocol.events import ConversationEvent, Posted
from tureen.protocol.replies import Done, Reply
from tureen.server.addresses import Listener
from tureen.server.http_server import BoundListener, HttpServer
from tureen.signaling import SessionLimits, SessionRegistry
from tureen.telemetry.logs import configure_logs

HOST = "127.0.0.1"


class Everybody:
    """A handler that sends what comes to all who are there, as a message that must not be dropped."""

    def __init__(self, sessions: SessionRegistry) -> None:
        self._sessions = sessions
        self._there: dict[UserId, None] = {}
        self._seq = 0

    async def handle(self, actor: Actor, command: SignalSend) -> Reply:
        """Answers with `Done`."""
        self._seq += 1
        posted = msgspec.convert(msgspec.json.decode(command.data), Posted)
        event = ConversationEvent(
            conversation=command.conversation, epoch="e", seq=1, sender=actor.user, at=1_800_000_000_000, event=posted
        )
        self._sessions.send_to_users(self._there, event)
        return Done(id=command.id)

    def handle_session_opened(self, actor: Actor) -> None:
        """One more."""
        self._there[actor.user] = None

    def handle_session_dropped(self, actor: Actor) -> None:
        """Still one of them."""

    def handle_session_closed(self, actor: Actor) -> None:
        """One less."""
        self._there.pop(actor.user, None)


async def serve_door(listening: socket.socket) -> None:
    """The product's own HTTP server, door and sessions; nothing else of it."""
    # No rate is measured here, so that none is in the way.
    limits = SessionLimits(commands_per_second=1e6)
    sessions = SessionRegistry(LoopClock(asyncio.get_running_loop()), SystemEntropy(), encode_frame, limits)
    everybody = Everybody(sessions)
    sessions.add_listener(everybody)
    settings = NativeDoorSettings(keys={KEY: Secret(SECRET)}, sessions=limits)
    clock = LoopClock(asyncio.get_running_loop())
    door = NativeDoor(sessions, Dispatcher([{SignalSend: everybody.handle}]), Knowledge(), clock, settings)
    app = Starlette(routes=native_routes(door, OpenSockets()))
    bound = BoundListener(listener=Listener(address=HOST, tls=False), socket=listening)
    await HttpServer(app, [bound], None, 2 * 1024 * 1024).start()
    await door.keep_watch()


async def serve_bare(listening: socket.socket) -> None:
    """Uvicorn alone."""
    there: dict[int, Any] = {}

    async def app(_scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI has no types
        await receive()
        await send({"type": "websocket.accept"})
        there[id(send)] = send
        await send({"type": "websocket.send", "text": '{"type":"synced"}'})
        while (message := await receive())["type"] == "websocket.receive":
            if '"hello"' not in message["text"]:
                content = broadcast_content(message["text"])
                for each in list(there.values()):
                    await each({"type": "websocket.send", "text": content})
        del there[id(send)]

    config = uvicorn.Config(
        app, ws="websockets-sansio", ws_per_message_deflate=False, lifespan="off", log_config=None, access_log=False
    )
    await uvicorn.Server(config).serve([listening])


def main() -> None:
    """Serves until it is killed."""
    kind, port = sys.argv[1], int(sys.argv[2])
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    listening.listen(4096)
    listening.setblocking(False)
    # What it logs is part of what it costs; nobody reads it.
    with Path(os.devnull).open("w") as nowhere:
        configure_logs(LogLevel.INFO, as_json=True, stream=nowhere)
        uvloop.run(serve_door(listening) if kind == "door" else serve_bare(listening))


if __name__ == "__main__":
    main()
