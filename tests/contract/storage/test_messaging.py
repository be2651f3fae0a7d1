"""What every database keeps of conversations: places without gaps, one for each command, and what they fold to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence

import msgspec
import pytest
from msgspec import structs

from tests.contract.storage.ready_files import ready, view
from tureen.messaging import MessagingStore
from tureen.messaging.records import (
    Act,
    Addition,
    Edit,
    HistoryQuery,
    Mark,
    Membership,
    NewConversation,
    Post,
    React,
    Removal,
    RosterRecord,
    SearchQuery,
    StateValue,
)
from tureen.messaging.store import BANNED
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import CallEnded, Deleted, Edited, Joined, Left, Posted, Reacted
from tureen.protocol.resources import (
    Call,
    CallMedia,
    CallState,
    ConversationKind,
    Custom,
    MemberRole,
    Reaction,
)
from tureen.storage.attachments import SqlAttachmentStore, SqlMessageFiles
from tureen.storage.database import Database
from tureen.storage.messaging import SqlMessagingStore

ANN, BOB, CID, DORA, EVE = (UserId(name) for name in ("ann", "bob", "cid", "dora", "eve"))
ONE = ConversationId("CV_1")


@pytest.fixture
def store(database: Database) -> MessagingStore:
    return SqlMessagingStore(database, SqlMessageFiles(view))


def act(user: UserId, command: str | None = None, *, at: int = 10, conversation: ConversationId = ONE) -> Act:
    return Act(user=user, conversation=conversation, command=command, at=at)


def post(user: UserId, command: str, text: str = "hello", *, at: int = 10, mentions: Sequence[UserId] = ()) -> Post:
    return Post(act=act(user, command, at=at), id=MessageId(f"MS_{command}"), text=text, mentions=list(mentions))


async def make(
    store: MessagingStore,
    *members: UserId,
    conversation: ConversationId = ONE,
    kind: ConversationKind = ConversationKind.GROUP,
    key: str = "",
    owner: UserId = ANN,
    max_groups: int | None = None,
) -> tuple[RosterRecord, Membership | None]:
    return await store.make(
        NewConversation(
            id=conversation,
            kind=kind,
            key=key or f"key {conversation}",
            title="soup",
            epoch="e1",
            created_by=owner,
            at=1,
            members={owner: MemberRole.OWNER, **dict.fromkeys(members, MemberRole.MEMBER)},
            command="make",
            tell=kind is ConversationKind.GROUP,
            max_groups=max_groups,
        )
    )


async def found(store: MessagingStore, user: UserId, *words: str, limit: int = 9) -> list[str]:
    query = SearchQuery(user=user, words=list(words), conversation=None, only_key=None, before=None, limit=limit)
    return [message.text for message in await store.search(query)]


async def test_is_made_once(store: MessagingStore) -> None:
    record, made = await make(store, BOB)
    assert made is not None
    assert made.event is not None
    assert (made.event.seq, made.event.event) == (1, Joined(users=[ANN, BOB]))
    again, second = await make(store, BOB)
    assert second is None
    assert again.conversation == record.conversation
    assert again.seats == record.seats


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


async def test_is_made_once_by_many(store: MessagingStore) -> None:
    made = await asyncio.gather(
        *(
            make(store, BOB, conversation=ConversationId(f"CV_{n}"), kind=ConversationKind.DIRECT, key="ann and bob")
            for n in range(8)
        )
    )
    assert len([each for _, each in made if each is not None]) == 1
    assert len({record.conversation.id for record, _ in made}) == 1


async def test_places_have_no_gaps_and_are_given_in_order(store: MessagingStore) -> None:
    await make(store, BOB)
    order: list[int] = []

    async def write(number: int) -> None:
        order.append((await store.post(post(ANN if number % 2 else BOB, f"c{number}"))).seq)

    await asyncio.gather(*(write(number) for number in range(50)))
    assert order == list(range(2, 52))
    assert [event.seq for event in await store.events(ONE, 0, 100)] == list(range(1, 52))


async def test_a_command_has_one_place_however_often_it_comes(store: MessagingStore) -> None:
    await make(store, BOB)
    placed = await asyncio.gather(*(store.post(post(ANN, "same")) for _ in range(10)))
    assert {each.seq for each in placed} == {2}
    assert [each.event is not None for each in placed].count(True) == 1
    assert (await store.placed(act(ANN, "same"))) == msgspec.structs.replace(placed[0], event=None)
    assert await store.placed(act(BOB, "same")) is None


async def test_what_is_refused_leaves_no_hole(store: MessagingStore) -> None:
    await make(store)
    await store.post(post(ANN, "c1"))
    for refused in (post(BOB, "c2"), msgspec.structs.replace(post(ANN, "c3"), reply_to=MessageId("MS_none"))):
        with pytest.raises(CommandError):
            await store.post(refused)
    assert (await store.post(post(ANN, "c4"))).seq == 3


async def test_folds_what_happens(store: MessagingStore, database: Database) -> None:
    await make(store, BOB)
    custom = Custom(kind="k", data=msgspec.Raw(b'{"a": [1, null]}'))
    first = post(ANN, "c1", "soop", mentions=[BOB])
    await ready(database, "AT_1", ANN, ONE)
    await store.post(msgspec.structs.replace(first, custom=custom, attachments=[AttachmentId("AT_1")]))
    await store.react(React(act=act(BOB, "c2"), message=first.id, label="+1", on=True, max_labels=9, max_reactions=9))
    await store.edit(Edit(act=act(ANN, "c3"), message=first.id, version=1, text="soup", mentions=[], custom=None))
    with pytest.raises(CommandError):
        await store.edit(Edit(act=act(ANN, "c4"), message=first.id, version=1, text="x", mentions=[], custom=None))
    message = await store.message(ONE, first.id)
    assert message is not None
    assert (message.text, message.version, message.mentions, message.custom) == ("soup", 2, [], None)
    assert message.reactions == [Reaction(label="+1", users=[BOB])]
    assert [each.url for each in message.attachments] == [""]
    events = [event.event for event in await store.events(ONE, 1, 9)]
    assert isinstance(events[0], Posted)
    assert (events[0].message.text, events[0].message.mentions, events[0].message.version) == ("soop", [BOB], 1)
    assert events[0].message.custom is not None
    assert msgspec.json.decode(events[0].message.custom.data) == {"a": [1, None]}
    assert events[1:] == [
        Reacted(message=first.id, label="+1"),
        Edited(message=first.id, version=2, text="soup"),
    ]
    deleted = await store.delete(act(ANN, "c5"), first.id)
    assert deleted.version == 3
    events = [event.event for event in await store.events(ONE, 1, 9)]
    assert isinstance(events[0], Posted)
    assert (events[0].message.text, events[0].message.deleted_at) == ("", 10)
    assert events[2:] == [Edited(message=first.id, version=2), Deleted(message=first.id, version=3)]


async def test_rooms_keep_what_their_writers_were_called(store: MessagingStore) -> None:
    room = ConversationId("CV_2")
    await make(store, BOB)
    await make(store, BOB, conversation=room, kind=ConversationKind.ROOM)

    async def names(conversation: ConversationId) -> list[tuple[str, str]]:
        query = HistoryQuery(conversation=conversation, before=None, after=None, thread=None, limit=9)
        events = await store.events(conversation, 0, 9)
        posted = [each.event.message.sender_name for each in events if isinstance(each.event, Posted)]
        kept = [message.sender_name for message in (await store.history(query)).messages]
        return list(zip(kept, posted, strict=True))

    for number, name in enumerate(("Bob", "Robert", "")):
        said = msgspec.structs.replace(act(BOB, f"r{number}", conversation=room), name=name)
        placed = await store.post(Post(act=said, id=MessageId(f"MS_r{number}"), text="hello"))
        assert placed.event is not None
        assert isinstance(placed.event.event, Posted)
        assert placed.event.event.message.sender_name == name
    assert await names(room) == [("Bob", "Bob"), ("Robert", "Robert"), ("", "")]
    # Edited, it is in the log as it was first; deleted, it is gone from both.
    again = Edit(act=said, message=MessageId("MS_r1"), version=1, text="hi", mentions=[], custom=None)
    await store.edit(msgspec.structs.replace(again, act=act(BOB, "e", conversation=room)))
    assert (await names(room))[1] == ("Robert", "Robert")
    for number in (0, 1):
        await store.delete(act(BOB, f"d{number}", conversation=room), MessageId(f"MS_r{number}"))
    assert await names(room) == [("", ""), ("", ""), ("", "")]
    # Elsewhere people are in the directory, and what they are called there counts.
    await store.post(Post(act=msgspec.structs.replace(act(BOB, "g"), name="Bob"), id=MessageId("MS_g"), text="hello"))
    assert await names(ONE) == [("", "")]


async def test_pages_of_history(store: MessagingStore) -> None:
    await make(store)
    for number in range(6):
        await store.post(post(ANN, f"c{number}", str(number)))

    async def texts(before: int | None, after: int | None) -> str:
        query = HistoryQuery(conversation=ONE, before=before, after=after, thread=None, limit=2)
        return "".join(message.text for message in (await store.history(query)).messages)

    assert await texts(None, None) == "345"
    assert await texts(4, None) == "01"
    assert await texts(None, 3) == "234"


async def test_pages_of_history_with_what_happened_between(store: MessagingStore) -> None:
    await make(store)
    await store.post(post(ANN, "c1"))
    await store.add_members(Addition(act=act(ANN, "c2"), users=[BOB], max_members=9))
    await store.edit(
        Edit(act=act(ANN, "c3"), message=MessageId("MS_c1"), version=1, text="x", mentions=[], custom=None)
    )
    await store.rename(act(ANN, "c4"), "Soup", None)
    await store.post(post(BOB, "c5"))

    async def kinds(before: int | None, after: int | None, *, happenings: bool = True) -> list[tuple[int, str]]:
        query = HistoryQuery(conversation=ONE, before=before, after=after, thread=None, limit=1, happenings=happenings)
        page = await store.history(query)
        found = [(message.seq, "message") for message in page.messages]
        return found + [(event.seq, type(event.event).__name__) for event in page.happenings]

    assert await kinds(None, None) == [(2, "message"), (6, "message"), (3, "Joined"), (5, "Renamed")]
    assert await kinds(5, None) == [(2, "message"), (1, "Joined"), (3, "Joined")]
    assert await kinds(None, 1) == [(2, "message"), (6, "message"), (3, "Joined"), (5, "Renamed")]
    assert await kinds(None, 3, happenings=False) == [(6, "message")]


async def test_a_thread_comes_with_its_root(store: MessagingStore) -> None:
    await make(store)
    root = post(ANN, "c1", "root")
    await store.post(root)
    await store.post(msgspec.structs.replace(post(ANN, "c2", "beneath"), thread=root.id))
    page = await store.history(HistoryQuery(conversation=ONE, before=None, after=None, thread=root.id, limit=9))
    assert [message.text for message in page.messages] == ["beneath"]
    assert page.root is not None
    assert (page.root.text, page.root.thread_replies) == ("root", 1)


async def test_members_come_and_go(store: MessagingStore) -> None:
    await make(store)
    added = await store.add_members(Addition(act=act(ANN, "a1"), users=[BOB, CID], max_members=9))
    assert (added.changed, added.standing.conversation.member_count) == ([BOB, CID], 3)
    again = await store.add_members(Addition(act=act(ANN, "a1"), users=[BOB, CID], max_members=9))
    assert (again.changed, again.event) == ([], None)
    gone = await store.remove_members(Removal(act=act(ANN, "a2"), users=[CID], ban=True))
    assert gone.event is not None
    assert (gone.changed, gone.event.event) == ([CID], Left(users=[CID]))
    kept_out = await store.add_members(Addition(act=act(BOB, "a3"), users=[CID], max_members=9))
    assert kept_out.changed == []
    await store.change_role(act(ANN, "a4"), BOB, MemberRole.OWNER)
    await store.mute(act(ANN), BOB, 99)
    left = await store.leave(act(ANN, "a5"))
    assert (left.changed, left.standing.conversation.member_count) == ([ANN], 1)
    roster = await store.roster(ONE)
    assert roster is not None
    assert {user: (seat.role, seat.muted_until) for user, seat in roster.seats.items()} == {BOB: (MemberRole.OWNER, 99)}
    with pytest.raises(CommandError):
        await store.post(post(BOB, "muted"))
    assert [entry.act.value for entry in await store.audit(None, 9)] == [
        "member_muted",
        "role_changed",
        "member_banned",
    ]
    assert [entry.number for entry in await store.audit(2, 9)] == [1]


async def test_who_comes_back_is_as_mute_as_before(store: MessagingStore) -> None:
    await make(store, BOB, CID)
    await store.mute(act(ANN), BOB, 2_000)
    await store.mute(act(ANN), CID, 3_000)
    await store.remove_members(Removal(act=act(ANN, "a1"), users=[BOB, CID]))
    back = await store.add_members(
        Addition(act=structs.replace(act(ANN, "a2"), at=2_000), users=[BOB, CID], max_members=9)
    )
    assert back.mutes == {CID: 3_000}
    roster = await store.roster(ONE)
    assert roster is not None
    assert {user: seat.muted_until for user, seat in roster.seats.items()} == {ANN: None, BOB: None, CID: 3_000}
    await store.mute(act(ANN), CID, None)
    await store.remove_members(Removal(act=act(ANN, "a3"), users=[CID]))
    assert (await store.add_members(Addition(act=act(ANN, "a4"), users=[CID], max_members=9))).mutes == {}


async def test_unread_is_what_others_wrote_and_did_not_take_away(store: MessagingStore) -> None:
    await make(store, BOB)
    for number in range(3):
        await store.post(post(ANN, f"a{number}", mentions=[BOB]))
    await store.post(post(BOB, "b0"))
    await store.delete(act(ANN, "d"), MessageId("MS_a1"))
    await store.save_marks([Mark(conversation=ONE, user=BOB, delivered_seq=3, read_seq=2)])
    await store.save_marks([Mark(conversation=ONE, user=BOB, delivered_seq=2, read_seq=1)])
    view = await store.overview(BOB, ONE)
    assert view is not None
    assert view.member is not None
    assert (view.unread, view.mentions, view.member.delivered_seq, view.member.read_seq) == (1, 1, 3, 2)
    assert view.last_message is not None
    assert view.last_message.id == "MS_b0"
    (listed,) = await store.overviews(BOB, None, 5, None)
    assert listed == view
    assert await store.overviews(BOB, None, 5, "another key") == []
    assert [each.conversation.id for each in await store.standings(BOB, [ONE, ConversationId("CV_2")])] == [ONE]


async def test_search(store: MessagingStore) -> None:
    await make(store, BOB)
    await make(store, conversation=ConversationId("CV_2"))
    secret = Post(act=act(ANN, "s", conversation=ConversationId("CV_2")), id=MessageId("MS_s"), text="hidden soup")
    await store.post(secret)
    for number, text in enumerate(("pea soup", "Souper", "no such thing")):
        await store.post(post(ANN, f"c{number}", text))
    assert await found(store, BOB, "soup") == ["Souper", "pea soup"]
    assert await found(store, ANN, "soup") == ["Souper", "pea soup", "hidden soup"]
    assert await found(store, BOB, "soup", limit=1) == ["Souper", "pea soup"]
    assert await found(store, BOB, "soup", "pe") == ["pea soup"]
    assert await found(store, BOB, "thing", "n") == ["no such thing"]
    await store.edit(
        Edit(act=act(ANN, "e"), message=MessageId("MS_c0"), version=1, text="pea stew", mentions=[], custom=None)
    )
    await store.delete(act(ANN, "d"), MessageId("MS_c1"))
    assert await found(store, BOB, "soup") == []
    assert await found(store, BOB, "stew") == ["pea stew"]


@pytest.mark.parametrize("word", ['"', "'", "\\", "a'b", 'a"b', "(", ":*", "&", "!soup", "a:b", "''", "\\'", "-", "%"])
async def test_what_people_type_is_no_language(store: MessagingStore, word: str) -> None:
    await make(store)
    await store.post(post(ANN, "c1", "soup"))
    assert await found(store, ANN, word) in ([], ["soup"])
    assert await found(store, ANN, word, "soup") in ([], ["soup"])
    assert await found(store, ANN, "soup", word) in ([], ["soup"])


async def test_states(store: MessagingStore) -> None:
    await make(store)

    async def put(key: str, data: bytes | None) -> None:
        await store.set_state(StateValue(act=act(ANN), key=key, data=data, max_keys=2, max_bytes=10))

    for key, data in (("a", b"1"), ("b", b"22"), ("a", b"333"), ("b", None), ("c", b"4444444")):
        await put(key, data)
    assert [(each.key, bytes(each.data)) for each in await store.states(ONE)] == [("a", b"333"), ("c", b"4444444")]
    for key, data in (("d", b"1"), ("a", b"4444")):
        with pytest.raises(CommandError):
            await put(key, data)
    await put("c", b"1")
    await put("a", b"55555")


async def test_traces_of_calls(store: MessagingStore) -> None:
    await make(store)
    call = Call(
        id="CA_1",
        version=1,
        caller=ANN,
        media=CallMedia.VIDEO,
        state=CallState.ENDED,
        parties=[],
        room="r",
        created_at=1,
        ring_until=2,
    )
    placed = [await store.append(act(ANN, "call:CA_1"), CallEnded(call=call)) for _ in range(2)]
    assert [None if each is None else each.seq for each in placed] == [2, 2]
    (event,) = await store.events(ONE, 1, 9)
    assert event.event == CallEnded(call=call)
    assert await store.append(act(ANN, conversation=ConversationId("CV_2")), CallEnded(call=call)) is None


async def test_reports(store: MessagingStore) -> None:
    await make(store, BOB)
    await store.post(post(ANN, "c1", "rude"))
    for _ in range(2):
        await store.report(act(BOB), MessageId("MS_c1"), "it is")
    await store.delete(act(ANN, "d"), MessageId("MS_c1"))
    (report,) = await store.reports(None, 9)
    assert (report.sender, report.text, report.reason, report.reporter) == (ANN, "rude", "it is", BOB)
    await store.forget_reports_of(act(BOB), ANN)
    assert [each.text for each in await store.reports(None, 9)] == [""]
    assert await store.reports(report.number, 9) == []


async def test_old_reports_and_audit_entries_go_unless_their_conversation_is_held(store: MessagingStore) -> None:
    held, gone = ConversationId("CV_held"), ConversationId("CV_gone")
    for conversation in (ONE, held, gone):
        await make(store, BOB, conversation=conversation)
        for number in range(3):
            mine = act(ANN, f"c{number}", conversation=conversation, at=10 + number)
            await store.post(msgspec.structs.replace(post(ANN, f"{conversation}{number}"), act=mine))
            theirs = act(BOB, conversation=conversation, at=10 + number)
            await store.report(theirs, MessageId(f"MS_{conversation}{number}"), f"{number}")
            await store.mute(mine, BOB, 100 + number)
    await store.hold(act(ANN, conversation=held, at=50), held=True)
    await store.close(act(ANN, conversation=gone, at=50))
    assert await store.erase(gone, 99) is not None
    assert await store.erase(gone, 99) is None
    assert [await store.purge_audit(12, 3) for _ in range(3)] == [3, 1, 0]
    assert [await store.purge_reports(12, 3) for _ in range(3)] == [3, 1, 0]
    assert {(entry.conversation, entry.at) for entry in await store.audit(None, 99)} == {
        (ONE, 12),
        (gone, 12),
        (gone, 50),
        *((held, at) for at in (10, 11, 12, 50)),
    }
    assert {(report.conversation, report.reason) for report in await store.reports(None, 99)} == {
        (ONE, "2"),
        (gone, "2"),
        *((held, reason) for reason in "012"),
    }
    await store.hold(act(ANN, conversation=held, at=60), held=False)
    assert (await store.purge_audit(12, 9), await store.purge_reports(12, 9)) == (2, 2)


async def test_whom_moderators_silence(store: MessagingStore) -> None:
    await make(store, BOB, CID, DORA, kind=ConversationKind.ROOM, key="room soup")
    assert await store.silenced_until("room soup", BOB) is None
    assert await store.silenced_until("room salad", BOB) is None
    for user, until in ((BOB, 100), (CID, 200)):
        await store.mute(act(ANN), user, until)
    await store.leave(act(CID))
    await store.remove_members(Removal(act=act(ANN), users=[DORA, EVE], ban=True))
    users = (ANN, BOB, CID, DORA, EVE)
    assert [await store.silenced_until("room soup", user) for user in users] == [None, 100, 200, BANNED, BANNED]
    await store.mute(act(ANN), BOB, None)
    await store.add_members(Addition(act=act(ANN), users=[DORA], max_members=9))
    assert [await store.silenced_until("room soup", user) for user in (BOB, DORA, EVE)] == [None, None, BANNED]


async def test_purge(store: MessagingStore) -> None:
    await make(store, BOB)
    for number in range(5):
        await store.post(post(ANN, f"c{number}", f"soup {number}", at=10 + number, mentions=[BOB]))
    assert await store.purge(ConversationKind.ROOM, 100, 9) is None
    await store.hold(act(ANN), held=True)
    assert await store.purge(ConversationKind.GROUP, 100, 9) is None
    await store.hold(act(ANN), held=False)
    steps = [await store.purge(ConversationKind.GROUP, 12, 2) for _ in range(3)]
    assert [step and step.floor_seq for step in steps] == [2, 3, None]
    assert [event.seq for event in await store.events(ONE, 0, 9)] == [4, 5, 6]
    assert await found(store, BOB, "soup") == ["soup 4", "soup 3", "soup 2"]
    view = await store.overview(BOB, ONE)
    assert view is not None
    assert (view.mentions, view.conversation.floor_seq) == (3, 3)
    written = [message for _, _, message in await store.written_by(ANN, 0, 9)]
    assert written == ["MS_c2", "MS_c3", "MS_c4"]


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


async def test_a_whole_conversation_goes(store: MessagingStore, database: Database) -> None:
    await make(store, BOB, key="room soup")
    other = ConversationId("CV_other")
    await make(store, BOB, conversation=other)
    for number in range(3):
        file = await ready(database, f"AT_{number}", ANN, ONE)
        await store.post(structs.replace(post(ANN, f"c{number}", "soup", mentions=[BOB]), attachments=[file]))
    elsewhere = act(BOB, "kept", conversation=other)
    await store.post(structs.replace(post(BOB, "kept", "other soup"), act=elsewhere))
    await store.report(act(BOB), MessageId("MS_c0"), "rude")
    await store.hold(act(ANN), held=True)
    with pytest.raises(CommandError):
        await store.close(act(CID))
    await store.hold(act(ANN), held=False)
    assert sorted(await store.close(act(CID))) == [ANN, BOB]
    assert await store.find_key("room soup") is None
    assert await store.standings(BOB, [ONE]) == []
    with pytest.raises(CommandError):
        await store.post(post(ANN, "late", "soup"))
    # As after a crash in between.
    assert await store.close(act(CID)) == []
    files = SqlAttachmentStore(database)
    for released in (["AT_0"], ["AT_0", "AT_1", "AT_2"]):
        assert await store.erase(ONE, 2) is not None
        assert sorted(await files.expired(1, 9)) == released
    assert [await store.erase(ONE, 2) for _ in range(2)] == [None, None]
    assert await store.find(ONE) is None
    assert await found(store, BOB, "soup") == ["other soup"]
    assert [entry.act.value for entry in await store.audit(None, 1)] == ["conversation_deleted"]
    assert (await store.audit(None, 1))[0].moderator == CID
    with pytest.raises(CommandError):
        await store.close(act(CID))
    again, made = await make(store, BOB, key="room soup", conversation=ConversationId("CV_again"))
    assert made is not None
    assert again.conversation.head_seq == 1
