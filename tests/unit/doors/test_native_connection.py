"""What is said over one connection of the native door: order, bounds, repetition, and what happens to mistakes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from tests.unit.doors.fakes import FakeClock, FakeEntropy
from tests.unit.signaling.wires import FakeWire, posted
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.doors.native.connection import Connection
from tureen.doors.native.dispatch import Dispatcher
from tureen.doors.native.framing import encode_frame
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
    ContactsList,
    MessageSend,
    Position,
    PresenceSet,
    StateGet,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import ContactsChanged, Event, TypingHeard
from tureen.protocol.replies import ConversationAnswered, Done, Reply, Sent
from tureen.protocol.resources import Conversation, ConversationKind, Person
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


class TestHello:
    async def test_who_does_not_come_to_the_point_is_sent_away(self) -> None:
        restaurant = Restaurant(hello_s=10)
        socket, _ = restaurant.connect()
        restaurant.clock.advance(9.9)
        assert socket.frames == []
        restaurant.clock.advance(0.1)
        assert socket.kinds == ["goodbye"]
        assert socket.closed == (4004, "protocol")

    async def test_who_does_is_welcome(self) -> None:
        restaurant = Restaurant()
        socket, _ = await restaurant.enter()
        assert socket.kinds == ["welcome", "synced"]
        assert socket.said[0]["me"] == {"id": "ann"}
        assert restaurant.clock.pending == 0

    async def test_the_upgrade_may_bring_the_token(self) -> None:
        restaurant = Restaurant()
        socket, connection = restaurant.connect(restaurant.token("ann"))
        say(connection, type="hello", id="h", version=1, device="phone")
        await turns()
        assert socket.kinds == ["welcome", "synced"]

    async def test_what_was_missed_comes_before_what_happens_meanwhile(self) -> None:
        missed = Missed(posted(1), posted(2))
        missed.gate.clear()
        restaurant = Restaurant(Knowledge(catch_up=missed))
        socket, connection = await restaurant.enter()
        assert socket.kinds == ["welcome"]
        for seq in (2, 3):
            restaurant.registry.send_to_users([UserId("ann")], posted(seq))
        say(connection, type="ping", id="p")
        missed.gate.set()
        await turns()
        assert [each.get("seq", each["type"]) for each in socket.said] == ["welcome", "done", 1, 2, 3, "synced"]

    async def test_a_slow_client_gets_what_it_missed_at_its_pace(self) -> None:
        missed = Missed(*(posted(seq, text="x" * 1000) for seq in range(1, 101)))
        missed.gate.clear()
        restaurant = Restaurant(Knowledge(catch_up=missed), sessions=SessionLimits(queue_bytes=5_000))
        socket, connection = await restaurant.enter()
        missed.gate.set()
        rounds = 0
        while "synced" not in socket.kinds:
            rounds += 1
            assert rounds < 200
            socket.room = 3
            connection.handle_resumed()
            await turns()
        assert [each["seq"] for each in socket.said if "seq" in each] == list(range(1, 101))

    async def test_only_so_many_catch_up_at_a_time_and_only_so_many_wait(self) -> None:
        missed = Missed()
        missed.gate.clear()
        restaurant = Restaurant(Knowledge(catch_up=missed), catch_ups_at_once=1, catch_ups_waiting=2)
        first, _ = await restaurant.enter("ann")
        second, _ = await restaurant.enter("bob")
        third, connection = restaurant.connect()
        say(connection, type="hello", id="h", version=1, device="phone", token=restaurant.token("eve"))
        assert (third.said[0]["code"], third.closed) == ("unavailable", (4005, "unavailable"))
        assert third.said[0]["retry_after_ms"] > 0
        missed.gate.set()
        await turns()
        assert (first.kinds[-1], second.kinds[-1]) == ("synced", "synced")

    async def test_a_defect_in_it_ends_the_connection_and_not_the_session_of_others(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken:
            async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
                raise ZeroDivisionError

        restaurant = Restaurant(Knowledge(catch_up=Broken()))
        socket, _ = await restaurant.enter()
        assert socket.kinds == ["welcome", "goodbye"]
        assert socket.said[-1]["retry_after_ms"] > 0

    async def test_what_comes_while_it_is_let_in_waits(self) -> None:
        gate: asyncio.Future[Person] = asyncio.get_running_loop().create_future()

        class Slow:
            async def admit(self, grant: Grant) -> Person:
                return await gate

        restaurant = Restaurant(Knowledge(admission=Slow()))
        socket, connection = await restaurant.enter()
        say(connection, type="ping", id="a")
        say(connection, type="ping", id="b")
        await turns()
        assert (socket.frames, restaurant.registry.size) == ([], 0)
        gate.set_result(Person(id="ann", name="Ann of the directory"))
        await turns()
        assert socket.said[0]["me"]["name"] == "Ann of the directory"
        assert [each.get("id") for each in socket.said] == ["h", "a", "b", None]
        assert socket.reading

    async def test_who_leaves_meanwhile_opens_nothing(self) -> None:
        gate: asyncio.Future[Person] = asyncio.get_running_loop().create_future()

        class Slow:
            async def admit(self, grant: Grant) -> Person:
                return await gate

        restaurant = Restaurant(Knowledge(admission=Slow()))
        _, connection = await restaurant.enter()
        connection.handle_lost(said_goodbye=False)
        gate.set_result(Person(id="ann"))
        await turns()
        assert restaurant.registry.size == 0

    @pytest.mark.parametrize(
        ("error", "code"),
        [(CommandError(ErrorCode.GONE, "Removed."), "gone"), (ZeroDivisionError(), "internal")],
    )
    async def test_who_is_not_admitted_is_told_why(self, error: Exception, code: str) -> None:
        class Strict:
            async def admit(self, grant: Grant) -> Person:
                raise error

        restaurant = Restaurant(Knowledge(admission=Strict()))
        socket, _ = await restaurant.enter()
        assert [(each["id"], each["code"]) for each in socket.said] == [("h", code)]
        assert socket.closed == (4005, code)

    async def test_an_idle_device_says_so_in_its_hello(self) -> None:
        restaurant = Restaurant()
        socket, _ = await restaurant.enter(idle=True)
        assert restaurant.kitchen.begun == ["h"]
        await restaurant.kitchen.finish("h")
        assert socket.kinds == ["welcome", "synced"]


class TestCommands:
    async def test_they_are_carried_out_side_by_side(self) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter()
        look(connection, "a")
        look(connection, "b")
        await turns()
        assert restaurant.kitchen.begun == ["a", "b"]
        await restaurant.kitchen.finish("b")
        await restaurant.kitchen.finish("a")
        assert [each["id"] for each in socket.said[2:]] == ["b", "a"]

    async def test_messages_keep_their_order(self) -> None:
        restaurant = Restaurant()
        _, connection = await restaurant.enter()
        for command_id in "abc":
            send(connection, command_id)
        look(connection, "look")
        await turns()
        assert restaurant.kitchen.begun == ["a", "look"]
        for command_id in "abc":
            await restaurant.kitchen.finish(command_id)
        assert restaurant.kitchen.begun == ["a", "look", "b", "c"]
        send(connection, "d")
        await turns()
        assert restaurant.kitchen.begun[-1] == "d"

    async def test_nothing_is_read_while_too_many_are_under_way_and_nothing_is_lost(self) -> None:
        restaurant = Restaurant(commands_at_once=2)
        socket, connection = await restaurant.enter()
        for command_id in "abcde":
            look(connection, command_id)
        await turns()
        assert restaurant.kitchen.begun == ["a", "b"]
        assert [socket.reading] == [False]
        for command_id in "abc":
            await restaurant.kitchen.finish(command_id)
        assert restaurant.kitchen.begun == ["a", "b", "c", "d", "e"]
        assert socket.reading
        await restaurant.kitchen.finish("d")
        await restaurant.kitchen.finish("e")
        assert [each["id"] for each in socket.said[2:]] == ["a", "b", "c", "d", "e"]

    async def test_one_that_comes_again_is_answered_again_and_not_carried_out(self) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter()
        look(connection, "a")
        await turns()
        look(connection, "a")
        await restaurant.kitchen.finish("a")
        assert socket.kinds.count("done") == 1, "while it was under way its one reply was awaited"
        look(connection, "a")
        await turns()
        assert restaurant.kitchen.begun == ["a"]
        assert socket.kinds.count("done") == 2

    async def test_its_reply_finds_the_device_on_its_next_connection(self) -> None:
        restaurant = Restaurant()
        _, first = await restaurant.enter()
        send(first, "a")
        await turns()
        first.handle_lost(said_goodbye=False)
        socket, second = await restaurant.enter()
        send(second, "a")
        await restaurant.kitchen.finish("a", Sent(id="a", conversation="CV", epoch="e", seq=1, message="MS", sent_at=1))
        assert restaurant.kitchen.begun.count("a") == 1
        assert socket.kinds[-1] == "sent"

    async def test_what_failed_for_now_is_carried_out_again(self) -> None:
        restaurant = Restaurant()
        _, connection = await restaurant.enter()
        for error in (CommandError(ErrorCode.UNAVAILABLE, "No."), CommandError(ErrorCode.FORBIDDEN, "Never.")):
            look(connection, "a")
            await turns()
            await restaurant.kitchen.finish("a", error)
        look(connection, "a")
        await turns()
        assert restaurant.kitchen.begun == ["a", "a"]

    async def test_a_mistake_of_ours_is_logged_under_a_name_that_the_client_hears(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter()
        look(connection, "a")
        await turns()
        with caplog.at_level(logging.ERROR):
            await restaurant.kitchen.finish("a", ZeroDivisionError("secret detail"))
        failure = socket.said[-1]
        assert failure["code"] == "internal"
        assert "secret" not in failure["message"]
        say(connection, type="ping", id="p")
        assert socket.kinds[-1] == "done"

    async def test_a_token_for_a_room_reaches_conversations_only(self) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter("guest", token=restaurant.token("guest", people=False, room="soup"))
        say(connection, type="contacts.add", id="a", user="bob")
        await turns()
        assert socket.said[-1]["code"] == "forbidden"
        send(connection, "b")
        await turns()
        assert restaurant.kitchen.begun == ["b"]

    async def test_it_hears_of_the_conversation_that_it_was_answered_with_and_of_nothing_else(self) -> None:
        restaurant = Restaurant()
        token = restaurant.token("ann", people=False, room="soup")
        guest, connection = await restaurant.enter(token=token, device="phone")
        person, _ = await restaurant.enter(device="phone")
        assert guest.closed is None, "the person's phone is another device than the guest's"

        def everything() -> None:
            for event in (
                posted(1),
                posted(2, conversation="CV_room"),
                TypingHeard(conversation="CV_room", user="bob"),
            ):
                restaurant.registry.send_to_users([UserId("ann")], event)
            restaurant.registry.send_to_users([UserId("ann")], ContactsChanged())

        everything()
        assert len(person.kinds) == 6
        assert guest.kinds == ["welcome", "synced"]
        look(connection, "room")
        await turns()
        room = Conversation(id="CV_room", kind=ConversationKind.ROOM, epoch="e", head_seq=1, created_at=1, active_at=1)
        await restaurant.kitchen.finish("room", ConversationAnswered(id="room", conversation=room))
        everything()
        assert guest.kinds[2:] == ["conversation", "conversation.event", "typing"]
        assert restaurant.registry.devices(UserId("ann")) == ["phone"]
        say(connection, type="token.refresh", id="more", token=restaurant.token("ann"))
        assert guest.said[-1]["code"] == "forbidden"
        say(connection, type="token.refresh", id="other", token=restaurant.token("ann", people=False, room="other"))
        assert guest.said[-1]["code"] == "forbidden"
        say(connection, type="token.refresh", id="same", token=token)
        assert guest.kinds[-1] == "done"

    async def test_a_guest_of_another_room_begins_anew(self) -> None:
        restaurant = Restaurant()
        first, _ = await restaurant.enter(token=restaurant.token("ann", people=False, room="soup"))
        second, _ = await restaurant.enter(token=restaurant.token("ann", people=False, room="salad"))
        assert first.closed == (4001, "replaced")
        assert "resumed" not in second.said[0]

    async def test_what_waits_for_its_turn_is_not_carried_out_after_a_revocation(self) -> None:
        class All:
            def is_revoked(self, grant: Grant) -> bool:
                return True

        restaurant = Restaurant()
        _, connection = await restaurant.enter()
        for command_id in "ab":
            send(connection, command_id)
        await turns()
        restaurant.registry.use_revoked(All())
        restaurant.registry.close_revoked(None)
        await restaurant.kitchen.finish("a")
        assert restaurant.kitchen.begun == ["a"]

    async def test_a_command_that_nobody_answers_says_so(self) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter()
        say(connection, type="contacts.list", id="a")
        await turns()
        assert socket.said[-1]["code"] == "unavailable"

    async def test_who_comes_too_fast_is_told_when_to_come_again(self) -> None:
        restaurant = Restaurant(sessions=SessionLimits(commands_per_second=1), refusals=3)
        socket, connection = await restaurant.enter()
        for number in range(5):
            say(connection, type="contacts.list", id=f"a{number}")
        await turns()
        codes = [each["code"] for each in socket.said[2:]]
        assert codes == ["rate_limited"] + ["unavailable"] * 4
        restaurant.clock.advance(socket.said[2]["retry_after_ms"] / 1000)
        say(connection, type="contacts.list", id="again")
        await turns()
        assert socket.said[-1]["code"] == "unavailable"
        for number in range(4):
            say(connection, type="contacts.list", id=f"b{number}")
        assert socket.closed == (4004, "protocol")

    async def test_nothing_is_heard_of_a_connection_that_was_closed(self) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter()
        say(connection, type="ping")
        assert socket.closed == (4004, "protocol")
        look(connection, "a")
        await turns()
        assert restaurant.kitchen.begun == []


class TestTable:
    def test_two_answers_to_one_command_are_a_mistake(self) -> None:
        kitchen = Kitchen()
        with pytest.raises(ValueError, match="ContactsList"):
            Dispatcher([{ContactsList: kitchen.handle}, {ContactsList: kitchen.handle}])

    @pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
    def test_frames_are_those_of_the_standard(self, size: int) -> None:
        """RFC 6455 section 5.2."""
        read: Callable[[bytes], tuple[int, bytes]] = _unframed
        event = posted(1, text="x" * size)
        first, content = read(encode_frame(event))
        assert first == 0x81
        assert content == encode(event)


def _unframed(frame: bytes) -> tuple[int, bytes]:
    length, start = frame[1], 2
    if length == 126:
        length, start = int.from_bytes(frame[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(frame[2:10], "big"), 10
    assert len(frame) == start + length
    return frame[0], frame[start:]
