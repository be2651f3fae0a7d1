"""A message and its files are stored together or not at all, on every database."""

from __future__ import annotations

import msgspec
import pytest

from tests.contract.storage.conversations import ANN, BOB, ONE, act, make, post
from tests.contract.storage.ready_files import EXPIRES_AT, ready, view
from tureen.attachments.record import AttachmentRecord
from tureen.messaging.records import Post
from tureen.model.ids import AttachmentId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import Posted
from tureen.protocol.resources import Attachment, ConversationKind
from tureen.storage.attachments import SqlAttachmentStore, SqlMessageFiles
from tureen.storage.database import Database
from tureen.storage.messaging import SqlMessagingStore


@pytest.fixture
def files(database: Database) -> SqlAttachmentStore:
    return SqlAttachmentStore(database)


@pytest.fixture
def store(database: Database) -> SqlMessagingStore:
    return SqlMessagingStore(database, SqlMessageFiles(view))


def with_files(user: UserId, command: str, *files: str) -> Post:
    return msgspec.structs.replace(post(user, command), attachments=[AttachmentId(each) for each in files])


async def owners(files: SqlAttachmentStore, *ids: str) -> dict[str, str | None]:
    """Of those that are there until they expire, and of those that are there for good."""
    found = await files.find([AttachmentId(each) for each in ids], EXPIRES_AT - 1)
    return {record.id: record.message for record in found}


async def refused(store: SqlMessagingStore, post: Post) -> ErrorCode:
    with pytest.raises(CommandError) as error:
        await store.post(post)
    return error.value.error_code


async def test_a_message_has_its_files_for_good(
    store: SqlMessagingStore, files: SqlAttachmentStore, database: Database
) -> None:
    await make(store)
    for name in ("AT_1", "AT_2"):
        await ready(database, name, ANN, ONE)
    placed = await store.post(with_files(ANN, "c1", "AT_2", "AT_1"))
    assert placed.event is not None
    assert isinstance(placed.event.event, Posted)
    assert [each.id for each in placed.event.event.message.attachments] == ["AT_2", "AT_1"]
    assert {each.url for each in placed.event.event.message.attachments} == {"/signed"}
    found = await files.find([AttachmentId("AT_1"), AttachmentId("AT_2")], 10 * EXPIRES_AT)
    assert {record.message for record in found} == {"MS_c1"}


async def test_files_that_cannot_be_had_leave_no_message_and_take_no_others(
    store: SqlMessagingStore, files: SqlAttachmentStore, database: Database
) -> None:
    await make(store, BOB)
    await ready(database, "AT_1", ANN, ONE)
    await ready(database, "AT_2", BOB, ONE)
    assert await refused(store, with_files(ANN, "c1", "AT_1", "AT_2")) is ErrorCode.NOT_FOUND
    assert await refused(store, with_files(ANN, "c2", "AT_1", "AT_none")) is ErrorCode.NOT_FOUND
    assert await owners(files, "AT_1", "AT_2") == {"AT_1": None, "AT_2": None}
    assert (await store.post(with_files(ANN, "c3", "AT_1"))).seq == 2
    assert await refused(store, with_files(ANN, "c4", "AT_1")) is ErrorCode.CONFLICT
    assert (await store.post(post(ANN, "c5"))).seq == 3


async def test_a_message_that_is_refused_takes_no_files(
    store: SqlMessagingStore, files: SqlAttachmentStore, database: Database
) -> None:
    await make(store, BOB)
    await ready(database, "AT_1", BOB, ONE)
    answer = msgspec.structs.replace(with_files(BOB, "c1", "AT_1"), reply_to=MessageId("MS_none"))
    assert await refused(store, answer) is ErrorCode.NOT_FOUND
    await store.mute(act(ANN), BOB, 99)
    assert await refused(store, with_files(BOB, "c2", "AT_1")) is ErrorCode.FORBIDDEN
    assert await owners(files, "AT_1") == {"AT_1": None}


async def test_what_fails_between_the_claim_and_the_commit_leaves_neither(
    store: SqlMessagingStore, files: SqlAttachmentStore, database: Database
) -> None:
    def lose_power(_: AttachmentRecord) -> Attachment:
        raise KeyError("the power is gone")

    await make(store)
    await ready(database, "AT_1", ANN, ONE)
    with pytest.raises(KeyError):
        await SqlMessagingStore(database, SqlMessageFiles(lose_power)).post(with_files(ANN, "c1", "AT_1"))
    assert await owners(files, "AT_1") == {"AT_1": None}
    assert await store.message(ONE, MessageId("MS_c1")) is None
    assert (await store.post(with_files(ANN, "c1", "AT_1"))).seq == 2


async def test_a_command_that_comes_again_is_answered_by_its_place_even_after_its_files_are_gone(
    store: SqlMessagingStore, files: SqlAttachmentStore, database: Database
) -> None:
    await make(store)
    await ready(database, "AT_1", ANN, ONE)
    first = await store.post(with_files(ANN, "c1", "AT_1"))
    again = await store.post(with_files(ANN, "c1", "AT_1"))
    assert (again.seq, again.event) == (first.seq, None)
    await store.delete(act(ANN, "c2"), MessageId("MS_c1"))
    assert (await store.post(with_files(ANN, "c1", "AT_1"))).seq == first.seq


async def test_deletion_and_retention_give_files_up_with_their_messages(
    store: SqlMessagingStore, files: SqlAttachmentStore, database: Database
) -> None:
    await make(store)
    for name in ("AT_1", "AT_2", "AT_3", "AT_4"):
        await ready(database, name, ANN, ONE)
    await store.post(with_files(ANN, "c1", "AT_1"))
    await store.post(with_files(ANN, "c2", "AT_2", "AT_3"))
    await store.post(msgspec.structs.replace(with_files(ANN, "c3", "AT_4"), act=act(ANN, "c3", at=500)))
    await store.delete(act(ANN, "c4"), MessageId("MS_c1"))
    assert set(await owners(files, "AT_1", "AT_2", "AT_3", "AT_4")) == {"AT_2", "AT_3", "AT_4"}
    harmful = Attachment(id="AT_3", name="x", media_type="text/plain", size_bytes=1)
    assert await store.change_attachment(act(ANN), MessageId("MS_c2"), harmful, gone=True) is not None
    assert set(await owners(files, "AT_2", "AT_3", "AT_4")) == {"AT_2", "AT_4"}
    assert await store.purge(ConversationKind.GROUP, 400, 100) is not None
    assert set(await owners(files, "AT_2", "AT_4")) == {"AT_4"}
    assert sorted(await files.expired(1, 9)) == ["AT_1", "AT_2", "AT_3"]
