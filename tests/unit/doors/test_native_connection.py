"""What is said over one connection of the native door: order, bounds, repetition, and what happens to mistakes."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.unit.doors.restaurant import Kitchen, Restaurant, look, say, send, turns
from tests.unit.signaling.wires import posted
from tureen.doors.native.dispatch import Dispatcher
from tureen.doors.native.framing import encode_frame
from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.protocol.codec import encode
from tureen.protocol.commands import (
    ContactsList,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import ContactsChanged, TypingHeard
from tureen.protocol.replies import ConversationAnswered, Sent
from tureen.protocol.resources import Conversation, ConversationKind
from tureen.signaling import SessionLimits
from tureen.storage.errors import StorageBusyError, StorageCorruptError, StorageError, StorageFullError


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

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (StorageBusyError("Too much waits."), "busy"),
            (StorageFullError("The disk is full."), "no room"),
            (StorageCorruptError("The file is damaged.", "Restore it."), "database fails"),
        ],
    )
    async def test_a_database_that_fails_is_said_to(self, error: StorageError, told: str) -> None:
        restaurant = Restaurant()
        socket, connection = await restaurant.enter()
        look(connection, "a")
        await turns()
        await restaurant.kitchen.finish("a", error)
        failure = socket.said[-1]
        assert (failure["code"], failure["retryable"]) == ("unavailable", True)
        assert failure["retry_after_ms"] > 0
        assert told in failure["message"]
        assert error.message not in failure["message"]

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
