"""The asyncio shell around a session: reads the socket, writes the outbox, waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from tureen.doors.livekit.admission import Admission
from tureen.doors.livekit.door import LivekitDoor
from tureen.doors.livekit.outbox import Outbox, OutboxState
from tureen.doors.livekit.session import SignalSession

_CLOSE_PATIENCE_S = 2.0
"""How long a client may take to read what is left, before the socket is dropped."""


async def run_socket(websocket: WebSocket, door: LivekitDoor, admission: Admission) -> None:
    """Serves one accepted socket until it closes."""
    wake, overflow = asyncio.Event(), asyncio.Event()
    outbox = door.new_outbox(wake.set, overflow.set)
    session = door.open(admission, outbox)
    tasks = (
        asyncio.create_task(_read(websocket, session)),
        asyncio.create_task(_write(websocket, outbox, wake)),
        asyncio.create_task(_wait(overflow)),
    )
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if session is not None:
            session.handle_socket_closed()
        for task in tasks:
            task.cancel()
    # Not reached when this call itself is cancelled: then the server is going down and waits for nobody.
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await _close(websocket, outbox)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _read(websocket: WebSocket, session: SignalSession | None) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await websocket.receive()
            if message["type"] != "websocket.receive":
                return
            frame = message.get("bytes")
            if frame is None:
                frame = message.get("text") or ""
            if session is not None:
                session.handle_frame(frame)


async def _write(websocket: WebSocket, outbox: Outbox, wake: asyncio.Event) -> None:
    """Ends when the outbox is closed and empty, or when the client is given up."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            wake.clear()
            while (frame := outbox.poll_frame()) is not None:
                await _send(websocket, frame)
                outbox.handle_written(frame)
            if outbox.state is not OutboxState.OPEN:
                return
            await wake.wait()


async def _send(websocket: WebSocket, frame: bytes | str) -> None:
    if isinstance(frame, str):
        await websocket.send_text(frame)
    else:
        await websocket.send_bytes(frame)


async def _close(websocket: WebSocket, outbox: Outbox) -> None:
    """The client may be gone already, or may not read."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(_CLOSE_PATIENCE_S):
            await websocket.close(outbox.closing.code, outbox.closing.reason)
