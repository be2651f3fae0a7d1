"""Calls with everything around them in memory: devices of people, a store that may be slow or broken, virtual time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from tests.unit.doors.fakes import FakeClock, FakeEntropy
from tureen.calls import (
    CallService,
    CallSettings,
    CallStore,
    CallSurroundings,
    ConfiguredIceServers,
)
from tureen.calls.record import CallRecord
from tureen.doors.loop_tasks import LoopTasks
from tureen.errors import TureenError
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import CallId, ConversationId, DeviceId, Identity, RoomName, SessionId, UserId
from tureen.ports import PushNotice
from tureen.protocol.commands import (
    CallAccept,
    CallConnected,
    CallHangUp,
    CallJoin,
    CallRinging,
    CallStart,
    Command,
)
from tureen.protocol.errors import CommandError, ErrorCode, forbidden, not_found
from tureen.protocol.events import CallChanged, CallSignalled, Event
from tureen.protocol.replies import CallAnswered, Done, Reply
from tureen.protocol.resources import Call, CallEnd, CallState, IceServer, MediaPath, Person, RoomTicket

T = TypeVar("T")
STUN = IceServer(urls=["stun:stun.example.org"])


def actor(user: str, device: str) -> Actor:
    return Actor(
        user=UserId(user),
        device=DeviceId(device),
        session=SessionId(f"SE_{user}_{device}"),
        grant=Grant(identity=Identity(user), api_key="devkey", expires_at=0.0, people=PeopleGrant(connect=True)),
    )


class MemoryStore:
    """Keeps bytes, as a database does. Every call gives way to others once, or waits while it is held."""

    def __init__(self) -> None:
        self.saved: dict[CallId, bytes] = {}
        self.traced: set[CallId] = set()
        self.failures = 0
        self.silent_failures = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def save(self, record: CallRecord, expected: int) -> bool:
        await self._pass()
        if self.failures:
            self.failures -= 1
            raise TureenError("The disk is full.")
        there = self.at(record.id)
        if (there.version if there else 0) != expected:
            return False
        self.saved[record.id] = msgspec.json.encode(record)
        if self.silent_failures:
            self.silent_failures -= 1
            raise TureenError("The connection broke after the commit.")
        return True

    async def load(self, call: CallId) -> CallRecord | None:
        await self._pass()
        return self.at(call)

    async def begun_by(self, user: UserId, device: DeviceId, command: str) -> CallRecord | None:
        await self._pass()
        key = (user, device, command)
        return next((each for each in self.all() if (each.caller, each.device, each.command) == key), None)

    async def open_calls(self) -> Sequence[CallRecord]:
        await self._pass()
        return [record for record in self.all() if record.is_open]

    async def untraced(self) -> Sequence[CallRecord]:
        await self._pass()
        return [
            record
            for record in self.all()
            if not record.is_open and record.end is not CallEnd.GLARE and record.id not in self.traced
        ]

    async def mark_traced(self, call: CallId) -> None:
        await self._pass()
        self.traced.add(call)

    async def history(self, user: UserId, before: int | None, limit: int) -> Sequence[CallRecord]:
        await self._pass()
        seen = [
            record for record in self.all() if record.seen_by(user) and (before is None or record.created_at < before)
        ]
        return sorted(seen, key=lambda record: record.id, reverse=True)[:limit]

    def at(self, call: CallId) -> CallRecord | None:
        encoded = self.saved.get(call)
        return None if encoded is None else msgspec.json.decode(encoded, type=CallRecord)

    def all(self) -> list[CallRecord]:
        return [msgspec.json.decode(encoded, type=CallRecord) for encoded in self.saved.values()]

    async def _pass(self) -> None:
        await self.gate.wait()
        await asyncio.sleep(0)


class FakeMailroom:
    """Devices that are connected, and all they were sent."""

    def __init__(self) -> None:
        self.connected: dict[UserId, list[DeviceId]] = {}
        self.inboxes: dict[tuple[str, str], list[Event]] = {}
        self.on_event: Callable[[str, str, Event], None] | None = None

    def send_to_users(self, users: Iterable[UserId], event: Event, *, skip: Actor | None = None) -> None:
        for user in users:
            for device in self.devices(user):
                if skip is None or (skip.user, skip.device) != (user, device):
                    self.send_to_device(user, device, event)

    def send_to_device(self, user: UserId, device: DeviceId, event: Event) -> bool:
        if device not in self.devices(user):
            return False
        self.inboxes.setdefault((user, device), []).append(event)
        if self.on_event is not None:
            self.on_event(user, device, event)
        return True

    def devices(self, user: UserId) -> Sequence[DeviceId]:
        return tuple(self.connected.get(user, ()))


class FakeDirectory:
    """Everyone exists; ``blocked`` pairs cannot reach each other, in either direction."""

    def __init__(self) -> None:
        self.blocked: set[frozenset[str]] = set()
        self.unknown: set[str] = set()

    async def find(self, users: Iterable[UserId]) -> Mapping[UserId, Person]:
        await asyncio.sleep(0)
        return {user: Person(id=user, name=user.title()) for user in users if user not in self.unknown}

    async def reachable(self, sender: UserId, receivers: Iterable[UserId]) -> frozenset[UserId]:
        await asyncio.sleep(0)
        found = (each for each in receivers if each not in self.unknown)
        return frozenset(each for each in found if frozenset({sender, each}) not in self.blocked)


class FakePush:
    def __init__(self) -> None:
        self.sent: list[tuple[str, PushNotice]] = []

    def notify(self, users: Iterable[UserId], notice: PushNotice) -> None:
        self.sent.extend((user, notice) for user in users)

    def kinds(self, user: str) -> list[str]:
        return [notice.kind for who, notice in self.sent if who == user]


class FakeBusy:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bool]] = []

    def handle_busy(self, user: UserId, *, busy: bool) -> None:
        self.heard.append((user, busy))

    def now(self) -> set[str]:
        return {user for user, busy in dict(self.heard).items() if busy}


class FakeTrace:
    def __init__(self) -> None:
        self.recorded: list[Call] = []
        self.failures = 0
        self.closed: set[str] = set()
        """Conversations that nobody may write to."""

    async def check_place(self, actor: Actor, conversation: ConversationId, users: Sequence[UserId]) -> None:
        await asyncio.sleep(0)
        if conversation in self.closed:
            raise not_found("conversation")

    async def record_call(self, call: Call) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise CommandError(ErrorCode.UNAVAILABLE, "Messages cannot be stored now.")
        self.recorded.append(call)


class FakeAudience:
    """Groups and who is in them. Whoever changes them tells the service."""

    def __init__(self) -> None:
        self.groups: dict[str, set[UserId]] = {}
        self.muted: set[str] = set()
        self.asked = 0

    async def members(self, conversation: ConversationId) -> Iterable[UserId]:
        self.asked += 1
        await asyncio.sleep(0)
        return tuple(self.groups.get(conversation, ()))

    async def check_may_join(self, actor: Actor, conversation: ConversationId) -> None:
        await asyncio.sleep(0)
        if actor.user not in self.groups.get(conversation, ()):
            raise not_found("conversation")
        if actor.user in self.muted:
            raise forbidden("A moderator lets you write nothing here for now.", "Wait until the mute is over.")


class FakeCallWaiting:
    """Who is in ``off`` is busy, everyone else as ``on`` says."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self.off: set[str] = set()

    async def may_ring(self, user: UserId, caller: UserId) -> bool:
        await asyncio.sleep(0)
        return self.on and user not in self.off


class FakeTickets:
    def room_ticket(self, bearer: Grant, room: RoomName) -> RoomTicket:
        return RoomTicket(room=room, token=f"{bearer.identity} in {room}")


class Office:
    """A service and what is around it, which outlives the service."""

    def __init__(
        self, settings: CallSettings | None = None, *, call_waiting: bool = True, store: CallStore | None = None
    ) -> None:
        self.settings = settings or CallSettings()
        self.clock = FakeClock()
        self.entropy = FakeEntropy()
        self.store: Any = store or MemoryStore()
        self.mailroom = FakeMailroom()
        self.directory = FakeDirectory()
        self.push = FakePush()
        self.busy = FakeBusy()
        self.trace = FakeTrace()
        self.audience = FakeAudience()
        self.call_waiting = FakeCallWaiting(on=call_waiting)
        self.tasks = LoopTasks(asyncio.get_running_loop())
        self._ids = itertools.count(1)
        self.service = self.new_service()

    def new_service(self) -> CallService:
        self.tasks = LoopTasks(asyncio.get_running_loop())
        return CallService(
            CallSurroundings(
                store=self.store,
                clock=self.clock,
                entropy=self.entropy,
                tasks=self.tasks,
                mailroom=self.mailroom,
                directory=self.directory,
                push=self.push,
                busy=self.busy,
                trace=self.trace,
                audience=self.audience,
                tickets=FakeTickets(),
                ice_servers=ConfiguredIceServers([STUN]),
                call_waiting=self.call_waiting,
                settings=self.settings,
            )
        )

    def device(self, user: str, device: str, *, connected: bool = True) -> Device:
        made = Device(self, user, device)
        if connected:
            made.open()
        return made

    def add(self, group: str, *users: str) -> None:
        """Into a group."""
        added = [UserId(user) for user in users]
        self.audience.groups.setdefault(group, set()).update(added)
        self.service.handle_members_joined(ConversationId(group), added)

    def remove(self, group: str, *users: str) -> None:
        """Out of it."""
        removed = [UserId(user) for user in users]
        self.audience.groups[group].difference_update(removed)
        self.service.handle_members_left(ConversationId(group), removed)

    def command_id(self) -> str:
        return f"c{next(self._ids)}"

    async def advance(self, seconds: float) -> None:
        """Time passes; what it sets off is carried out."""
        self.clock.advance(seconds)
        await self.quiet()

    async def quiet(self) -> None:
        """Until all that was begun has been stored and told."""
        await self.tasks.wait_until_none()

    async def restart(self) -> None:
        """The process ends, with all connections, and begins anew."""
        self.service.close()
        await self.quiet()
        self.mailroom.connected.clear()
        self.service = self.new_service()
        await self.service.restore()
        await self.quiet()

    def stored(self, call: str) -> CallRecord:
        record = self.store.at(CallId(call))
        assert record is not None
        return record  # type: ignore[no-any-return]


class Device:
    """One device of one person."""

    def __init__(self, office: Office, user: str, device: str) -> None:
        self.office = office
        self.actor = actor(user, device)
        self.call = ""

    def open(self) -> Device:
        self.office.mailroom.connected.setdefault(self.actor.user, []).append(self.actor.device)
        self.office.service.handle_session_opened(self.actor)
        return self

    def drop(self) -> None:
        self.office.mailroom.connected[self.actor.user].remove(self.actor.device)
        self.office.service.handle_session_dropped(self.actor)

    def close(self) -> None:
        devices = self.office.mailroom.connected.get(self.actor.user, [])
        if self.actor.device in devices:
            devices.remove(self.actor.device)
        self.office.service.handle_session_closed(self.actor)

    async def send(self, command: Command) -> Reply:
        return await self.office.service.handlers()[type(command)](self.actor, command)

    async def do(self, kind: Callable[..., Command], call: str, **fields: Any) -> Reply:
        return await self.send(kind(id=self.office.command_id(), call=call, **fields))

    async def start(self, *users: str, **fields: Any) -> Call:
        reply = await self.send(CallStart(id=self.office.command_id(), users=list(users), **fields))
        assert isinstance(reply, CallAnswered)
        return reply.call

    async def join(self, call: str) -> Call:
        reply = await self.do(CallJoin, call)
        assert isinstance(reply, CallAnswered)
        return reply.call

    async def accept(self, call: str) -> Call:
        reply = await self.do(CallAccept, call)
        assert isinstance(reply, CallAnswered)
        return reply.call

    async def ring(self, call: str) -> None:
        assert isinstance(await self.do(CallRinging, call), Done)

    async def hang_up(self, call: str) -> None:
        assert isinstance(await self.do(CallHangUp, call), Done)

    async def connected(self, call: str, generation: int | None = None) -> None:
        at = self.office.stored(call).generation if generation is None else generation
        assert isinstance(await self.do(CallConnected, call, generation=at), Done)

    @property
    def heard(self) -> list[Event]:
        return self.office.mailroom.inboxes.get((self.actor.user, self.actor.device), [])

    @property
    def changes(self) -> list[CallChanged]:
        return [event for event in self.heard if isinstance(event, CallChanged)]

    @property
    def signals(self) -> list[CallSignalled]:
        return [event for event in self.heard if isinstance(event, CallSignalled)]

    @property
    def leg(self) -> str | None:
        """As this device was last told."""
        return self.changes[-1].leg if self.changes else None

    @property
    def sees(self) -> Call:
        return self.changes[-1].call

    def states(self) -> list[CallState]:
        """Of the call, as they followed one another."""
        return [state for state, _ in itertools.groupby(change.call.state for change in self.changes)]

    def party(self, user: str) -> str:
        return next(party.state.value for party in self.sees.parties if party.user == user)


def failure(code: ErrorCode) -> Callable[[CommandError], bool]:
    """For ``pytest.raises(CommandError, check=...)``."""
    return lambda error: error.error_code is code and bool(error.message)


async def talking(office: Office) -> tuple[Device, Device, str]:
    """Ann and Bob, whose call is active and direct."""
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.accept(call)
    await ann.connected(call)
    await bob.connected(call)
    assert (ann.sees.state, ann.sees.path) == (CallState.ACTIVE, MediaPath.DIRECT)
    return ann, bob, call


Work = Coroutine[Any, Any, T]


async def conference(office: Office) -> tuple[Device, Device, Device, str]:
    """Ann, Bob and Carl, whose call is active and goes through the room."""
    ann, bob, carl = office.device("ann", "a1"), office.device("bob", "b1"), office.device("carl", "c1")
    call = (await ann.start("bob", "carl")).id
    for callee in (bob, carl):
        await callee.accept(call)
    for member in (ann, bob, carl):
        await member.connected(call)
    assert ann.sees.state is CallState.ACTIVE
    return ann, bob, carl, call
