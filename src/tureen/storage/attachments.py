"""Records of files, in SQL. Implements `attachments.store.AttachmentStore`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, func, insert, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tureen.attachments.claims import check_claim
from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.record import OPEN_STATES, AttachmentRecord, AttachmentState, Part, Refusal
from tureen.attachments.store import Admission
from tureen.messaging.records import Act
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.resources import Attachment
from tureen.storage.compiled import IsOneOf
from tureen.storage.database import Database
from tureen.storage.schema.attachments import ATTACHMENT_PARTS, ATTACHMENT_USAGE, ATTACHMENTS
from tureen.storage.script import PerDialect, Row, Script, execute, first, one, rows

DAY_MS = 86_400_000

_A, _P, _U = ATTACHMENTS.c, ATTACHMENT_PARTS.c, ATTACHMENT_USAGE.c
_ID = _A.id == bindparam("key")
_EXAMINED_HERE = and_(_ID, _A.state == "scanning", _A.examined_since == bindparam("since"))
_AMONG = IsOneOf(_A.id, bindparam("ids"))

_INSERT = insert(ATTACHMENTS)
_COUNT_OPEN = select(func.count().label("open")).where(
    _A.uploader == bindparam("uploader"),
    or_(*(_A.state == state.value for state in OPEN_STATES)),
    _A.expires_at > bindparam("now"),
)
_USED = select(_U.size_bytes).where(_U.uploader == bindparam("uploader"), _U.day == bindparam("day"))
_NEW_USAGE: dict[str, Any] = {name: bindparam(name) for name in ("uploader", "day", "size_bytes")}
_USE = PerDialect(
    sqlite=sqlite.insert(ATTACHMENT_USAGE)
    .values(_NEW_USAGE)
    .on_conflict_do_update(
        index_elements=["uploader", "day"], set_={"size_bytes": _U.size_bytes + bindparam("size_bytes")}
    ),
    postgresql=postgresql.insert(ATTACHMENT_USAGE)
    .values(_NEW_USAGE)
    .on_conflict_do_update(
        index_elements=["uploader", "day"], set_={"size_bytes": _U.size_bytes + bindparam("size_bytes")}
    ),
)
_FIND = select(ATTACHMENTS).where(_AMONG, or_(_A.expires_at.is_(None), _A.expires_at > bindparam("now")))
_APPEND = (
    update(ATTACHMENTS)
    .where(
        _ID,
        or_(_A.state == "pending", _A.state == "uploading"),
        _A.received_bytes == bindparam("begin"),
        _A.size_bytes >= bindparam("stop"),
    )
    .values(received_bytes=bindparam("stop"), state="uploading")
    .returning(_A.id)
)
_ADD_PART = insert(ATTACHMENT_PARTS)
_PARTS = select(ATTACHMENT_PARTS).where(_P.attachment == bindparam("key")).order_by(_P.start)
_DROP_PARTS = delete(ATTACHMENT_PARTS).where(_P.attachment == bindparam("key"))
_BEGIN = (
    update(ATTACHMENTS)
    .where(
        _ID,
        _A.received_bytes == _A.size_bytes,
        or_(_A.state == "uploading", and_(_A.state == "scanning", _A.examined_since < bindparam("lost_before"))),
    )
    .values(state="scanning", examined_since=bindparam("now"))
    .returning(_A.id)
)
_FINISH = (
    update(ATTACHMENTS)
    .where(_EXAMINED_HERE)
    .values(
        state="ready",
        media_type=bindparam("found_type"),
        width=bindparam("found_width"),
        height=bindparam("found_height"),
        thumbnail=bindparam("has_thumbnail"),
        expires_at=bindparam("until"),
        examined_since=null(),
    )
    .returning(_A.id)
)
_REFUSE = (
    update(ATTACHMENTS)
    .where(_ID, _A.state == "scanning")
    .values(state="refused", refusal=bindparam("why"), expires_at=bindparam("until"), examined_since=null())
)
_PUT_BACK = update(ATTACHMENTS).where(_EXAMINED_HERE).values(state="uploading", examined_since=null())
_CLAIM = update(ATTACHMENTS).where(_AMONG).values(message=bindparam("claimed_by"), expires_at=null())
_RELEASE = update(ATTACHMENTS).where(_AMONG).values(expires_at=0)
_EXPIRED = select(_A.id).where(_A.expires_at <= bindparam("now")).order_by(_A.expires_at).limit(bindparam("most"))
_FORGET = delete(ATTACHMENTS).where(_AMONG)
_FORGET_PARTS = delete(ATTACHMENT_PARTS).where(IsOneOf(_P.attachment, bindparam("ids")))
_FORGET_USAGE = delete(ATTACHMENT_USAGE).where(_U.day < bindparam("day"))


class SqlAttachmentStore:
    """On SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, record: AttachmentRecord, limits: AttachmentLimits) -> Admission:
        """See `AttachmentStore.create`."""
        return await self._database.write(_create, record, limits)

    async def find(self, ids: Iterable[AttachmentId], now: int) -> Sequence[AttachmentRecord]:
        """See `AttachmentStore.find`."""
        return await self._database.read(_find, list(ids), now)

    async def append(self, attachment: AttachmentId, part: Part) -> bool:
        """See `AttachmentStore.append`."""
        return await self._database.write(_append, attachment, part)

    async def parts(self, attachment: AttachmentId) -> Sequence[Part]:
        """See `AttachmentStore.parts`."""
        return await self._database.read(_parts, attachment)

    async def begin_examination(self, attachment: AttachmentId, now: int, lost_before: int) -> bool:
        """See `AttachmentStore.begin_examination`."""
        return await self._database.write(_begin, attachment, now, lost_before)

    async def finish(self, record: AttachmentRecord) -> bool:
        """See `AttachmentStore.finish`."""
        return await self._database.write(_finish, record)

    async def refuse(self, attachment: AttachmentId, refusal: Refusal, expires_at: int) -> None:
        """See `AttachmentStore.refuse`."""
        await self._database.write(_refuse, attachment, refusal, expires_at)

    async def put_back(self, attachment: AttachmentId, examined_since: int) -> None:
        """See `AttachmentStore.put_back`."""
        await self._database.write(_put_back, attachment, examined_since)

    async def expired(self, now: int, limit: int) -> Sequence[AttachmentId]:
        """See `AttachmentStore.expired`."""
        return await self._database.read(_expired, now, limit)

    async def forget(self, ids: Iterable[AttachmentId], day: int) -> None:
        """See `AttachmentStore.forget`."""
        await self._database.write(_forget, list(ids), day)


class SqlMessageFiles:
    """Implements `storage.messaging.files.MessageFiles`."""

    def __init__(self, view: Callable[[AttachmentRecord], Attachment]) -> None:
        """``view``: how clients see a file; may be called again for the same one."""
        self._view = view

    def claim(self, ids: Sequence[AttachmentId], act: Act, message: MessageId) -> Script[list[Attachment]]:
        """See `MessageFiles.claim`."""
        records = yield from claim(ids, act.user, act.conversation, message, act.at)
        return [self._view(record) for record in records]

    def release(self, ids: Sequence[str]) -> Script[None]:
        """See `MessageFiles.release`."""
        if ids:
            yield from release(ids)


def claim(
    ids: Sequence[AttachmentId], uploader: UserId, conversation: ConversationId, message: MessageId, now: int
) -> Script[Sequence[AttachmentRecord]]:
    """Makes them part of a message, all or none; in the order of ``ids``. Raises as `claims.check_claim`.

    Part of the script that stores the message, which holds the conversation's row: nobody else claims files there.
    """
    found = yield from _find(list(ids), now)
    records = check_claim(found, ids, uploader, conversation, message)
    yield from execute(_CLAIM, ids=[str(each) for each in ids], claimed_by=message)
    return records


def release(ids: Sequence[str]) -> Script[None]:
    """They have expired, whatever they were. Part of the script that deletes their messages."""
    yield from execute(_RELEASE, ids=[str(each) for each in ids])


def _create(record: AttachmentRecord, limits: AttachmentLimits) -> Script[Admission]:
    day = record.created_at // DAY_MS
    usage = yield from first(_USED, uploader=record.uploader, day=day)
    if (usage["size_bytes"] if usage else 0) + record.size_bytes > limits.daily_bytes:
        return Admission.DAY_FULL
    counted = yield from one(_COUNT_OPEN, uploader=record.uploader, now=record.created_at)
    if counted["open"] >= limits.open_uploads:
        return Admission.TOO_MANY_OPEN
    yield from execute(_USE, uploader=record.uploader, day=day, size_bytes=record.size_bytes)
    yield from execute(_INSERT, **_columns(record))
    return Admission.ADMITTED


def _find(ids: Sequence[AttachmentId], now: int) -> Script[Sequence[AttachmentRecord]]:
    found = yield from rows(_FIND, ids=[str(each) for each in ids], now=now)
    return [_record(row) for row in found]


def _append(attachment: AttachmentId, part: Part) -> Script[bool]:
    row = yield from first(_APPEND, key=attachment, begin=part.start, stop=part.start + part.size_bytes)
    if row is None:
        return False
    yield from execute(
        _ADD_PART, attachment=attachment, start=part.start, size_bytes=part.size_bytes, object_key=part.key
    )
    return True


def _parts(attachment: AttachmentId) -> Script[Sequence[Part]]:
    found = yield from rows(_PARTS, key=attachment)
    return [Part(start=row["start"], size_bytes=row["size_bytes"], key=row["object_key"]) for row in found]


def _begin(attachment: AttachmentId, now: int, lost_before: int) -> Script[bool]:
    return (yield from first(_BEGIN, key=attachment, now=now, lost_before=lost_before)) is not None


def _finish(record: AttachmentRecord) -> Script[bool]:
    row = yield from first(
        _FINISH,
        key=record.id,
        since=record.examined_since,
        found_type=record.media_type,
        found_width=record.width,
        found_height=record.height,
        has_thumbnail=int(record.thumbnail),
        until=record.expires_at,
    )
    if row is None:
        return False
    yield from execute(_DROP_PARTS, key=record.id)
    return True


def _refuse(attachment: AttachmentId, refusal: Refusal, expires_at: int) -> Script[None]:
    yield from execute(_REFUSE, key=attachment, why=msgspec.json.encode(refusal).decode(), until=expires_at)
    yield from execute(_DROP_PARTS, key=attachment)


def _put_back(attachment: AttachmentId, examined_since: int) -> Script[None]:
    yield from execute(_PUT_BACK, key=attachment, since=examined_since)


def _expired(now: int, limit: int) -> Script[Sequence[AttachmentId]]:
    found = yield from rows(_EXPIRED, now=now, most=limit)
    return [AttachmentId(row["id"]) for row in found]


def _forget(ids: Sequence[AttachmentId], day: int) -> Script[None]:
    listed = [str(each) for each in ids]
    yield from execute(_FORGET_PARTS, ids=listed)
    yield from execute(_FORGET, ids=listed)
    yield from execute(_FORGET_USAGE, day=day)


def _columns(record: AttachmentRecord) -> dict[str, str | int | None]:
    columns = msgspec.structs.asdict(record)
    refusal = record.refusal and msgspec.json.encode(record.refusal).decode()
    return {**columns, "state": record.state.value, "thumbnail": int(record.thumbnail), "refusal": refusal}


def _record(row: Row) -> AttachmentRecord:
    refusal = row["refusal"]
    return AttachmentRecord(
        id=AttachmentId(row["id"]),
        uploader=UserId(row["uploader"]),
        conversation=ConversationId(row["conversation"]),
        name=row["name"],
        size_bytes=row["size_bytes"],
        received_bytes=row["received_bytes"],
        state=AttachmentState(row["state"]),
        media_type=row["media_type"],
        width=row["width"],
        height=row["height"],
        thumbnail=bool(row["thumbnail"]),
        refusal=msgspec.json.decode(refusal, type=Refusal) if refusal else None,
        message=row["message"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        examined_since=row["examined_since"],
    )
