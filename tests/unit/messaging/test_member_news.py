"""What calls ask of groups and hear of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.messaging.world import World
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.commands import (
    ConversationAdd,
    ConversationCreate,
    ConversationDirect,
    ConversationLeave,
    ConversationMute,
    ConversationRemove,
    ConversationRoom,
)
from tureen.protocol.errors import CommandError, ErrorCode


class Heard:
    """Who came and who went, and whether they knew of the conversation by then."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.all: list[tuple[str, str, tuple[str, ...] | None]] = []

    def handle_members_joined(self, conversation: ConversationId, users: Sequence[UserId]) -> None:
        self.all.append(("joined", conversation, tuple(users)))

    def handle_members_left(self, conversation: ConversationId, users: Sequence[UserId] | None) -> None:
        self.all.append(("left", conversation, None if users is None else tuple(users)))


@pytest.fixture
def heard(world: World) -> Heard:
    listener = Heard(world)
    world.service.attach(listener)
    return listener


async def test_comings_and_goings_are_told(world: World, heard: Heard) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    group = (await ann.do(ConversationCreate, title="soup", users=["bob"])).conversation.id
    await ann.do(ConversationAdd, conversation=group, users=["cid", "dan"])
    await ann.do(ConversationRemove, conversation=group, users=["cid"])
    await bob.do(ConversationLeave, conversation=group)
    await world.service.take_out(UserId("dan"))
    assert [event for event in heard.all if event[1] == group][1:] == [
        ("joined", group, ("cid", "dan")),
        ("left", group, ("cid",)),
        ("left", group, ("bob",)),
        ("left", group, ("dan",)),
    ]
    assert set(await world.service.members(group)) == {"ann"}
    await world.service.delete_conversation(UserId("ann"), group)
    assert heard.all[-1] == ("left", group, None)
    assert list(await world.service.members(group)) == []


async def test_members_of_groups_alone_see_calls(world: World) -> None:
    ann, guest = world.person("ann"), world.guest("gus", "soup")
    direct = (await ann.do(ConversationDirect, user="bob")).conversation.id
    room = (await guest.do(ConversationRoom, room="soup")).conversation.id
    for conversation, someone in ((direct, ann), (room, guest), (ConversationId("CV_nowhere"), ann)):
        assert list(await world.service.members(conversation)) == []
        with pytest.raises(CommandError) as caught:
            await world.service.check_may_join(someone.actor, conversation)
        assert caught.value.error_code is ErrorCode.NOT_FOUND


async def test_who_may_come_into_a_call(world: World) -> None:
    ann, bob, eve = world.person("ann"), world.person("bob"), world.person("eve")
    admin = world.person("ada", admin=True)
    group = (await world.group(ann, bob)).id
    await world.service.check_may_join(bob.actor, ConversationId(group))
    for outside in (eve, admin, world.guest("bob", "soup")):
        with pytest.raises(CommandError) as caught:
            await world.service.check_may_join(outside.actor, ConversationId(group))
        assert caught.value.error_code is ErrorCode.NOT_FOUND
    await ann.do(ConversationMute, conversation=group, user="bob", until=2**50)
    with pytest.raises(CommandError) as caught:
        await world.service.check_may_join(bob.actor, ConversationId(group))
    assert caught.value.error_code is ErrorCode.FORBIDDEN
