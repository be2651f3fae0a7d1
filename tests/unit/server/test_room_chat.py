"""What programs write in a room is a message of its conversation, once and in order; others' messages reach them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.unit.doors.fakes import FakeRevocations
from tests.unit.messaging.world import Someone, World
from tureen.doors.loop_tasks import LoopTasks
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant, RoomGrant
from tureen.model.ids import Identity, RoomName, UserId
from tureen.ports import RetoldText, TextChange, WrittenText
from tureen.protocol.commands import (
    Command,
    ConversationAdd,
    ConversationDirect,
    ConversationMute,
    ConversationRemove,
    ConversationRoom,
    HistoryGet,
    MessageDelete,
    MessageEdit,
    MessageSend,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.replies import Reply
from tureen.protocol.resources import Message
from tureen.server.room_chat import ATTEMPTS, WAITING_TEXTS, RoomChatBridge
from tureen.server.told_texts import ToldTexts
from tureen.storage.errors import StorageBusyError

SOUP = RoomName("soup")


class FakeReaders:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.retold: list[tuple[str, str, str | None]] = []

    def tell(self, room: RoomName, message: Message) -> None:
        self.told.append((room, message.sender, message.text))

    def retell(self, room: RoomName, retold: RetoldText) -> None:
        self.retold.append((retold.sender, retold.id, retold.text))


class Hall:
    """A room's programs, its conversation, and a database that may be busy."""

    def __init__(self, path: Path) -> None:
        self.revoked = FakeRevocations()
        self.tasks = LoopTasks(asyncio.get_running_loop())
        self.bridge = RoomChatBridge(self.tasks, self.revoked, self._pause)
        self.world = World(path, rooms=self.bridge)
        self.readers = FakeReaders()
        self.bridge.attach(self.readers)
        self.errors: list[Exception] = []
        self.sends = 0
        self.pauses: list[float] = []
        self.bridge.use({**self.world.handlers, MessageSend: self._send}, self._look)
        self.looks: list[Exception | asyncio.Event] = []
        """What becomes of the next questions of who is silenced: a failure, or a wait."""

    def say(self, text: str, text_id: str, identity: str = "robot", **grant: Any) -> None:
        rights = {"room": RoomGrant(join=True, room=SOUP), "name": identity.title(), **grant}
        writer = Grant(identity=Identity(identity), api_key="devkey", expires_at=2e9, **rights)
        self.bridge.handle_written(WrittenText(room=SOUP, writer=writer, id=text_id, text=text))

    def change(self, text: str, text_id: str, identity: str = "robot", change: TextChange = TextChange.EDIT) -> None:
        room = RoomGrant(join=True, room=SOUP)
        writer = Grant(identity=Identity(identity), api_key="devkey", expires_at=2e9, room=room)
        self.bridge.handle_written(WrittenText(room=SOUP, writer=writer, id=text_id, text=text, change=change))

    async def history(self) -> list[tuple[str, str, str]]:
        await self.tasks.wait_until_none()
        reader = self.world.guest("reader", SOUP)
        room = (await reader.do(ConversationRoom, room=SOUP)).conversation
        found = (await reader.do(HistoryGet, conversation=room.id)).messages
        return [(message.sender, message.sender_name, message.text) for message in found]

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def _look(self, room: RoomName, user: UserId) -> int | None:
        until = await self.world.service.silenced_until(room, user)
        what = self.looks.pop(0) if self.looks else None
        if isinstance(what, Exception):
            raise what
        if what is not None:
            await what.wait()
        return until

    async def _send(self, actor: Actor, command: Command) -> Reply:
        self.sends += 1
        if self.errors:
            raise self.errors.pop(0)
        return await self.world.do(actor, command)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    hall = Hall(tmp_path / "tureen.db")
    yield hall
    hall.world.close()


async def member(hall: Hall, name: str) -> tuple[Someone, str]:
    someone = hall.world.guest(name, SOUP)
    return someone, (await someone.do(ConversationRoom, room=SOUP)).conversation.id


async def test_texts_are_kept_in_order_under_the_names_of_their_writers(hall: Hall) -> None:
    for number in range(10):
        hall.say(f"r{number}", f"id-{number}")
        hall.say(f"s{number}", f"id-{number}", "sensor")
    kept = await hall.history()
    for who in ("robot", "sensor"):
        assert [each for each in kept if each[0] == who] == [(who, who.title(), f"{who[0]}{at}") for at in range(10)]
    assert hall.readers.told == [], "those in the room have them"


async def test_members_hear_of_them_at_once(hall: Hall) -> None:
    ann, room = await member(hall, "ann")
    hall.say("soup is ready", "id-1")
    await hall.tasks.wait_until_none()
    assert ann.seqs(room) == [1, 2, 3], "herself, the robot that has part now, and what it says"


async def test_a_text_that_is_told_twice_is_kept_once(hall: Hall) -> None:
    hall.say("hello", "id-1")
    await hall.tasks.wait_until_none()
    hall.say("hello", "id-1")
    hall.say("hello", "id-2")
    assert [text for _, _, text in await hall.history()] == ["hello", "hello"]


async def test_what_is_written_elsewhere_is_told_in_the_room(hall: Hall) -> None:
    ann, room = await member(hall, "ann")
    sent = await ann.say(room, "hello")
    await ann.do(MessageEdit, conversation=room, message=sent.message, version=1, text="hello again")
    one, other = hall.world.person("bob"), hall.world.person("cid")
    direct = (await one.do(ConversationDirect, user=other.user)).conversation
    await one.say(direct.id, "not for rooms")
    assert hall.readers.told == [("soup", "ann", "hello")]


async def test_a_busy_database_is_asked_again(hall: Hall) -> None:
    hall.errors = [StorageBusyError("Too much waits."), CommandError(ErrorCode.UNAVAILABLE, "Not now.")]
    hall.say("hello", "id-1")
    hall.say("again", "id-2")
    assert [text for _, _, text in await hall.history()] == ["hello", "again"]
    assert len(hall.pauses) == 2
    assert all(seconds > 0 for seconds in hall.pauses)


async def test_but_not_for_ever(hall: Hall) -> None:
    hall.errors = [StorageBusyError("Too much waits.")] * ATTEMPTS
    with capture_logs() as lines:
        hall.say("lost", "id-1")
        hall.say("kept", "id-2")
        assert [text for _, _, text in await hall.history()] == ["kept"]
    assert [(line["event"], line["participant"]) for line in lines] == [("text of a room not kept", "robot")]
    assert hall.sends == ATTEMPTS + 1


async def test_whoever_may_not_write_there_is_not_kept(hall: Hall) -> None:
    hall.say("before", "id-1")
    await hall.tasks.wait_until_none()
    _, room = await member(hall, "ann")
    chief = hall.world.person("chief", admin=True)
    await chief.do(ConversationMute, conversation=room, user="robot", until=int(hall.world.clock.now() * 1000) + 60_000)
    hall.say("muted", "id-2")
    hall.say("x", "id-3", "i" * 129)
    hall.say("x", "id-4", "nul\0")
    hall.say("x", "id-5", "mute", room=RoomGrant(join=True, room=SOUP, publish_data=False))
    hall.say("x", "id-6", "elsewhere", room=RoomGrant(join=True, room=RoomName("salad")))
    assert [text for _, _, text in await hall.history()] == ["before"]


async def test_what_waits_of_a_revoked_one_is_not_kept(hall: Hall) -> None:
    hall.say("before", "id-1")
    await hall.tasks.wait_until_none()
    hall.say("waits", "id-2")
    hall.revoked.users.add("robot")
    assert [text for _, _, text in await hall.history()] == ["before"]


async def test_a_person_is_written_as_themselves(hall: Hall) -> None:
    hall.say("hello", "id-1", "ann", people=PeopleGrant(connect=True))
    await hall.tasks.wait_until_none()
    ann = hall.world.person("ann")
    room = (await ann.do(ConversationRoom, room=SOUP)).conversation
    assert room.unread == 0


async def test_a_defect_costs_one_text(hall: Hall) -> None:
    hall.errors = [ZeroDivisionError()]
    with capture_logs() as lines:
        hall.say("lost", "id-1")
        hall.say("kept", "id-2")
        assert [text for _, _, text in await hall.history()] == ["kept"]
    assert [line["log_level"] for line in lines] == ["error"]


async def test_only_so_many_wait(hall: Hall) -> None:
    with capture_logs() as lines:
        for number in range(WAITING_TEXTS + 5):
            hall.say(str(number), f"id-{number}")
        await hall.tasks.wait_until_none()
    assert hall.sends == WAITING_TEXTS
    assert len(lines) == 5


ROBOT = Identity("robot")


async def test_whom_moderators_silence_is_known_while_they_are_there(hall: Hall) -> None:
    hall.say("before", "id-1")
    await hall.tasks.wait_until_none()
    _, room = await member(hall, "ann")
    chief = hall.world.person("chief", admin=True)
    robot, elsewhere = hall.bridge.enter(SOUP, ROBOT), hall.bridge.enter(RoomName("salad"), ROBOT)
    until = int(hall.world.clock.now() * 1000) + 60_000
    await chief.do(ConversationMute, conversation=room, user="robot", until=until)
    await hall.tasks.wait_until_none()
    late = hall.bridge.enter(SOUP, ROBOT)
    await hall.tasks.wait_until_none()
    assert (robot.until, late.until, elsewhere.until) == (until, until, 0)
    late.close()
    await chief.do(ConversationMute, conversation=room, user="robot", until=None)
    await hall.tasks.wait_until_none()
    assert (robot.until, late.until) == (0, until)
    await chief.do(ConversationRemove, conversation=room, users=["robot"], ban=True)
    await hall.tasks.wait_until_none()
    assert robot.until > until
    await chief.do(ConversationAdd, conversation=room, users=["robot"])
    await hall.tasks.wait_until_none()
    assert robot.until == 0


async def test_the_last_word_counts_however_slowly_the_first_one_is_read(hall: Hall) -> None:
    hall.say("before", "id-1")
    await hall.tasks.wait_until_none()
    _, room = await member(hall, "ann")
    chief = hall.world.person("chief", admin=True)
    slow = asyncio.Event()
    hall.looks = [slow]
    robot = hall.bridge.enter(SOUP, ROBOT)
    until = int(hall.world.clock.now() * 1000) + 60_000
    await chief.do(ConversationMute, conversation=room, user="robot", until=until)
    slow.set()
    await hall.tasks.wait_until_none()
    assert robot.until == until


async def test_a_busy_database_is_asked_again_who_is_silenced(hall: Hall) -> None:
    hall.say("before", "id-1")
    await hall.tasks.wait_until_none()
    _, room = await member(hall, "ann")
    chief = hall.world.person("chief", admin=True)
    await chief.do(ConversationRemove, conversation=room, users=["robot"], ban=True)
    hall.looks = [StorageBusyError("Too much waits.")]
    robot = hall.bridge.enter(SOUP, ROBOT)
    await hall.tasks.wait_until_none()
    assert robot.until > 0
    hall.looks = [StorageBusyError("Too much waits.") for _ in range(ATTEMPTS)]
    with capture_logs() as lines:
        hall.bridge.enter(SOUP, ROBOT)
        await hall.tasks.wait_until_none()
    assert [(line["log_level"], line["participant"]) for line in lines] == [("warning", "robot")]


@pytest.mark.parametrize("identity", ["", "nul\0", "i" * 129])
async def test_nobody_is_asked_about_identities_that_no_conversation_knows(hall: Hall, identity: str) -> None:
    hall.looks = [ZeroDivisionError()]
    assert hall.bridge.enter(SOUP, Identity(identity)).until == 0
    await hall.tasks.wait_until_none()
    assert len(hall.looks) == 1


async def test_a_program_edits_and_deletes_what_it_wrote_itself(hall: Hall) -> None:
    hall.say("hello", "id-1")
    hall.say("gone soon", "id-2")
    for text in ("hello all", "hello everybody", "hello everybody"):
        hall.change(text, "id-1")
    hall.say("hello again", "id-1")
    hall.change("", "id-2", change=TextChange.DELETE)
    assert [text for _, _, text in await hall.history()] == ["hello again", ""]
    reader = hall.world.guest("reader", SOUP)
    room = (await reader.do(ConversationRoom, room=SOUP)).conversation
    first, second = (await reader.do(HistoryGet, conversation=room.id)).messages
    assert (first.version, second.deleted_at is not None) == (4, True)
    assert (hall.readers.told, hall.readers.retold) == ([], []), "those in the room have them"


@pytest.mark.parametrize("change", [TextChange.EDIT, TextChange.DELETE])
async def test_but_never_what_others_wrote(hall: Hall, change: TextChange) -> None:
    ann, room = await member(hall, "ann")
    sent = await ann.say(room, "mine")
    hall.say("robot's", "id-1")
    for text_id in (sent.message, "id-1", "id-none"):
        hall.change("stolen", text_id, "thief", change)
    assert [text for _, _, text in await hall.history()] == ["mine", "robot's"]


async def test_a_muted_program_edits_nothing(hall: Hall) -> None:
    hall.say("before", "id-1")
    await hall.tasks.wait_until_none()
    _, room = await member(hall, "ann")
    chief = hall.world.person("chief", admin=True)
    await chief.do(ConversationMute, conversation=room, user="robot", until=int(hall.world.clock.now() * 1000) + 60_000)
    hall.change("after", "id-1")
    assert [text for _, _, text in await hall.history()] == ["before"]


async def test_edits_and_deletions_are_told_by_the_id_that_the_room_knows(hall: Hall) -> None:
    ann, room = await member(hall, "ann")
    sent = await ann.say(room, "hello")
    hall.say("rude", "id-1")
    await hall.tasks.wait_until_none()
    (rude,) = [m for m in (await ann.do(HistoryGet, conversation=room)).messages if m.sender == "robot"]
    await ann.do(MessageEdit, conversation=room, message=sent.message, version=1, text="hello again")
    await ann.do(MessageDelete, conversation=room, message=sent.message)
    chief = hall.world.person("chief", admin=True)
    await chief.do(MessageDelete, conversation=room, message=rude.id)
    assert hall.readers.retold == [
        ("ann", sent.message, "hello again"),
        ("ann", sent.message, None),
        ("robot", "id-1", None),
    ]


async def test_the_oldest_texts_are_forgotten_first() -> None:
    texts = ToldTexts(limit=2)
    for number in range(3):
        message = Message(id=f"MS_{number}", conversation="CV_1", seq=number, sender="ann", sent_at=1, text="x")
        texts.add(SOUP, message, f"id-{number}")
    found = [texts.find(SOUP, Identity("ann"), f"id-{number}") for number in range(3)]
    assert [each is not None for each in found] == [False, True, True]
    assert texts.change("MS_0", 2, "y") is None
    assert texts.change("MS_2", 2, None) is not None
    assert texts.find(SOUP, Identity("ann"), "id-2") is None
