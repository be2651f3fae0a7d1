"""Messages are written, repeated, edited, deleted and reacted to."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from tests.unit.messaging.world import Someone, World
from tureen.messaging import MessagingLimits
from tureen.messaging.records import Act, Post
from tureen.model.ids import AttachmentId, ConversationId, MessageId
from tureen.protocol.commands import (
    ConversationDirect,
    ConversationGet,
    ConversationMute,
    MarkRead,
    MessageDelete,
    MessageEdit,
    MessageReact,
    MessageReport,
    MessageSend,
)
from tureen.protocol.errors import CommandError, ErrorCode, not_found
from tureen.protocol.events import (
    AttachmentChanged,
    CallEnded,
    ConversationEvent,
    Deleted,
    Edited,
    Posted,
    Reacted,
)
from tureen.protocol.resources import (
    Attachment,
    Call,
    CallEnd,
    CallMedia,
    CallState,
    Custom,
    Party,
    PartyState,
    Reaction,
)
from tureen.storage.script import Script


class TestSending:
    async def test_reaches_every_device_of_every_member(self, world: World, ann: Someone, bob: Someone) -> None:
        laptop = world.person("ann", "laptop")
        group = await world.group(ann, bob)
        sent = await ann.say(group.id, "soup is ready", mentions=["bob", "stranger", "bob"])
        for someone in (ann, laptop, bob):
            (event,) = someone.heard(ConversationEvent)
            assert (event.seq, event.epoch, event.sender) == (sent.seq, group.epoch, "ann")
            assert isinstance(event.event, Posted)
            assert event.event.message.text == "soup is ready"
            assert event.event.message.mentions == ["bob"]

    async def test_only_own_devices_hear_the_command(self, world: World, ann: Someone, bob: Someone) -> None:
        laptop = world.person("ann", "laptop")
        group = await world.group(ann, bob)
        await ann.say(group.id, id="my-1")
        assert [event.command for event in laptop.heard(ConversationEvent)] == ["my-1"]
        assert [event.command for event in bob.heard(ConversationEvent)] == [""]

    async def test_a_repeated_command_is_answered_as_before(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        first = await ann.say(group.id, id="my-1")
        await bob.say(group.id, "between")
        world.start()
        bob.inbox.clear()
        assert await ann.say(group.id, id="my-1") == first
        assert bob.inbox == []
        assert len(await bob.page(group.id)) == 2

    async def test_the_same_id_of_another_sender_is_another_command(
        self, world: World, ann: Someone, bob: Someone
    ) -> None:
        group = await world.group(ann, bob)
        first, second = await ann.say(group.id, id="x"), await bob.say(group.id, id="x")
        assert second.seq == first.seq + 1
        assert first.message != second.message

    async def test_many_at_once_arrive_in_the_order_of_their_numbers(
        self, world: World, ann: Someone, bob: Someone
    ) -> None:
        group = await world.group(ann, bob)
        replies = await asyncio.gather(*(who.say(group.id, str(n)) for n in range(40) for who in (ann, bob)))
        assert sorted(reply.seq for reply in replies) == list(range(2, 82))
        assert bob.seqs(group.id) == list(range(2, 82))

    async def test_so_they_do_where_memory_holds_one_conversation(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(rosters=1, hot_bytes=1_000))
        ann, bob = world.person("ann"), world.person("bob")
        groups = [await world.group(ann, bob) for _ in range(3)]
        bob.inbox.clear()
        await asyncio.gather(*(ann.say(group.id, str(n)) for n in range(20) for group in groups))
        for group in groups:
            assert bob.seqs(group.id) == list(range(2, 22))
            missed = await world.service.missed(bob.actor, [_position(group, 1)])
            assert [event.seq for event in missed if isinstance(event, ConversationEvent)] == list(range(2, 22))
        world.close()

    async def test_an_event_whose_writer_went_away_goes_before_the_next(
        self, world: World, ann: Someone, bob: Someone
    ) -> None:
        group = await world.group(ann, bob)
        await ann.say(group.id, "one")
        # Committed, but never published: the handler was cancelled in between.
        act = Act(user=ann.user, conversation=ConversationId(group.id), command="lost", at=1)
        await world.store.post(Post(act=act, id=MessageId("MS_lost"), text="two"))
        await ann.say(group.id, "three")
        assert bob.seqs(group.id) == [2, 3, 4]

    async def test_replies_and_threads(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        root = await ann.say(group.id, "root")
        await bob.say(group.id, "reply", reply_to=root.message)
        await bob.say(group.id, "beneath", thread=root.message)
        await ann.say(group.id, "beneath too", thread=root.message)
        main = await ann.page(group.id)
        assert [(message.text, message.thread_replies) for message in main] == [("root", 2), ("reply", 0)]
        assert main[1].reply_to == root.message
        thread = await ann.page(group.id, thread=root.message)
        assert [message.text for message in thread] == ["beneath", "beneath too"]
        assert await ann.refused(MessageSend, conversation=group.id, text="x", thread=thread[0].id) == "invalid"

    async def test_what_is_replied_to_must_be_there(self, world: World, ann: Someone, bob: Someone) -> None:
        group, other = await world.group(ann, bob), await world.group(ann)
        elsewhere = await ann.say(other.id)
        for field in ("reply_to", "thread"):
            wrong = {"conversation": group.id, "text": "x", field: elsewhere.message}
            assert await ann.refused(MessageSend, **wrong) == "not_found"

    async def test_custom_content_for_machines(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        custom = Custom(kind="sensor.temperature", data=msgspec.Raw(b'{"celsius":71.5,"at":[1,2]}'))
        await ann.do(MessageSend, conversation=group.id, custom=custom)
        (message,) = await bob.page(group.id)
        assert message.custom is not None
        assert msgspec.json.decode(message.custom.data) == {"celsius": 71.5, "at": [1, 2]}
        large = Custom(kind="blob", data=msgspec.Raw(b'"' + b"x" * 40_000 + b'"'))
        assert await ann.refused(MessageSend, conversation=group.id, custom=large) == "too_large"

    @pytest.mark.parametrize("text", ["", "  \n ", "a\0b"])
    async def test_texts_that_are_none(self, text: str, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        assert await ann.refused(MessageSend, conversation=group.id, text=text) == "invalid"

    async def test_foreign_and_unknown_conversations_are_answered_alike(
        self, world: World, ann: Someone, bob: Someone
    ) -> None:
        group = await world.group(ann)
        texts = set()
        for conversation in (group.id, "CV_nowhere"):
            with pytest.raises(CommandError) as refused:
                await bob.say(conversation)
            texts.add(str(refused.value))
            assert refused.value.error_code is ErrorCode.NOT_FOUND
        assert len(texts) == 1


class TestEditing:
    async def test_the_new_text_is_what_everyone_has(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await ann.say(group.id, "soop")
        edited = await ann.do(MessageEdit, conversation=group.id, message=sent.message, version=1, text="soup")
        assert edited.version == 2
        (message,) = await bob.page(group.id)
        assert (message.text, message.version, message.seq) == ("soup", 2, sent.seq)
        assert message.edited_at is not None
        assert bob.heard(ConversationEvent)[-1].event == Edited(message=sent.message, version=2, text="soup")

    async def test_of_an_older_version(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        sent = await ann.say(group.id)
        command = {"conversation": group.id, "message": sent.message, "version": 1}
        await ann.do(MessageEdit, **command, text="a")
        assert await ann.refused(MessageEdit, **command, text="b") == "conflict"
        assert [message.text for message in await ann.page(group.id)] == ["a"]

    async def test_by_its_sender_only(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await bob.say(group.id)
        command = {"conversation": group.id, "message": sent.message, "version": 1, "text": "x"}
        assert await ann.refused(MessageEdit, **command) == "forbidden"

    async def test_to_nothing(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        sent = await ann.say(group.id)
        command = {"conversation": group.id, "message": sent.message, "version": 1, "text": " "}
        assert await ann.refused(MessageEdit, **command) == "invalid"


class TestDeleting:
    async def test_leaves_the_place_and_nothing_else(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await ann.say(group.id, "secret-one", mentions=["bob"])
        await ann.do(MessageEdit, conversation=group.id, message=sent.message, version=1, text="secret-two")
        await bob.do(MessageReact, conversation=group.id, message=sent.message, label="+1")
        deleted = await ann.do(MessageDelete, conversation=group.id, message=sent.message)
        assert deleted.version == 3
        (message,) = await bob.page(group.id)
        assert message.deleted_at is not None
        assert (message.seq, message.text, message.mentions, message.reactions) == (sent.seq, "", [], [])
        assert bob.heard(ConversationEvent)[-1].event == Deleted(message=sent.message, version=3)
        for memory in (True, False):
            if not memory:
                world.start()
            events = await world.service.missed(bob.actor, [_position(group, 0)])
            assert b"secret" not in msgspec.json.encode(events)
            assert len(events) == 5
        await asyncio.to_thread(_assert_nowhere, world.path, "secret")

    async def test_by_moderators_too(self, world: World, ann: Someone, bob: Someone, cid: Someone) -> None:
        group = await world.group(ann, bob, cid)
        sent = await bob.say(group.id)
        command = {"conversation": group.id, "message": sent.message}
        assert await cid.refused(MessageDelete, **command) == "forbidden"
        await ann.do(MessageDelete, **command)
        (entry,) = await world.service.audit(None, 10)
        assert (entry.act.value, entry.moderator, entry.user, entry.message) == (
            "message_deleted",
            "ann",
            "bob",
            sent.message,
        )

    async def test_what_is_deleted_is_over(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await ann.say(group.id)
        command = {"conversation": group.id, "message": sent.message}
        await ann.do(MessageDelete, **command)
        assert await ann.refused(MessageDelete, **command) == "gone"
        assert await ann.refused(MessageEdit, **command, version=2, text="x") == "gone"
        assert await bob.refused(MessageReact, **command, label="+1") == "gone"
        assert await bob.refused(MessageReport, **command) == "gone"

    async def test_does_not_count_as_unread(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await ann.say(group.id, mentions=["bob"])
        await ann.say(group.id)
        await bob.say(group.id, "my own")
        view = (await bob.do(ConversationGet, conversation=group.id)).conversation
        assert (view.unread, view.mentions) == (2, 1)
        await ann.do(MessageDelete, conversation=group.id, message=sent.message)
        view = (await bob.do(ConversationGet, conversation=group.id)).conversation
        assert (view.unread, view.mentions) == (1, 0)
        await bob.do(MarkRead, conversation=group.id, seq=view.head_seq)
        view = (await bob.do(ConversationGet, conversation=group.id)).conversation
        assert (view.unread, view.mentions) == (0, 0)


class TestReacting:
    async def test_folds(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await ann.say(group.id)
        command = {"conversation": group.id, "message": sent.message}
        await ann.do(MessageReact, **command, label="+1")
        await bob.do(MessageReact, **command, label="+1")
        await bob.do(MessageReact, **command, label="heart")
        await ann.do(MessageReact, **command, label="+1", on=False)
        (message,) = await bob.page(group.id)
        assert message.reactions == [Reaction(label="+1", users=["bob"]), Reaction(label="heart", users=["bob"])]
        assert message.version == 1

    async def test_what_is_so_already_makes_no_event(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        sent = await ann.say(group.id)
        command = {"conversation": group.id, "message": sent.message, "label": "+1"}
        await ann.do(MessageReact, **command, on=False)
        first = await ann.do(MessageReact, **command)
        again = await ann.do(MessageReact, **command)
        assert again.seq == first.seq
        assert [type(event.event) for event in ann.heard(ConversationEvent)] == [Posted, Reacted]

    async def test_bounds(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(labels_per_message=2, reactions_per_message=3))
        ann, bob = world.person("ann"), world.person("bob")
        group = await world.group(ann, bob)
        command = {"conversation": group.id, "message": (await ann.say(group.id)).message}
        for label in ("a", "b"):
            await ann.do(MessageReact, **command, label=label)
        assert await ann.refused(MessageReact, **command, label="c") == "limit_exceeded"
        await bob.do(MessageReact, **command, label="a")
        assert await bob.refused(MessageReact, **command, label="b") == "limit_exceeded"
        world.close()


class Files:
    """Uploads that are ready."""

    def __init__(self, *ids: str) -> None:
        self.owners: dict[str, str | None] = dict.fromkeys(ids)
        self.signed = 0
        self.released: list[str] = []

    def claim(self, ids: Sequence[AttachmentId], act: Act, message: MessageId) -> Script[list[Attachment]]:
        yield from ()
        for each in ids:
            if self.owners.get(each, "nobody") not in (None, message):
                raise not_found("attachment")
            self.owners[each] = message
        return [self._view(each) for each in ids]

    async def views(self, ids: Sequence[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
        return {each: self._view(each) for each in ids if each in self.owners}

    def release(self, ids: Sequence[str]) -> Script[None]:
        yield from ()
        self.released += ids

    def _view(self, each: str) -> Attachment:
        self.signed += 1
        return Attachment(
            id=each, name="soup.jpg", media_type="image/jpeg", size_bytes=9, url=f"/f/{each}?s={self.signed}"
        )


class TestAttachments:
    async def test_addresses_are_fresh_each_time(self, tmp_path: Path) -> None:
        files = Files("AT_1")
        world = World(tmp_path / "a.db", attachments=files)
        ann, bob = world.person("ann"), world.person("bob")
        group = await world.group(ann, bob)
        sent = await ann.do(MessageSend, id="one", conversation=group.id, attachments=["AT_1"])
        again = await ann.do(MessageSend, id="one", conversation=group.id, attachments=["AT_1"])
        assert again == sent
        (event,) = bob.heard(ConversationEvent)
        urls = {event.event.message.attachments[0].url if isinstance(event.event, Posted) else ""}
        urls |= {(await bob.page(group.id))[0].attachments[0].url for _ in range(2)}
        assert len(urls) == 3
        assert await bob.refused(MessageSend, conversation=group.id, attachments=["AT_1"]) == "not_found"
        await world.service.record_attachment(
            ConversationId(group.id),
            MessageId(sent.message),
            Attachment(id="AT_1", name="soup.jpg", media_type="image/jpeg", size_bytes=9, width=4, height=3),
        )
        last = bob.heard(ConversationEvent)[-1]
        assert isinstance(last.event, AttachmentChanged)
        assert last.event.attachment.url
        await ann.do(MessageDelete, conversation=group.id, message=sent.message)
        assert files.released == ["AT_1"]
        world.close()

    async def test_a_harmful_file_goes(self, tmp_path: Path) -> None:
        world = World(tmp_path / "a.db", attachments=Files("AT_1", "AT_2"))
        ann = world.person("ann")
        group = await world.group(ann)
        sent = await ann.do(MessageSend, conversation=group.id, attachments=["AT_1", "AT_2"])
        harmful = Attachment(id="AT_1", name="x", media_type="application/x-virus", size_bytes=9)
        where = ConversationId(group.id), MessageId(sent.message)
        await world.service.record_attachment(*where, harmful, gone=True)
        await world.service.record_attachment(*where, harmful, gone=True)
        (message,) = await ann.page(group.id)
        assert [each.id for each in message.attachments] == ["AT_2"]
        assert len(ann.seqs(group.id)) == 2
        world.close()

    async def test_there_are_none_without_a_place_for_them(self, world: World, ann: Someone) -> None:
        group = await world.group(ann)
        assert await ann.refused(MessageSend, conversation=group.id, attachments=["AT_1"]) == "not_found"


class TestNotices:
    async def test_reach_those_who_are_away(self, world: World, ann: Someone, bob: Someone) -> None:
        away = world.person("dora")
        group = await world.group(ann, bob, away)
        del world.mailroom.inboxes[away.user]
        await ann.say(group.id, "soup is ready")
        ((users, notice),) = world.push.notices
        assert users == ["dora"]
        assert (notice.kind, notice.title, notice.body, notice.about) == ("message", "Ann", "soup is ready", group.id)


class TestCalls:
    async def test_leave_one_trace(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        call = Call(
            id="CA_1",
            version=3,
            caller="ann",
            media=CallMedia.AUDIO,
            state=CallState.ENDED,
            parties=[Party(user="ann", state=PartyState.LEFT), Party(user="bob", state=PartyState.MISSED)],
            conversation=group.id,
            room="call-1",
            created_at=1,
            ring_until=2,
            ended_at=3,
            end=CallEnd.MISSED,
        )
        for _ in range(2):
            await world.service.record_call(call)
        (event,) = bob.heard(ConversationEvent)
        assert event.event == CallEnded(call=call)
        assert event.command == ""
        view = (await bob.do(ConversationGet, conversation=group.id)).conversation
        assert (view.unread, view.head_seq) == (0, event.seq)
        await world.service.record_call(structs.replace(call, conversation="CV_nowhere"))
        for _ in range(2):
            await world.service.record_call(structs.replace(call, id="CA_2", conversation=None))
        (event,) = [each for each in bob.heard(ConversationEvent) if each.conversation != group.id]
        assert isinstance(event.event, CallEnded)
        direct = (await ann.do(ConversationDirect, user="bob")).conversation
        assert (direct.id, direct.head_seq) == (event.conversation, 1)
        three = [*call.parties, Party(user="cid", state=PartyState.MISSED)]
        await world.service.record_call(structs.replace(call, id="CA_3", conversation=None, parties=three))

    async def test_its_place_is_one_that_its_caller_may_write_to(
        self, world: World, ann: Someone, bob: Someone, cid: Someone
    ) -> None:
        group = await world.group(ann, bob)
        direct = (await ann.do(ConversationDirect, user="bob")).conversation
        check, shared = world.service.check_place, ConversationId(group.id)
        await check(bob.actor, shared, [ann.user, cid.user])
        await check(ann.actor, direct.id, [bob.user])
        await ann.do(ConversationMute, conversation=group.id, user="bob", until=2**50)
        for actor, conversation, users, code in (
            (cid.actor, group.id, [ann.user], ErrorCode.NOT_FOUND),
            (cid.actor, "CV_nowhere", [ann.user], ErrorCode.NOT_FOUND),
            (bob.actor, group.id, [ann.user], ErrorCode.FORBIDDEN),
            (ann.actor, direct.id, [cid.user], ErrorCode.INVALID),
            (ann.actor, direct.id, [bob.user, cid.user], ErrorCode.INVALID),
        ):
            with pytest.raises(CommandError) as refused:
                await check(actor, ConversationId(conversation), users)
            assert refused.value.error_code is code


def _position(group: Any, seq: int) -> Any:
    from tureen.protocol.commands import Position

    return Position(conversation=group.id, epoch=group.epoch, seq=seq)


def _assert_nowhere(path: Path, text: str) -> None:
    connection = sqlite3.connect(path)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        if not table.startswith("message_words"):
            assert text not in str(connection.execute(f"SELECT * FROM {table}").fetchall()), table
    connection.close()
