"""Whoever is removed from the server is gone from conversations, for those who look and those who listen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.messaging.world import Someone, World
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.commands import (
    ConversationAdd,
    ConversationDirect,
    ConversationGet,
    ConversationRoom,
    ConversationUpdate,
    HistoryGet,
    MarkRead,
    MessageSend,
)
from tureen.protocol.events import ConversationEvent, Left, RoleChanged
from tureen.protocol.resources import MemberRole


def happenings(someone: Someone, conversation: str) -> list[Any]:
    return [event.event for event in someone.heard(ConversationEvent) if event.conversation == conversation]


@pytest.mark.parametrize("restart", [False, True])
async def test_from_groups_and_rooms_and_the_others_hear_of_it(world: World, restart: bool) -> None:
    ann, bob, cid = world.person("ann"), world.person("bob"), world.person("cid")
    group = await world.group(ann, bob, cid)
    guest, host = world.guest("ann", "soup"), world.guest("bob", "soup")
    room = (await guest.do(ConversationRoom, room="soup")).conversation
    await host.do(ConversationRoom, room="soup")
    direct = (await ann.do(ConversationDirect, user="bob")).conversation
    await ann.say(group.id, "mine", mentions=["bob"])
    await ann.say(direct.id, "between us")
    await ann.do(MarkRead, conversation=group.id, seq=2)
    if restart:
        await world.service.flush()
        world.start()
    await world.service.take_out(ann.user)
    await world.service.take_out(ann.user)
    assert happenings(bob, group.id)[-2:] == [RoleChanged(user="bob", role=MemberRole.OWNER), Left(users=["ann"])]
    assert happenings(host, room.id)[-1:] == [Left(users=["ann"])]
    assert [type(each).__name__ for each in happenings(bob, direct.id)] == ["Posted"]
    view = (await bob.do(ConversationGet, conversation=group.id)).conversation
    assert {member.user: member.role for member in view.members} == {
        "bob": MemberRole.OWNER,
        "cid": MemberRole.MEMBER,
    }
    assert await ann.refused(HistoryGet, conversation=group.id) == "not_found"
    assert await ann.refused(MessageSend, conversation=group.id, text="still here?") == "not_found"
    texts = [each.text for each in (await bob.do(HistoryGet, conversation=group.id)).messages]
    assert texts == ["mine"]
    assert [each.sender for each in (await bob.do(HistoryGet, conversation=direct.id)).messages] == ["ann"]
    # The new owner may do what owners may, and nothing is out of step.
    await bob.do(ConversationUpdate, conversation=group.id, title="ours")
    await bob.do(ConversationAdd, conversation=group.id, users=["dora"])
    await world.service.flush()
    seqs = cid.seqs(group.id)
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


async def test_from_more_conversations_than_a_page_has(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    groups = [await world.group(bob, ann, title=str(number)) for number in range(105)]
    await world.service.take_out(ann.user)
    assert [happenings(bob, group.id)[-1] for group in groups[-3:]] == [Left(users=["ann"])] * 3
    assert await ann.refused(HistoryGet, conversation=groups[0].id) == "not_found"
    assert await world.store.conversations_of(ann.user, ConversationId(""), 1) == []


async def test_what_they_wrote_can_be_deleted_before_or_after(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    group = await world.group(ann, bob)
    await ann.say(group.id, "mine")
    await world.service.take_out(ann.user)
    assert await world.service.forget_user(ann.user, UserId("chief")) == 1
    (message,) = (await bob.do(HistoryGet, conversation=group.id)).messages
    assert (message.text, message.sender) == ("", "ann")
