"""A messaging service on a database of its own, and people whose devices take notes."""

from __future__ import annotations

import asyncio
import functools
import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from tests.unit.doors.fakes import FakeClock, FakeEntropy
from tureen.messaging import MessagingService, Outside
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant, RoomGrant
from tureen.model.ids import DeviceId, Identity, RoomName, SessionId, UserId
from tureen.ports import PushNotice
from tureen.protocol.commands import Command, ConversationCreate, HistoryGet, MessageSend
from tureen.protocol.errors import CommandError
from tureen.protocol.events import ConversationEvent, Event
from tureen.protocol.replies import Reply, Sent
from tureen.protocol.resources import Conversation, Message, Person
from tureen.storage.engines import in_transaction
from tureen.storage.messaging import SqlMessagingStore
from tureen.storage.sqlite import SqliteDatabase
from tureen.storage.upgrade import upgrade
from tureen.storage.url import sqlite_url

EventT = TypeVar("EventT", bound=Event)


@functools.cache
def _template() -> bytes:
    """An empty database with today's tables."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "template.db"
        # On a thread of its own: there may be a loop on this one.
        thread.submit(lambda: asyncio.run(in_transaction(sqlite_url(path), upgrade))).result()
        return path.read_bytes()


def open_database(path: Path) -> SqliteDatabase:
    path.write_bytes(_template())
    return SqliteDatabase(path)


class FakeMailroom:
    """Connected devices, each with what it was sent."""

    def __init__(self) -> None:
        self.inboxes: dict[UserId, dict[DeviceId, list[Event]]] = {}

    def connect(self, user: UserId, device: DeviceId) -> list[Event]:
        return self.inboxes.setdefault(user, {}).setdefault(device, [])

    def send_to_users(self, users: Iterable[UserId], event: Event, *, skip: Actor | None = None) -> None:
        for user in users:
            for device, inbox in self.inboxes.get(user, {}).items():
                if skip is None or (user, device) != (skip.user, skip.device):
                    inbox.append(event)

    def send_to_device(self, user: UserId, device: DeviceId, event: Event) -> bool:
        inbox = self.inboxes.get(user, {}).get(device)
        if inbox is not None:
            inbox.append(event)
        return inbox is not None

    def devices(self, user: UserId) -> Sequence[DeviceId]:
        return list(self.inboxes.get(user, {}))


class FakeDirectory:
    """Everyone exists whose name does not begin with "no"; some block others."""

    def __init__(self) -> None:
        self.blocks: set[tuple[UserId, UserId]] = set()

    async def find(self, users: Iterable[UserId]) -> Mapping[UserId, Person]:
        return {user: Person(id=user, name=user.title()) for user in users if not user.startswith("no")}

    async def reachable(self, sender: UserId, receivers: Iterable[UserId]) -> frozenset[UserId]:
        return frozenset(
            user
            for user in receivers
            if not user.startswith("no") and not {(user, sender), (sender, user)} & self.blocks
        )


class FakePush:
    def __init__(self) -> None:
        self.notices: list[tuple[list[UserId], PushNotice]] = []

    def notify(self, users: Iterable[UserId], notice: PushNotice) -> None:
        self.notices.append((list(users), notice))


class Someone:
    """One device of a person."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor
        self.inbox = world.mailroom.connect(actor.user, actor.device)

    @property
    def user(self) -> UserId:
        return self.actor.user

    async def do(self, kind: type[Command], **fields: Any) -> Any:
        return await self.world.do(self.actor, kind(**{"id": self.world.new_id(), **fields}))

    async def refused(self, kind: type[Command], **fields: Any) -> str:
        """The code of the error."""
        try:
            await self.do(kind, **fields)
        except CommandError as error:
            return error.error_code.value
        raise AssertionError("it was not refused")

    async def page(self, conversation: str, **fields: Any) -> list[Message]:
        """Of its messages, as they are now."""
        answer = await self.do(HistoryGet, conversation=conversation, **fields)
        return list(answer.messages)

    async def say(self, conversation: str, text: str = "hello", **fields: Any) -> Sent:
        sent: Sent = await self.do(MessageSend, conversation=conversation, text=text, **fields)
        return sent

    def heard(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.inbox if isinstance(event, kind)]

    def seqs(self, conversation: str) -> list[int]:
        return [event.seq for event in self.heard(ConversationEvent) if event.conversation == conversation]


class World:
    def __init__(self, path: Path, **outside: Any) -> None:
        self.path = path
        self.clock = FakeClock()
        self.entropy = FakeEntropy()
        self.mailroom = FakeMailroom()
        self.directory = FakeDirectory()
        self.push = FakePush()
        self.database = open_database(path)
        self.store = SqlMessagingStore(self.database, outside.get("attachments"))
        self._settings = {"push": self.push, **outside}
        self._ids = itertools.count(1)
        self.start()

    def start(self) -> None:
        """A service that has nothing in memory, as after a restart."""
        self.service = MessagingService(
            Outside(
                **{
                    "store": self.store,
                    "mailroom": self.mailroom,
                    "directory": self.directory,
                    "clock": self.clock,
                    "entropy": self.entropy,
                    **self._settings,
                }
            )
        )
        self.handlers = self.service.handlers()

    def close(self) -> None:
        self.database.close()

    def new_id(self) -> str:
        return f"c{next(self._ids)}"

    async def do(self, actor: Actor, command: Command) -> Reply:
        return await self.handlers[type(command)](actor, command)

    def person(self, user: str, device: str = "phone", *, admin: bool = False, connect: bool = True) -> Someone:
        return self.bearer(user, device, people=PeopleGrant(connect=connect, admin=admin))

    def guest(self, user: str, room: str, **rights: Any) -> Someone:
        """Somebody whose token is for one room."""
        return self.bearer(user, "tab", room=RoomGrant(join=True, room=RoomName(room), **rights))

    def bearer(self, user: str, device: str, **rights: Any) -> Someone:
        grant = Grant(identity=Identity(user), api_key="devkey", expires_at=2e9, **rights)
        actor = Actor(user=UserId(user), device=DeviceId(device), session=SessionId(f"SE_{user}"), grant=grant)
        return Someone(self, actor)

    async def group(self, owner: Someone, *others: Someone, title: str = "soup") -> Conversation:
        answer = await owner.do(ConversationCreate, title=title, users=[other.user for other in others])
        for inboxes in self.mailroom.inboxes.values():
            for inbox in inboxes.values():
                inbox.clear()
        conversation: Conversation = answer.conversation
        return conversation
