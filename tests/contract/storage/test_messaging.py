"""What every database keeps of conversations: places without gaps, one for each command, and what they fold to."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
import pytest
from msgspec import structs

from tests.contract.storage.conversations import ANN, BOB, CID, ONE, act, make, post
from tests.contract.storage.ready_files import ready, view
from tureen.messaging import MessagingStore
from tureen.messaging.records import (
    Addition,
    Edit,
    HistoryQuery,
    Mark,
    Post,
    React,
    Removal,
    SearchQuery,
    StateValue,
)
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.errors import CommandError
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


@pytest.fixture
def store(database: Database) -> MessagingStore:
    return SqlMessagingStore(database, SqlMessageFiles(view))


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


async def test_a_page_says_at_which_position_it_was_read(store: MessagingStore) -> None:
    await make(store)
    root = post(ANN, "c1", "root")
    await store.post(root)
    before = await store.history(HistoryQuery(conversation=ONE, before=None, after=None, thread=None, limit=9))
    reply = await store.post(msgspec.structs.replace(post(ANN, "c2", "beneath"), thread=root.id))
    assert reply.event is not None
    for thread in (None, root.id):
        query = HistoryQuery(conversation=ONE, before=None, after=None, thread=thread, limit=9, happenings=True)
        assert (await store.history(query)).seq == reply.event.seq
    assert before.seq == reply.event.seq - 1
    nothing = HistoryQuery(conversation=ONE, before=0, after=None, thread=None, limit=9)
    assert (await store.history(nothing)).seq is None


async def test_no_page_counts_replies_beyond_its_position(store: MessagingStore) -> None:
    await make(store)
    root = post(ANN, "c0", "root")
    await store.post(root)

    async def write() -> None:
        for at in range(40):
            await store.post(msgspec.structs.replace(post(ANN, f"r{at}", "beneath"), thread=root.id))

    async def read() -> None:
        while True:
            page = await store.history(HistoryQuery(conversation=ONE, before=None, after=None, thread=root.id, limit=9))
            main = await store.history(HistoryQuery(conversation=ONE, before=None, after=None, thread=None, limit=9))
            assert page.root is not None
            assert page.seq is not None
            assert main.seq is not None
            # Event 1 made the conversation, event 2 is the root; all others are replies.
            assert page.root.thread_replies == page.seq - 2
            assert main.messages[-1].thread_replies == main.seq - 2

    reading = asyncio.create_task(read())
    await write()
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading


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
