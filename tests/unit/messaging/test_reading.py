"""History in pages, gaps that are closed or named, and search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.messaging.world import Someone, World
from tureen.messaging import MessagingLimits
from tureen.model.ids import ConversationId
from tureen.protocol.commands import (
    ConversationAdd,
    ConversationRemove,
    ConversationUpdate,
    EventsGet,
    HistoryGet,
    MessageDelete,
    MessageEdit,
    MessageSearch,
    Position,
)
from tureen.protocol.events import ConversationEvent, ConversationGone, Event, Gap
from tureen.protocol.resources import Conversation, Message


def at(group: Conversation, seq: int, epoch: str | None = None) -> Position:
    return Position(conversation=group.id, epoch=epoch or group.epoch, seq=seq)


def seqs(events: Sequence[Event | Message]) -> list[int]:
    return [event.seq for event in events if isinstance(event, ConversationEvent | Message)]


class TestHistory:
    async def test_pages_in_both_directions(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        for number in range(10):
            await ann.say(group.id, str(number))

        async def texts(**fields: Any) -> tuple[str, bool]:
            answer = await ann.do(HistoryGet, conversation=group.id, limit=4, **fields)
            return "".join(message.text for message in answer.messages), answer.more

        assert await texts() == ("6789", True)
        assert await texts(before=8) == ("2345", True)
        assert await texts(before=4) == ("01", False)
        assert await texts(after=0) == ("0123", True)
        assert await texts(after=5) == ("4567", True)
        assert await texts(after=9) == ("89", False)
        assert await texts(after=11) == ("", False)
        assert await ann.refused(HistoryGet, conversation=group.id, before=3, after=1) == "invalid"

    async def test_tells_what_happened_between_the_messages(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann)
        await ann.say(group.id, "one")
        await ann.do(ConversationUpdate, conversation=group.id, title="Soup")
        await ann.do(ConversationAdd, conversation=group.id, users=["bob"])
        await bob.say(group.id, "two")
        first, renamed, joined, second = range(group.head_seq + 1, group.head_seq + 5)

        async def page(**fields: Any) -> tuple[list[int], list[int], bool]:
            answer = await bob.do(HistoryGet, conversation=group.id, happenings=True, **fields)
            assert all(event.command == "" for event in answer.happenings)
            return seqs(answer.messages), seqs(answer.happenings), answer.more

        assert await page(limit=2) == ([second], [joined], True)
        assert await page(limit=2, before=joined) == ([first], [renamed], group.head_seq > 0)
        assert await page(limit=2, after=first) == ([], [renamed, joined], True)
        assert await page(limit=2, after=joined) == ([second], [], False)
        plain = await bob.do(HistoryGet, conversation=group.id)
        assert (seqs(plain.messages), plain.happenings) == ([first, second], [])

    async def test_tells_a_thread_with_its_root(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        root = await ann.say(group.id, "root")
        for number in range(3):
            await ann.say(group.id, str(number), thread=root.message)
        answer = await ann.do(HistoryGet, conversation=group.id, thread=root.message, limit=2, happenings=True)
        assert ([message.text for message in answer.messages], answer.happenings) == (["1", "2"], [])
        assert (answer.root.text, answer.root.thread_replies, answer.more) == ("root", 3, True)
        await ann.do(MessageDelete, conversation=group.id, message=root.message)
        answer = await ann.do(HistoryGet, conversation=group.id, thread=root.message)
        assert answer.root.deleted_at is not None
        answer = await ann.do(HistoryGet, conversation=group.id, thread="MS_elsewhere")
        assert (answer.root, answer.messages) == (None, [])


class TestEvents:
    @pytest.mark.parametrize("memory", [True, False])
    async def test_close_a_gap(self, memory: bool, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        for number in range(6):
            await ann.say(group.id, id=f"n{number}")
        if not memory:
            world.start()
        command = {"conversation": group.id, "epoch": group.epoch}
        answer = await bob.do(EventsGet, **command, after=2, limit=3)
        assert (answer.recovered, seqs(answer.events)) == (True, [3, 4, 5])
        assert {event.command for event in answer.events} == {""}
        rest = await bob.do(EventsGet, **command, after=5)
        assert seqs(rest.events) == [6, 7]
        assert [event.command for event in (await ann.do(EventsGet, **command, after=6)).events] == ["n5"]
        nothing = await bob.do(EventsGet, **command, after=7)
        assert (nothing.recovered, nothing.events) == (True, [])

    async def test_positions_of_another_history(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        await ann.say(group.id)
        for epoch, after in (("other", 1), (group.epoch, 3)):
            answer = await ann.do(EventsGet, conversation=group.id, epoch=epoch, after=after)
            assert (answer.recovered, answer.epoch, answer.events) == (False, group.epoch, [])


class TestCatchUp:
    @pytest.mark.parametrize("memory", [True, False])
    async def test_all_or_a_gap(self, memory: bool, world: World, ann: Someone, bob: Someone) -> None:
        first, second = await world.group(ann, bob), await world.group(ann, bob)
        for group in (first, second):
            for _ in range(3):
                await ann.say(group.id)
        if not memory:
            world.start()
        missed = await world.service.missed(bob.actor, [at(first, 2), at(second, 4)])
        assert seqs(missed) == [3, 4]
        missed = await world.service.missed(bob.actor, [at(first, 4), at(second, 4, "old"), at(second, 5)])
        gap = Gap(conversation=second.id, epoch=second.epoch, head_seq=4)
        assert missed == [gap, gap]

    async def test_too_much_to_send(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(catch_up_events=5, hot_events=3))
        ann = world.person("ann")
        group = await world.group(ann)
        for _ in range(7):
            await ann.say(group.id)
        assert seqs(await world.service.missed(ann.actor, [at(group, 3)])) == [4, 5, 6, 7, 8]
        assert await world.service.missed(ann.actor, [at(group, 2)]) == [
            Gap(conversation=group.id, epoch=group.epoch, head_seq=8)
        ]
        world.close()

    async def test_too_much_to_send_of_all_together(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(catch_up_total=5))
        ann = world.person("ann")
        groups = [await world.group(ann) for _ in range(3)]
        for group in groups:
            for _ in range(2):
                await ann.say(group.id)
        missed = await world.service.missed(ann.actor, [at(group, 1) for group in groups])
        assert seqs(missed) == [2, 3, 2, 3]
        assert missed[-1] == Gap(conversation=groups[-1].id, epoch=groups[-1].epoch, head_seq=3)
        world.close()

    @pytest.mark.parametrize("memory", [True, False])
    async def test_where_one_is_no_member(self, memory: bool, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        await ann.do(ConversationRemove, conversation=group.id, users=["bob"])
        if not memory:
            world.start()
        missed = await world.service.missed(bob.actor, [at(group, 1)])
        assert missed == [ConversationGone(conversation=group.id)]
        nowhere = Position(conversation="CV_nowhere", epoch="", seq=0)
        assert await world.service.missed(bob.actor, [nowhere]) == [ConversationGone(conversation="CV_nowhere")]

    async def test_conversations_in_use_are_answered_from_memory(
        self, world: World, ann: Someone, bob: Someone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        group = await world.group(ann, bob)
        await ann.say(group.id)

        async def unexpected(*args: object, **kwargs: object) -> None:
            raise AssertionError("the database was asked")

        monkeypatch.setattr(world.database, "read", unexpected)
        monkeypatch.setattr(world.database, "write", unexpected)
        assert seqs(await world.service.missed(bob.actor, [at(group, 1)])) == [2]

    async def test_after_a_restart_only_the_first_one_has_to_be_read_for(
        self, world: World, ann: Someone, bob: Someone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        group = await world.group(ann, bob)
        sent = await ann.say(group.id, "secret")
        await bob.say(group.id)
        world.start()
        reads, read = [], world.store.events

        async def counted(conversation: ConversationId, after: int, limit: int) -> Sequence[ConversationEvent]:
            reads.append(after)
            return await read(conversation, after, limit)

        monkeypatch.setattr(world.store, "events", counted)
        first = await world.service.missed(ann.actor, [at(group, 1)])
        second = await world.service.missed(bob.actor, [at(group, 1)])
        assert (seqs(first), seqs(second), len(reads)) == ([2, 3], [2, 3], 1)
        assert [each.command != "" for each in second if isinstance(each, ConversationEvent)] == [False, True]
        await ann.do(MessageDelete, conversation=group.id, message=sent.message)
        third = await world.service.missed(bob.actor, [at(group, 1)])
        assert (seqs(third), len(reads)) == ([2, 3, 4], 1)
        assert "secret" not in str(third)
        assert [event.seq for event in bob.heard(ConversationEvent)][-1] == 4


class TestSearch:
    async def found(self, someone: Someone, query: str, **fields: Any) -> list[str]:
        return [message.text for message in (await someone.do(MessageSearch, query=query, **fields)).messages]

    async def test_words_of_all_scripts_newest_first(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        for text in ("Crème brûlée", "a cream soup", "суп дня", "good-looking creme"):
            world.clock.advance(1)
            await ann.say(group.id, text)
        assert await self.found(ann, "creme") == ["good-looking creme", "Crème brûlée"]
        assert await self.found(ann, "cre") == ["good-looking creme", "a cream soup", "Crème brûlée"]
        assert await self.found(ann, "soup a") == ["a cream soup"]
        assert await self.found(ann, "СУП") == ["суп дня"]
        assert await self.found(ann, "good-look") == ["good-looking creme"]
        assert await self.found(ann, "brulee", conversation=group.id) == ["Crème brûlée"]

    @pytest.mark.parametrize(
        "query", ['"', '"soup', "soup OR salad", "soup*", "text:soup", "^soup", "NEAR(soup", "'", "\\"]
    )
    async def test_what_people_type_is_no_language(self, query: str, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        await ann.say(group.id, "soup and salad")
        assert await self.found(ann, query) in ([], ["soup and salad"])

    async def test_only_in_ones_own_conversations(self, world: World, ann: Someone, bob: Someone) -> None:
        mine, other = await world.group(ann), await world.group(ann, bob)
        await ann.say(mine.id, "secret soup")
        await ann.say(other.id, "open soup")
        assert await self.found(bob, "soup") == ["open soup"]
        assert await bob.refused(MessageSearch, query="soup", conversation=mine.id) == "not_found"

    async def test_edited_and_deleted_ones(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        one, two = await ann.say(group.id, "soup"), await ann.say(group.id, "soup")
        await ann.do(MessageEdit, conversation=group.id, message=one.message, version=1, text="stew")
        await ann.do(MessageDelete, conversation=group.id, message=two.message)
        assert await self.found(ann, "soup") == []
        assert await self.found(ann, "stew") == ["stew"]

    async def test_pages(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        for number in range(5):
            world.clock.advance(1)
            await ann.say(group.id, f"soup {number}")
        page = await ann.do(MessageSearch, query="soup", limit=2)
        assert ([message.text for message in page.messages], page.more) == (["soup 4", "soup 3"], True)
        rest = await ann.do(MessageSearch, query="soup", limit=3, before=page.messages[-1].sent_at)
        assert ([message.text for message in rest.messages], rest.more) == (["soup 2", "soup 1", "soup 0"], False)
        assert await ann.refused(MessageSearch, query=" ".join("abcdefghijklmnopqrstuvwxyz")) == "too_large"
        assert await self.found(ann, "?!") == []


async def test_ids_of_the_store_are_those_of_the_wire(world: World, ann: Someone) -> None:
    group = await world.group(ann)
    assert (await world.store.find(ConversationId(group.id))) is not None
