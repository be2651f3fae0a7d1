"""What moderators do and look at, and how long that is kept, on every database."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from tests.contract.storage.conversations import ANN, BOB, CID, DORA, EVE, ONE, act, make, post
from tests.contract.storage.ready_files import view
from tureen.messaging import MessagingStore
from tureen.messaging.records import (
    Addition,
    ModerationAct,
    Removal,
    ReportQuery,
)
from tureen.messaging.store import BANNED
from tureen.model.ids import ConversationId, MessageId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import (
    ConversationKind,
)
from tureen.storage.attachments import SqlMessageFiles
from tureen.storage.database import Database
from tureen.storage.messaging import SqlMessagingStore


@pytest.fixture
def store(database: Database) -> MessagingStore:
    return SqlMessagingStore(database, SqlMessageFiles(view))


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


async def test_reports(store: MessagingStore) -> None:
    await make(store, BOB)
    await store.post(post(ANN, "c1", "rude"))
    for _ in range(2):
        await store.report(act(BOB), MessageId("MS_c1"), "it is")
    await store.delete(act(ANN, "d"), MessageId("MS_c1"))
    (report,) = await store.reports(ReportQuery(limit=9))
    assert (report.sender, report.text, report.reason, report.reporter) == (ANN, "rude", "it is", BOB)
    await store.forget_reports_of(act(BOB), ANN)
    assert [each.text for each in await store.reports(ReportQuery(limit=9))] == [""]
    assert await store.reports(ReportQuery(before=report.number, limit=9)) == []


async def test_a_report_is_dealt_with_once_and_may_be_opened_again(store: MessagingStore) -> None:
    await make(store, BOB, CID)
    await store.post(post(ANN, "c1", "rude"))
    await store.report(act(BOB), MessageId("MS_c1"), "it is")
    await store.report(act(CID), MessageId("MS_c1"), "it is indeed")
    theirs, bobs = await store.reports(ReportQuery(limit=9))
    done = await store.resolve_report(act(DORA, at=20), bobs.number, "They talked.")
    assert (done.resolved_at, done.resolver, done.resolution) == (20, DORA, "They talked.")
    assert await store.resolve_report(act(EVE, at=30), bobs.number, "I was late.") == done
    assert await store.reports(ReportQuery(open=False, limit=9)) == [done]
    assert await store.reports(ReportQuery(open=True, limit=9)) == [theirs]
    assert await store.reports(ReportQuery(limit=9)) == [theirs, done]
    assert await store.reports(ReportQuery(open=True, before=theirs.number, limit=9)) == []
    assert await store.resolve_report(act(EVE, at=40), bobs.number, None) == bobs
    assert await store.resolve_report(act(EVE, at=50), bobs.number, None) == bobs
    noted = [(entry.act, entry.moderator, entry.user, entry.detail) for entry in await store.audit(None, 9)]
    assert noted == [(ModerationAct.REOPENED, EVE, ANN, ""), (ModerationAct.RESOLVED, DORA, ANN, "They talked.")]
    with pytest.raises(CommandError) as refusal:
        await store.resolve_report(act(EVE), 4711, "nothing")
    assert refusal.value.error_code is ErrorCode.NOT_FOUND


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
    assert {(report.conversation, report.reason) for report in await store.reports(ReportQuery(limit=99))} == {
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
