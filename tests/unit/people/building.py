"""People on a real store in memory, without threads: a coroutine of the domain runs through at once.

`Town` is the service with a fake mailroom, a fake door and virtual time.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.unit.doors.fakes import FakeClock
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import DeviceId, Identity, SessionId, UserId
from tureen.people import People, PersonRecord, Revocations
from tureen.protocol.commands import Command
from tureen.protocol.errors import CommandError
from tureen.protocol.events import Event, PresenceChanged
from tureen.protocol.resources import Presence
from tureen.storage.compiled import Compiler
from tureen.storage.people import SqlPeopleStore
from tureen.storage.schema import people as schema
from tureen.storage.schema.attachments import ATTACHMENT_USAGE, ATTACHMENTS
from tureen.storage.schema.calls import CALL_PARTIES, CALLS
from tureen.storage.schema.push import PUSH_REGISTRATIONS
from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")

TABLES = (
    schema.PEOPLE,
    schema.PEOPLE_WORDS,
    schema.PEOPLE_STATUS,
    schema.CONTACTS,
    schema.REVOKED_USERS,
    schema.REVOKED_TOKENS,
    # What goes with a person.
    PUSH_REGISTRATIONS,
    ATTACHMENTS,
    ATTACHMENT_USAGE,
    CALLS,
    CALL_PARTIES,
)


class MemoryDatabase:
    """Implements `tureen.storage.database.Database`; never suspends, unless a test wants it to."""

    def __init__(self) -> None:
        dialect = sqlite_dialect.dialect(paramstyle="qmark")
        self._compiler = Compiler(dialect)
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        for table in TABLES:
            self._connection.execute(str(CreateTable(table).compile(dialect=dialect)))
            for index in table.indexes:
                self._connection.execute(str(CreateIndex(index).compile(dialect=dialect)))
        self.reads = 0
        self.after_read: Callable[[], Coroutine[Any, Any, None]] | None = None
        """What happens between a read and the return to its caller, once."""

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        self._connection.execute("BEGIN")
        try:
            result = self._drive(script(*args, **kwargs))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        self.reads += 1
        result = self._drive(script(*args, **kwargs))
        after, self.after_read = self.after_read, None
        if after is not None:
            await after()
        return result

    def close(self) -> None:
        self._connection.close()

    def _drive(self, script: Script[T]) -> T:
        rows: list[Any] | None = None
        while True:
            try:
                query = script.send(rows)  # type: ignore[arg-type]
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            compiled = self._compiler.compile(query.statement)
            given = [
                json.dumps(value) if isinstance(value, list) else value
                for value in compiled.arguments(query.parameters)
            ]
            rows = self._connection.execute(compiled.text, given).fetchall()


@dataclass
class FakeMailroom:
    """Devices that are connected, and what each of them received."""

    connected: dict[tuple[str, str], list[Event]] = field(default_factory=dict)

    def send_to_users(self, users: Iterable[UserId], event: Event, *, skip: Actor | None = None) -> None:
        skipped = None if skip is None else (skip.user, skip.device)
        wanted = set(users)
        for address, received in self.connected.items():
            if address[0] in wanted and address != skipped:
                received.append(event)

    def send_to_device(self, user: UserId, device: DeviceId, event: Event) -> bool:
        received = self.connected.get((user, device))
        if received is None:
            return False
        received.append(event)
        return True

    def devices(self, user: UserId) -> Sequence[DeviceId]:
        return [DeviceId(device) for owner, device in self.connected if owner == user]


def grant(user: str, **fields: Any) -> Grant:
    fields.setdefault("people", PeopleGrant(connect=True))
    return Grant(identity=Identity(user), api_key="key", expires_at=2e9, **fields)


def actor(user: str, device: str = "phone", **fields: Any) -> Actor:
    return Actor(
        user=UserId(user),
        device=DeviceId(device),
        session=SessionId(f"SE_{user}_{device}"),
        grant=grant(user, **fields),
    )


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("the coroutine waits for something")


class Town:
    """A node's people, with a door that the test moves."""

    def __init__(
        self, *, eager: bool = True, database: MemoryDatabase | None = None, call_waiting: bool = True
    ) -> None:
        """``eager``: what nobody waits for is done at once, not only in `run_background`."""
        self.eager = eager
        self.database = database or MemoryDatabase()
        self.store = SqlPeopleStore(self.database)
        self.clock = FakeClock()
        self.mailroom = FakeMailroom()
        self.background: deque[Coroutine[Any, Any, None]] = deque()
        self.revocations = Revocations(self.store, self.clock)
        self.people = People(
            self.store,
            self.revocations,
            self.mailroom,
            self.clock,
            self.background.append,
            call_waiting=call_waiting,
        )
        self.handlers = self.people.handlers()
        self.actors: dict[tuple[str, str], Actor] = {}
        self.revocations.attach(self)

    def close(self) -> None:
        self.run_background()
        self.database.close()

    def upload(self, *records: PersonRecord) -> None:
        run(self.people.administration.upload(records))

    def connect(self, user: str, device: str = "phone", **fields: Any) -> Actor:
        """Opens a session, or resumes it within its grace."""
        one = self.actors.get((user, device)) or actor(user, device, **fields)
        run(self.people.admit(one.grant))
        self.actors[user, device] = one
        self.mailroom.connected.setdefault((user, device), [])
        self.people.presence.handle_session_opened(one)
        if self.eager:
            self.run_background()
        return one

    def drop(self, one: Actor) -> None:
        """The connection is lost; the grace runs."""
        self.mailroom.connected.pop((one.user, one.device), None)
        self.people.presence.handle_session_dropped(one)

    def end(self, one: Actor) -> None:
        self.mailroom.connected.pop((one.user, one.device), None)
        self.actors.pop((one.user, one.device), None)
        self.people.presence.handle_session_closed(one)
        if self.eager:
            self.run_background()

    def close_revoked(self, users: Collection[UserId] | None) -> None:
        """See `tureen.ports.SessionCloser`."""
        for one in list(self.actors.values()):
            if (users is None or one.user in users) and self.revocations.is_revoked(one.grant):
                self.end(one)

    def run_background(self) -> None:
        while self.background:
            run(self.background.popleft())

    def ask(self, one: Actor, command: Command) -> Any:
        return run(self.handlers[type(command)](one, command))  # type: ignore[arg-type]

    def refusal(self, one: Actor, command: Command) -> tuple[str, str]:
        """Code and text of the error that a command is answered by."""
        try:
            reply = self.ask(one, command)
        except CommandError as error:
            return error.error_code, error.message
        raise AssertionError(f"not refused: {reply}")

    def take(self, one: Actor) -> list[Event]:
        """What the device received since the last time."""
        received = self.mailroom.connected[one.user, one.device]
        events, received[:] = list(received), []
        return events

    def presences(self, one: Actor, seconds: float = 1.0) -> list[Presence]:
        """What the device hears of others within that time."""
        self.clock.advance(seconds)
        events = self.take(one)
        return [presence for event in events if isinstance(event, PresenceChanged) for presence in event.presences]
