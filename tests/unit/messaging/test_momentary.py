"""Marks, typing, signals and states."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.unit.messaging.world import Someone, World
from tureen.messaging import MessagingLimits
from tureen.model.ids import UserId
from tureen.protocol.commands import (
    ConversationCreate,
    ConversationDirect,
    ConversationGet,
    ConversationMembers,
    MarkDelivered,
    MarkRead,
    SignalSend,
    StateGet,
    StateSet,
    Typing,
)
from tureen.protocol.events import Marked, SignalHeard, StateChanged, TypingHeard


class TestMarks:
    async def test_never_go_back(self, world: World, ann: Someone, bob: Someone) -> None:
        laptop = world.person("bob", "laptop")
        group = await world.group(ann, bob)
        for _ in range(4):
            await ann.say(group.id)
        for kind, seq in ((MarkDelivered, 4), (MarkRead, 3), (MarkRead, 2), (MarkDelivered, 1), (MarkRead, 99)):
            await bob.do(kind, conversation=group.id, seq=seq)
        expected = [(4, 1), (4, 3), (5, 5)]
        for someone in (ann, laptop):
            assert [(event.delivered_seq, event.read_seq) for event in someone.heard(Marked)] == expected
        assert bob.heard(Marked) == []

    async def test_are_known_before_and_after_they_are_written(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        for _ in range(3):
            await ann.say(group.id)
        await bob.do(MarkRead, conversation=group.id, seq=3)

        async def seen() -> tuple[int, int]:
            mine = (await bob.do(ConversationGet, conversation=group.id)).conversation
            members = (await ann.do(ConversationMembers, conversation=group.id)).members
            return mine.unread, next(member.read_seq for member in members if member.user == "bob")

        assert await seen() == (1, 3)
        await bob.do(MarkRead, conversation=group.id, seq=4)
        await world.service.flush()
        world.start()
        assert await seen() == (0, 4)

    async def test_of_a_conversation_that_left_memory_meanwhile(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(rosters=1))
        ann = world.person("ann")
        one, two = await world.group(ann), await world.group(ann)
        await ann.do(MarkDelivered, conversation=one.id, seq=1)
        await world.person("bob").refused(MarkRead, conversation=one.id, seq=1)
        for group in (one, two, one):
            await ann.say(group.id)
            await ann.do(MarkRead, conversation=group.id, seq=2)
        assert [(event.conversation, event.read_seq) for event in ann.heard(Marked)] == []
        other = world.person("ann", "laptop")
        await ann.do(MarkRead, conversation=one.id, seq=1)
        assert other.inbox == []
        world.close()

    async def test_in_a_large_group_are_for_oneself(self, world: World, ann: Someone) -> None:
        users = [f"u{number}" for number in range(120)]
        group = (await ann.do(ConversationCreate, users=users)).conversation
        await ann.say(group.id)
        reader, tablet = world.person("u7"), world.person("u7", "tablet")
        ann.inbox.clear()
        await reader.do(MarkRead, conversation=group.id, seq=2)
        assert ann.inbox == []
        assert [event.read_seq for event in tablet.heard(Marked)] == [2]


class TestTyping:
    async def test_is_for_the_others(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        await ann.do(Typing, conversation=group.id)
        assert bob.heard(TypingHeard) == [TypingHeard(conversation=group.id, user="ann")]
        assert ann.inbox == []

    async def test_in_a_large_group_is_for_nobody(self, world: World, ann: Someone) -> None:
        users = [f"u{number}" for number in range(120)]
        group = (await ann.do(ConversationCreate, users=users)).conversation
        hearer = world.person("u7")
        await ann.do(Typing, conversation=group.id)
        assert hearer.inbox == []

    async def test_to_someone_who_blocks(self, world: World, ann: Someone, bob: Someone) -> None:
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        world.directory.blocks.add((UserId("bob"), UserId("ann")))
        await ann.do(Typing, conversation=one.id)
        await ann.do(SignalSend, conversation=one.id, name="wave")
        assert bob.inbox == []

    async def test_nor_are_they_told_how_far_one_has_read(self, world: World, ann: Someone, bob: Someone) -> None:
        laptop = world.person("ann", "laptop")
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        await bob.say(one.id)
        world.directory.blocks.add((UserId("bob"), UserId("ann")))
        for someone in (ann, bob):
            await someone.do(MarkRead, conversation=one.id, seq=1)
        assert (bob.heard(Marked), ann.heard(Marked)) == ([], [])
        assert [mark.read_seq for mark in laptop.heard(Marked)] == [1]


class TestSignals:
    async def test_reach_everyone_else_and_ones_own_other_devices(
        self, world: World, ann: Someone, bob: Someone
    ) -> None:
        laptop = world.person("ann", "laptop")
        group = await world.group(ann, bob)
        data = msgspec.Raw(b'{"x":1}')
        await ann.do(SignalSend, conversation=group.id, name="cursor", data=data)
        for someone in (bob, laptop):
            (heard,) = someone.heard(SignalHeard)
            assert (heard.sender, heard.name, bytes(heard.data)) == ("ann", "cursor", b'{"x":1}')
        assert ann.inbox == []
        large = msgspec.Raw(b'"' + b"x" * 40_000 + b'"')
        assert await ann.refused(SignalSend, conversation=group.id, name="x", data=large) == "too_large"


class TestStates:
    async def test_the_last_value_counts(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        for value in (b"1", b"2", b'{"v":3}'):
            await ann.do(StateSet, conversation=group.id, key="slide", data=msgspec.Raw(value))
        await bob.do(StateSet, conversation=group.id, key="mood", data=msgspec.Raw(b'"warm"'))
        await bob.do(StateSet, conversation=group.id, key="gone", data=msgspec.Raw(b"1"))
        await bob.do(StateSet, conversation=group.id, key="gone")
        states = (await bob.do(StateGet, conversation=group.id)).states
        assert [(each.key, bytes(each.data), each.sender) for each in states] == [
            ("mood", b'"warm"', "bob"),
            ("slide", b'{"v":3}', "ann"),
        ]
        assert [bytes(event.data) for event in bob.heard(StateChanged)] == [b"1", b"2", b'{"v":3}']

    @pytest.mark.parametrize(
        "limits", [MessagingLimits(state_keys=2), MessagingLimits(state_bytes=6)], ids=["keys", "bytes"]
    )
    async def test_bounds(self, limits: MessagingLimits, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=limits)
        ann = world.person("ann")
        group = await world.group(ann)
        value = msgspec.Raw(b"111")
        for key in ("a", "b", "a"):
            await ann.do(StateSet, conversation=group.id, key=key, data=value)
        assert await ann.refused(StateSet, conversation=group.id, key="c", data=value) == "limit_exceeded"
        await ann.do(StateSet, conversation=group.id, key="a")
        await ann.do(StateSet, conversation=group.id, key="c", data=value)
        assert len((await ann.do(StateGet, conversation=group.id)).states) == 2
        world.close()
