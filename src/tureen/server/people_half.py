"""The people's half of a node: sessions, the domain packages that answer their commands, and the native door."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from msgspec import Struct
from starlette.routing import BaseRoute

from tureen.config.settings import Settings
from tureen.doors.native import (
    Dispatcher,
    Knowledge,
    NativeDoor,
    NativeDoorSettings,
    encode_frame,
    native_routes,
)
from tureen.doors.open_sockets import OpenSockets
from tureen.ports import Clock, Entropy, Handlers
from tureen.signaling import SessionLimits, SessionRegistry
from tureen.telemetry.metrics import Metrics


class PeopleHalf(Struct, frozen=True, kw_only=True):
    """What the rest of the node needs of it."""

    routes: tuple[BaseRoute, ...]
    say_goodbye: Callable[[], None]
    """Ends every session, each with its last word; ``sockets`` tells when the last one has been said."""


@asynccontextmanager
async def compose_people(
    settings: Settings, metrics: Metrics, clock: Clock, entropy: Entropy, sockets: OpenSockets
) -> AsyncIterator[PeopleHalf]:
    """Starts the parts in the order of their needs; they stop in reverse when the context is left."""
    async with AsyncExitStack() as stack:
        door_settings = native_door_settings(settings)
        sessions = SessionRegistry(clock, entropy, encode_frame, door_settings.sessions)
        # Each domain package adds its handlers here, its listener to the sessions, and what it knows to the knowledge.
        tables: list[Handlers] = []
        door = NativeDoor(sessions, Dispatcher(tables), Knowledge(), clock, door_settings)
        stack.push_async_callback(door.stop)
        await stack.enter_async_context(_beside(door.keep_watch()))
        stack.callback(door.say_goodbye)
        _show(metrics, sessions, sockets)
        yield PeopleHalf(routes=tuple(native_routes(door, sockets)), say_goodbye=door.say_goodbye)


def native_door_settings(settings: Settings) -> NativeDoorSettings:
    """What the settings say of the door and its sessions."""
    sessions = settings.sessions
    return NativeDoorSettings(
        keys=settings.keys,
        catch_ups_at_once=sessions.catch_ups_at_once,
        sessions=SessionLimits(
            grace_s=sessions.grace_s,
            queue_bytes=sessions.queue_bytes,
            devices=sessions.devices,
            commands_per_second=sessions.commands_per_second,
            kept_replies_bytes=sessions.kept_replies_bytes,
        ),
    )


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something periodic goes on while this lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _show(metrics: Metrics, sessions: SessionRegistry, sockets: OpenSockets) -> None:
    def sizes() -> Mapping[str, float]:
        return {"sessions": sessions.size, "sockets": sockets.count}

    def goodbyes() -> Mapping[str, float]:
        return {f"goodbyes_{reason.value}": count for reason, count in sessions.goodbyes.items()}

    metrics.sample(sizes, rising=False, help_text="Open on this node now.")
    metrics.sample(goodbyes, rising=True, help_text="Connections that the native door closed, by reason.")
