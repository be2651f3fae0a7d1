"""The native door with handlers that a test lets go on, and sockets that remember what was said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, cast

from tests.unit.doors.fakes import FakeClock, FakeEntropy
from tests.unit.signaling.wires import FakeWire
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.doors.native.connection import Connection
from tureen.doors.native.dispatch import Dispatcher
from tureen.doors.native.services import Knowledge, NativeServices
from tureen.doors.native.settings import NativeDoorSettings
from tureen.doors.native.socket import NativeSocket
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant, RoomGrant
from tureen.model.ids import Identity, RoomName, UserId
from tureen.ports import Handler
from tureen.protocol.codec import encode
from tureen.protocol.commands import (
    Command,
    ContactsAdd,
    MessageSend,
    Position,
    PresenceSet,
    StateGet,
)
from tureen.protocol.events import Event
from tureen.protocol.replies import Done, Reply
from tureen.signaling import SessionLimits, SessionRegistry


class FakeSocket(FakeWire):
    """As the real one; its frames are read without their heads."""

    remote = "192.0.2.7"

    def __init__(self) -> None:
        super().__init__()
        self.reading = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Kitchen:
    """A handler for every command that a test names; each waits until it is let go on."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.gates: dict[str, asyncio.Future[Reply | Exception]] = {}

    async def handle(self, actor: Actor, command: Command) -> Reply:
        self.begun.append(command.id)
        gate: asyncio.Future[Reply | Exception] = asyncio.get_running_loop().create_future()
        self.gates[command.id] = gate
        result = await gate
        if isinstance(result, Exception):
            raise result
        return result

    async def finish(self, command_id: str, result: Reply | Exception | None = None) -> None:
        self.gates.pop(command_id).set_result(result or Done(id=command_id))
        await turns()


class Missed:
    def __init__(self, *events: Event) -> None:
        self.events = events
        self.gate = asyncio.Event()
        self.gate.set()

    async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
        await self.gate.wait()
        return self.events


async def turns() -> None:
    """Turns of the loop, in which all happens that is due."""
    for _ in range(20):
        await asyncio.sleep(0)


class Restaurant:
    def __init__(self, knowledge: Knowledge | None = None, **settings: Any) -> None:
        self.clock = FakeClock()
        self.kitchen = Kitchen()
        limits = settings.pop("sessions", SessionLimits())
        self.registry = SessionRegistry(self.clock, FakeEntropy(), encode, limits)
        kinds: tuple[type[Command], ...] = (MessageSend, StateGet, ContactsAdd, PresenceSet)
        table: dict[type[Command], Handler] = dict.fromkeys(kinds, self.kitchen.handle)
        self.services = NativeServices(
            self.registry,
            Dispatcher([table]),
            knowledge or Knowledge(),
            self.clock,
            NativeDoorSettings(keys={"k": Secret("s" * 32)}, sessions=limits, **settings),
        )
        self.services.encode = encode

    def token(self, user: str, *, people: bool = True, room: str | None = None, lifetime_s: float = 600) -> str:
        grant = Grant(
            identity=Identity(user),
            api_key="k",
            expires_at=0,
            people=PeopleGrant(connect=people),
            room=RoomGrant(join=room is not None, room=RoomName(room) if room else None),
        )
        return issue_token(grant, "k", Secret("s" * 32), self.clock.now(), lifetime_s)

    def connect(self, bearer: str = "") -> tuple[FakeSocket, Connection]:
        socket = FakeSocket()
        return socket, Connection(self.services, cast("NativeSocket", socket), bearer)

    async def enter(
        self, user: str = "ann", *, token: str | None = None, **fields: Any
    ) -> tuple[FakeSocket, Connection]:
        socket, connection = self.connect()
        hello = {"type": "hello", "id": "h", "version": 1, "device": "phone", "token": token or self.token(user)}
        say(connection, **{**hello, **fields})
        await turns()
        sessions = self.registry._users.get(UserId(user), {}).values()
        socket.session = next((each for each in sessions if each.wire is socket), None)
        return socket, connection


def say(connection: Connection, **message: Any) -> None:
    connection.handle_text_untrusted(json.dumps(message).encode())


def send(connection: Connection, command_id: str) -> None:
    say(connection, type="message.send", id=command_id, conversation="CV", text="hi")


def look(connection: Connection, command_id: str) -> None:
    say(connection, type="state.get", id=command_id, conversation="CV")
