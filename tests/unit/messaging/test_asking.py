"""The application is asked before a message or an edit is published."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from tests.unit.messaging.world import World
from tureen.messaging import Draft
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.protocol.commands import (
    ConversationDirect,
    ConversationMute,
    ConversationRoom,
    MessageEdit,
    MessageSend,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import ConversationKind


class Moderator:
    """An application that has a say."""

    def __init__(self) -> None:
        self.seen: list[Draft] = []
        self.mentions: list[UserId] = []

    async def before_publish(self, actor: Actor, draft: Draft) -> Draft:
        self.seen.append(draft)
        if "forbidden" in draft.text:
            raise CommandError(ErrorCode.REJECTED, "Not here.")
        text = draft.text.replace("darn", "****")
        return structs.replace(draft, text=text, mentions=self.mentions, sender=UserId("mallory"))


async def test_the_application_rewrites_and_rejects(tmp_path: Path) -> None:
    moderator = Moderator()
    world = World(tmp_path / "m.db", before_publish=moderator)
    ann = world.person("ann")
    group = await world.group(ann)
    sent = await ann.say(group.id, "darn soup")
    assert await ann.refused(MessageSend, conversation=group.id, text="forbidden") == "rejected"
    command = {"conversation": group.id, "message": sent.message, "version": 1}
    assert await ann.refused(MessageEdit, **command, text="forbidden") == "rejected"
    await ann.do(MessageEdit, **command, text="darn good soup")
    (message,) = await ann.page(group.id)
    assert (message.text, message.sender) == ("**** good soup", "ann")
    assert moderator.seen[-1].replaces == moderator.seen[-1].id == sent.message == moderator.seen[0].id
    assert ann.seqs(group.id) == [2, 3]
    world.close()


async def test_of_what_is_stored_nobody_is_asked_again(tmp_path: Path) -> None:
    moderator = Moderator()
    world = World(tmp_path / "m.db", before_publish=moderator)
    ann = world.person("ann")
    group = await world.group(ann)
    sent = await ann.do(MessageSend, id="one", conversation=group.id, text="soup")
    assert await ann.do(MessageSend, id="one", conversation=group.id, text="forbidden") == sent
    edit = {"id": "two", "conversation": group.id, "message": sent.message, "version": 1}
    edited = await ann.do(MessageEdit, **edit, text="good soup")
    world.start()
    assert await ann.do(MessageEdit, **edit, text="forbidden") == edited
    assert [draft.text for draft in moderator.seen] == ["soup", "good soup"]
    assert ann.seqs(group.id) == [2, 3]
    world.close()


async def test_the_application_is_asked_last(tmp_path: Path) -> None:
    moderator = Moderator()
    world = World(tmp_path / "m.db", before_publish=moderator)
    ann, bob, eve = world.person("ann"), world.person("bob"), world.person("eve")
    group = await world.group(ann, bob)
    direct = (await ann.do(ConversationDirect, user="bob")).conversation
    sent = await ann.say(group.id)
    await ann.do(ConversationMute, conversation=group.id, user="bob", until=int(world.clock.now() * 1000) + 1000)
    world.directory.blocks.add((UserId("bob"), UserId("ann")))
    edit = {"conversation": group.id, "message": sent.message, "text": "other soup"}
    assert await eve.refused(MessageSend, conversation=group.id, text="soup") == "not_found"
    assert await bob.refused(MessageSend, conversation=group.id, text="soup") == "forbidden"
    assert await ann.refused(MessageSend, conversation=direct.id, text="soup") == "forbidden"
    assert await ann.refused(MessageSend, conversation=group.id, text=" ") == "invalid"
    assert await ann.refused(MessageEdit, **{**edit, "message": "MS_none"}, version=1) == "not_found"
    assert await ann.refused(MessageEdit, **edit, version=2) == "conflict"
    await ann.do(ConversationMute, conversation=group.id, user="bob", until=None)
    assert await bob.refused(MessageEdit, **edit, version=1) == "forbidden"
    assert len(moderator.seen) == 1
    world.close()


async def test_the_application_knows_the_room_and_mentions_members_only(tmp_path: Path) -> None:
    moderator = Moderator()
    world = World(tmp_path / "m.db", before_publish=moderator)
    ann = world.guest("ann", "kitchen")
    room = (await ann.do(ConversationRoom, room="kitchen")).conversation
    moderator.mentions = [UserId("ann"), UserId("stranger")]
    await ann.say(room.id, "soup")
    assert (moderator.seen[0].room, moderator.seen[0].kind) == ("kitchen", ConversationKind.ROOM)
    assert (await ann.page(room.id))[0].mentions == ["ann"]
    world.close()
