"""How many groups people make and are in, and who owns them when people go, on every database."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import msgspec
import pytest

from tests.contract.storage.conversations import ANN, BOB, CID, DORA, EVE, ONE, act, make, post
from tests.contract.storage.ready_files import view
from tureen.messaging import MessagingStore
from tureen.messaging.records import (
    Addition,
    HistoryQuery,
    Membership,
)
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import Joined, Left
from tureen.protocol.resources import (
    ConversationKind,
    MemberRole,
)
from tureen.storage.attachments import SqlMessageFiles
from tureen.storage.database import Database
from tureen.storage.messaging import SqlMessagingStore


@pytest.fixture
def store(database: Database) -> MessagingStore:
    return SqlMessagingStore(database, SqlMessageFiles(view))


async def test_a_person_makes_so_many_groups_however_many_are_made_at_once(store: MessagingStore) -> None:
    outcomes = await asyncio.gather(
        *(make(store, BOB, conversation=ConversationId(f"CV_{number}"), max_groups=5) for number in range(12)),
        return_exceptions=True,
    )
    refused = [each for each in outcomes if isinstance(each, BaseException)]
    assert len(refused) == 7
    assert all(isinstance(each, CommandError) and each.error_code is ErrorCode.LIMIT_EXCEEDED for each in refused)
    assert len(await store.conversations_of(ANN, ConversationId(""), 99)) == 5
    assert len(await store.conversations_of(BOB, ConversationId(""), 99)) == 5
    for kind in (ConversationKind.DIRECT, ConversationKind.ROOM):
        _, made = await make(store, CID, conversation=ConversationId(f"CV_{kind}"), kind=kind)
        assert made is not None


async def test_of_the_groups_that_one_made_those_count_that_nobody_else_keeps(store: MessagingStore) -> None:
    alone, shared, third = ConversationId("CV_alone"), ConversationId("CV_shared"), ConversationId("CV_third")
    await make(store, conversation=alone, max_groups=2)
    await make(store, BOB, conversation=shared, max_groups=2)
    # The command that made one is answered as before.
    assert (await make(store, conversation=alone, max_groups=2))[1] is None
    await store.leave(act(ANN, conversation=alone))
    with pytest.raises(CommandError, match="2 groups"):
        await make(store, conversation=third, max_groups=2)
    assert await store.find(third) is None
    await store.change_role(act(ANN, conversation=shared), BOB, MemberRole.OWNER)
    await store.leave(act(ANN, conversation=shared))
    assert (await make(store, BOB, conversation=third, max_groups=2))[1] is not None
    await store.close(act(ANN, conversation=third))
    while await store.erase(third, 99) is not None:
        pass
    assert (await make(store, conversation=ConversationId("CV_fourth"), max_groups=2))[1] is not None


async def test_a_person_is_brought_into_so_many_groups_however_many_are_made_at_once(store: MessagingStore) -> None:
    others = [ConversationId(f"CV_{number}") for number in range(8)]
    await make(store, CID, conversation=ConversationId("CV_direct"), kind=ConversationKind.DIRECT)
    await asyncio.gather(*(make(store, BOB, conversation=each, max_groups=99) for each in others[:4]))

    def bring(conversation: ConversationId, *users: UserId) -> Coroutine[None, None, Membership]:
        mine = act(ANN, f"add {conversation}", conversation=conversation)
        return store.add_members(Addition(act=mine, users=list(users), max_members=99, max_groups=3))

    outcomes = await asyncio.gather(*(bring(each, CID) for each in others[:4]), return_exceptions=True)
    (refused,) = [each for each in outcomes if isinstance(each, BaseException)]
    assert isinstance(refused, CommandError)
    assert refused.error_code is ErrorCode.LIMIT_EXCEEDED
    assert len(await store.conversations_of(CID, ConversationId(""), 99)) == 3 + 1
    # Together with somebody who has room, and where a group begins, they are left out.
    there = await store.conversations_of(CID, ConversationId(""), 99)
    (full,) = [each for each in others[:4] if each not in there]
    assert (await bring(full, CID, DORA)).changed == [DORA]
    record, made = await make(store, CID, EVE, conversation=others[5], owner=DORA, max_groups=3)
    assert made is not None
    assert made.changed == [DORA, EVE]
    assert set(record.seats) == {DORA, EVE}
    assert record.conversation.member_count == 2
    (event,) = await store.events(others[5], 0, 9)
    assert event.event == Joined(users=[DORA, EVE])


async def test_whoever_is_removed_is_taken_out_of_every_conversation(store: MessagingStore) -> None:
    group, room, direct = ConversationId("CV_group"), ConversationId("CV_room"), ConversationId("CV_direct")
    await make(store, BOB, CID, conversation=group)
    await make(store, BOB, conversation=room, kind=ConversationKind.ROOM)
    await make(store, BOB, conversation=direct, kind=ConversationKind.DIRECT)
    await make(store, CID, conversation=ConversationId("CV_other"))
    assert await store.conversations_of(BOB, ConversationId(""), 2) == [direct, group]
    assert await store.conversations_of(BOB, group, 2) == [room]
    for conversation in (direct, group, room):
        mention = post(ANN, f"c-{conversation}", mentions=[BOB])
        await store.post(msgspec.structs.replace(mention, act=act(ANN, "c1", conversation=conversation)))
    for conversation in (group, room):
        gone = await store.take_out(act(BOB, conversation=conversation))
        assert gone is not None
        assert (gone.membership.changed, gone.heir, gone.succession) == ([BOB], None, None)
        assert gone.membership.event is not None
        assert gone.membership.event.event == Left(users=[BOB])
        assert await store.take_out(act(BOB, conversation=conversation)) is None
        roster = await store.roster(conversation)
        assert roster is not None
        assert BOB not in roster.seats
        assert roster.conversation.member_count == len(roster.seats)
    kept = await store.take_out(act(BOB, conversation=direct))
    assert kept is not None
    assert (kept.membership.changed, kept.membership.event) == ([], None)
    overview = await store.overview(BOB, direct)
    assert overview is not None
    assert overview.mentions == 0
    assert await store.overviews(BOB, None, 9, None) == []
    assert await store.take_out(act(BOB, conversation=ConversationId("CV_none"))) is None
    # What they wrote, and what was written to them, stays.
    assert [message.text for message in (await store.history(_all_of(direct))).messages] == ["hello"]


async def test_a_group_whose_last_owner_is_removed_gets_another_one(store: MessagingStore) -> None:
    await make(store, BOB)
    await store.add_members(Addition(act=act(ANN, "a1", at=20), users=[CID, UserId("dan")], max_members=9))
    await store.change_role(act(ANN, "a2"), UserId("dan"), MemberRole.MODERATOR)
    for owner, heir, left in ((ANN, UserId("dan"), 3), (UserId("dan"), BOB, 2), (BOB, CID, 1)):
        gone = await store.take_out(act(owner))
        assert gone is not None
        assert (gone.heir, gone.membership.standing.conversation.member_count) == (heir, left)
        assert gone.succession is not None
        assert gone.membership.event is not None
        assert gone.succession.seq + 1 == gone.membership.event.seq
        roster = await store.roster(ONE)
        assert roster is not None
        assert roster.seats[heir].role is MemberRole.OWNER
    last = await store.take_out(act(CID))
    assert last is not None
    assert (last.heir, last.membership.standing.conversation.member_count) == (None, 0)
    assert last.membership.event is not None
    assert [event.seq for event in await store.events(ONE, 0, 99)] == list(range(1, last.membership.event.seq + 1))


def _all_of(conversation: ConversationId) -> HistoryQuery:
    return HistoryQuery(conversation=conversation, before=None, after=None, thread=None, limit=9)
