"""The door as the composition root sees it."""

from __future__ import annotations

import asyncio

from tureen.doors.handover import HandedOver
from tureen.doors.native.connection import Connection
from tureen.doors.native.dispatch import Dispatcher
from tureen.doors.native.services import Knowledge, NativeServices
from tureen.doors.native.settings import NativeDoorSettings
from tureen.doors.native.socket import NativeSocket
from tureen.doors.open_sockets import OpenSockets
from tureen.model.actor import Actor
from tureen.ports import Clock
from tureen.protocol.events import GoodbyeReason
from tureen.signaling import CloseCode, SessionRegistry

SWEEP_S = 10.0
"""How often each connection is looked at: whether it is alive, and whether its token still holds."""


class NativeDoor:
    """Makes connections of sockets, and looks after them."""

    def __init__(
        self,
        registry: SessionRegistry,
        dispatcher: Dispatcher,
        knowledge: Knowledge,
        clock: Clock,
        settings: NativeDoorSettings,
    ) -> None:
        """``registry``: made with `framing.encode_frame`."""
        self._services = NativeServices(registry, dispatcher, knowledge, clock, settings)
        self._registry = registry
        self._sockets: set[NativeSocket] = set()
        self._is_closing = False
        registry.add_listener(self)

    def connect(self, given: HandedOver, sockets: OpenSockets, bearer: str) -> asyncio.Protocol:
        """Serves a WebSocket that was accepted. ``bearer``: the token of its upgrade; may be empty."""
        socket = NativeSocket(given, sockets, self._sockets)
        socket.listen(Connection(self._services, socket, bearer))
        for message in given.received:
            socket.handle_message_untrusted(message)
        if self._is_closing:
            socket.close(CloseCode.SHUTDOWN, GoodbyeReason.SHUTDOWN.value)
        return socket

    def say_goodbye(self) -> None:
        """Ends every session with its last word, and every connection that has none yet."""
        self._is_closing = True
        self._registry.close_all()
        for socket in list(self._sockets):
            socket.close(CloseCode.SHUTDOWN, GoodbyeReason.SHUTDOWN.value)

    async def keep_watch(self) -> None:
        """Looks after connections until it is cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self._registry.sweep()
            except Exception as error:  # noqa: BLE001 - a listener's mistake must not end the watch
                self._services.log_defect("sweep failed", error)
            for socket in list(self._sockets):
                socket.sweep()

    async def stop(self) -> None:
        """Ends the commands that are under way."""
        await self._services.stop()

    # --- SessionListener --------------------------------------------------------------------------------------

    def handle_session_opened(self, actor: Actor) -> None:
        """See `SessionListener`."""

    def handle_session_dropped(self, actor: Actor) -> None:
        """See `SessionListener`."""

    def handle_session_closed(self, actor: Actor) -> None:
        """See `SessionListener`."""
        if not self._registry.has_sessions(actor.user):
            self._services.forget(actor.user)
