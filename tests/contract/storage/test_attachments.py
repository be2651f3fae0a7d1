from __future__ import annotations

import msgspec
import pytest

from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.record import AttachmentRecord, AttachmentState, Part, Refusal
from tureen.attachments.store import Admission
from tureen.auth.secret import Secret
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.storage.attachments import DAY_MS, SqlAttachmentStore, claim, release
from tureen.storage.database import Database
from tureen.storage.secrets import SecretStore

NOW = 20_000 * DAY_MS + 5
ADA, CV, M1, M2 = UserId("ada"), ConversationId("CV_1"), MessageId("MS_1"), MessageId("MS_2")


@pytest.fixture
def store(database: Database) -> SqlAttachmentStore:
    return SqlAttachmentStore(database)


def record(name: str, size: int = 100, *, at: int = NOW, uploader: UserId = ADA) -> AttachmentRecord:
    return AttachmentRecord(
        id=AttachmentId(name),
        uploader=uploader,
        conversation=CV,
        name=f"{name}.png",
        size_bytes=size,
        created_at=at,
        expires_at=at + 1000,
    )


async def ready(store: SqlAttachmentStore, name: str, *, uploader: UserId = ADA) -> AttachmentId:
    new = record(name, uploader=uploader)
    assert await store.create(new, AttachmentLimits()) is Admission.ADMITTED
    assert await store.append(new.id, Part(start=0, size_bytes=100, key=f"{name}/0"))
    assert await store.begin_examination(new.id, NOW, 0)
    finished = AttachmentRecord(
        id=new.id,
        uploader=uploader,
        conversation=CV,
        name=new.name,
        size_bytes=100,
        media_type="image/png",
        width=3,
        height=4,
        thumbnail=True,
        created_at=NOW,
        expires_at=NOW + 500,
        examined_since=NOW,
    )
    assert await store.finish(finished)
    return new.id


async def test_what_is_created_is_found_until_it_expires(store: SqlAttachmentStore) -> None:
    new = record("AT_1")
    await store.create(new, AttachmentLimits())
    assert await store.find([new.id, AttachmentId("AT_2")], NOW) == [new]
    assert await store.find([new.id], NOW + 1000) == []


async def test_a_day_and_the_number_of_open_uploads_are_bounded(store: SqlAttachmentStore) -> None:
    limits = AttachmentLimits(daily_bytes=300, open_uploads=2)
    assert await store.create(record("AT_1"), limits) is Admission.ADMITTED
    assert await store.create(record("AT_2"), limits) is Admission.ADMITTED
    assert await store.create(record("AT_3", 50), limits) is Admission.TOO_MANY_OPEN
    assert await store.create(record("AT_3", 101), limits) is Admission.DAY_FULL
    assert await store.create(record("AT_3", uploader=UserId("bob")), limits) is Admission.ADMITTED
    # What was uploaded counts after it is forgotten too, until the day is over.
    await store.forget([AttachmentId("AT_1"), AttachmentId("AT_2")], NOW // DAY_MS)
    assert await store.create(record("AT_4", 101), limits) is Admission.DAY_FULL
    assert await store.create(record("AT_4", 101, at=NOW + DAY_MS), limits) is Admission.ADMITTED


async def test_parts_join_without_gaps_overlaps_or_excess(store: SqlAttachmentStore) -> None:
    new = record("AT_1")
    await store.create(new, AttachmentLimits())
    first, second = Part(start=0, size_bytes=60, key="a"), Part(start=60, size_bytes=40, key="b")
    assert not await store.append(new.id, second)
    assert await store.append(new.id, first)
    assert not await store.append(new.id, first)
    assert not await store.append(new.id, Part(start=60, size_bytes=41, key="c"))
    assert not await store.begin_examination(new.id, NOW, 0)
    assert await store.append(new.id, second)
    assert await store.parts(new.id) == [first, second]


async def test_one_examines_at_a_time_and_a_lost_one_is_taken_over(store: SqlAttachmentStore) -> None:
    new = record("AT_1")
    await store.create(new, AttachmentLimits())
    await store.append(new.id, Part(start=0, size_bytes=100, key="a"))
    assert await store.begin_examination(new.id, NOW, NOW - 10)
    assert not await store.begin_examination(new.id, NOW + 5, NOW - 5)
    assert await store.begin_examination(new.id, NOW + 20, NOW + 10)
    assert not await store.finish(msgspec.structs.replace(new, examined_since=NOW))
    await store.put_back(new.id, NOW + 20)
    assert (await store.find([new.id], NOW))[0].state is AttachmentState.UPLOADING
    assert await store.begin_examination(new.id, NOW + 30, 0)


async def test_a_refusal_is_remembered(store: SqlAttachmentStore, database: Database) -> None:
    new = record("AT_1")
    await store.create(new, AttachmentLimits())
    await store.append(new.id, Part(start=0, size_bytes=100, key="a"))
    await store.begin_examination(new.id, NOW, 0)
    why = Refusal(code=ErrorCode.REJECTED, message="Eicar.", hint="No.")
    await store.refuse(new.id, why, NOW + 9000)
    found = (await store.find([new.id], NOW + 5000))[0]
    assert (found.state, found.refusal) == (AttachmentState.REFUSED, why)
    assert await store.parts(new.id) == []
    with pytest.raises(CommandError, match="Eicar"):
        await database.write(claim, [new.id], ADA, CV, M1, NOW)


async def test_a_message_claims_all_or_none(store: SqlAttachmentStore, database: Database) -> None:
    one, two, foreign = (
        await ready(store, "AT_1"),
        await ready(store, "AT_2"),
        await ready(store, "AT_3", uploader=UserId("bob")),
    )
    with pytest.raises(CommandError) as refused:
        await database.write(claim, [one, foreign], ADA, CV, M1, NOW)
    assert refused.value.error_code is ErrorCode.NOT_FOUND
    claimed = await database.write(claim, [two, one], ADA, CV, M1, NOW)
    assert [each.id for each in claimed] == [two, one]
    assert (claimed[0].media_type, claimed[0].width, claimed[0].thumbnail) == ("image/png", 3, True)
    assert len(await database.write(claim, [two, one], ADA, CV, M1, NOW)) == 2
    with pytest.raises(CommandError) as taken:
        await database.write(claim, [one], ADA, CV, M2, NOW)
    assert taken.value.error_code is ErrorCode.CONFLICT
    assert len(await store.find([one, two], NOW + 10**9)) == 2


@pytest.mark.parametrize(
    ("ids", "conversation", "code"),
    [
        (["AT_1", "AT_1"], "CV_1", ErrorCode.INVALID),
        (["AT_9"], "CV_1", ErrorCode.NOT_FOUND),
        (["AT_1"], "CV_2", ErrorCode.NOT_FOUND),
        ([f"AT_{n}" for n in range(21)], "CV_1", ErrorCode.LIMIT_EXCEEDED),
        (["AT_5"], "CV_1", ErrorCode.INVALID),
    ],
)
async def test_what_cannot_be_claimed(
    store: SqlAttachmentStore, database: Database, ids: list[str], conversation: str, code: ErrorCode
) -> None:
    await ready(store, "AT_1")
    await store.create(record("AT_5"), AttachmentLimits())
    with pytest.raises(CommandError) as refused:
        await database.write(claim, [AttachmentId(each) for each in ids], ADA, ConversationId(conversation), M1, NOW)
    assert refused.value.error_code is code


async def test_what_is_released_is_gone_at_once_and_swept_later(store: SqlAttachmentStore, database: Database) -> None:
    one, two = await ready(store, "AT_1"), await ready(store, "AT_2")
    await database.write(claim, [one, two], ADA, CV, M1, NOW)
    assert await store.expired(NOW + 10**9, 10) == []
    await database.write(release, [one])
    assert [each.id for each in await store.find([one, two], NOW)] == [two]
    assert await store.expired(NOW, 10) == [one]
    await store.forget([one], 0)
    assert await store.expired(NOW, 10) == []


async def test_the_first_proposal_of_a_secret_stays(database: Database) -> None:
    secrets = SecretStore(database)
    assert (await secrets.keep("key", Secret("one"))).reveal() == "one"
    assert (await secrets.keep("key", Secret("two"))).reveal() == "one"
    assert (await secrets.keep("other", Secret("two"))).reveal() == "two"
