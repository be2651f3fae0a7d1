"""Calls in the database: `calls.store.CallStore` as scripts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from tureen.calls.record import CallRecord
from tureen.model.ids import CallId, DeviceId, UserId
from tureen.protocol.resources import CallEnd
from tureen.storage.compiled import IsOneOf
from tureen.storage.database import Database
from tureen.storage.schema.calls import CALL_PARTIES, CALLS
from tureen.storage.script import Row, Script, execute, first, rows

_INSERT = insert(CALLS)
_UPDATE = (
    update(CALLS)
    .where(CALLS.c.id == bindparam("call"), CALLS.c.version == bindparam("expected"))
    .values(
        version=bindparam("new_version"),
        is_open=bindparam("new_is_open"),
        is_traced=bindparam("new_is_traced"),
        record=bindparam("new_record"),
    )
    .returning(CALLS.c.id)
)
_LOAD = select(CALLS.c.record).where(CALLS.c.id == bindparam("call"))
_BEGUN_BY = select(CALLS.c.record).where(
    CALLS.c.caller == bindparam("caller"),
    CALLS.c.device == bindparam("device"),
    CALLS.c.command == bindparam("command"),
)
_OPEN = select(CALLS.c.record).where(CALLS.c.is_open == 1).order_by(CALLS.c.id)
_UNTRACED = select(CALLS.c.record).where(CALLS.c.is_open == 0, CALLS.c.is_traced == 0).order_by(CALLS.c.id)
_MARK_TRACED = update(CALLS).where(CALLS.c.id == bindparam("call")).values(is_traced=1)
_PARTIES = select(CALL_PARTIES.c.user_id).where(CALL_PARTIES.c.call_id == bindparam("call"))
_ADD_PARTY = insert(CALL_PARTIES)
_FORGET_PARTIES = delete(CALL_PARTIES).where(CALL_PARTIES.c.call_id == bindparam("call"))

_OLD = (
    select(CALLS.c.id)
    .where(CALLS.c.is_open == 0, CALLS.c.created_at < bindparam("before"))
    .order_by(CALLS.c.created_at)
    .limit(bindparam("page"))
)
_DELETE_PARTIES = delete(CALL_PARTIES).where(IsOneOf(CALL_PARTIES.c.call_id, bindparam("among")))
_DELETE = delete(CALLS).where(IsOneOf(CALLS.c.id, bindparam("among")))

_OF_USER = (CALL_PARTIES.c.user_id == bindparam("user"), CALL_PARTIES.c.created_at < bindparam("before"))
_NEWEST = (
    select(CALL_PARTIES.c.created_at)
    .where(*_OF_USER)
    .order_by(CALL_PARTIES.c.created_at.desc())
    .limit(bindparam("page"))
    .subquery()
)
_HISTORY = (
    select(CALLS.c.record)
    .join(CALL_PARTIES, CALL_PARTIES.c.call_id == CALLS.c.id)
    .where(*_OF_USER, CALL_PARTIES.c.created_at >= select(func.min(_NEWEST.c.created_at)).scalar_subquery())
    .order_by(CALL_PARTIES.c.created_at.desc(), CALLS.c.id.desc())
)

_END_OF_TIME = 2**53


class DatabaseCallStore:
    """Implements `calls.store.CallStore`."""

    def __init__(self, database: Database) -> None:
        """``database``: either engine."""
        self._database = database

    async def save(self, record: CallRecord, expected: int) -> bool:
        """See `CallStore`."""
        return await self._database.write(_save, record, expected)

    async def load(self, call: CallId) -> CallRecord | None:
        """See `CallStore`."""
        return await self._database.read(_load, call)

    async def begun_by(self, user: UserId, device: DeviceId, command: str) -> CallRecord | None:
        """See `CallStore`."""
        return await self._database.read(_begun_by, user, device, command)

    async def open_calls(self) -> Sequence[CallRecord]:
        """See `CallStore`."""
        return await self._database.read(_open_calls)

    async def untraced(self) -> Sequence[CallRecord]:
        """See `CallStore`."""
        return await self._database.read(_untraced)

    async def mark_traced(self, call: CallId) -> None:
        """See `CallStore`."""
        await self._database.write(_mark_traced, call)

    async def purge(self, before: int, limit: int) -> int:
        """See `CallStore`."""
        return await self._database.write(_purge, before, limit)

    async def history(self, user: UserId, before: int | None, limit: int) -> Sequence[CallRecord]:
        """See `CallStore`."""
        return await self._database.read(_history, user, _END_OF_TIME if before is None else before, limit)


def _save(record: CallRecord, expected: int) -> Script[bool]:
    if not (yield from _replace(record, expected)):
        return False
    if record.end is CallEnd.GLARE:
        # The other call goes on, and is the one that people remember.
        yield from execute(_FORGET_PARTIES, call=record.id)
        return True
    known = {row["user_id"] for row in (yield from rows(_PARTIES, call=record.id))}
    for party in record.parties:
        if party.reachable and party.user not in known:
            yield from execute(_ADD_PARTY, user_id=party.user, call_id=record.id, created_at=record.created_at)
    return True


def _replace(record: CallRecord, expected: int) -> Script[bool]:
    text = msgspec.json.encode(record).decode()
    is_traced = int(record.end is CallEnd.GLARE)
    if expected:
        row = yield from first(
            _UPDATE,
            call=record.id,
            expected=expected,
            new_version=record.version,
            new_is_open=int(record.is_open),
            new_is_traced=is_traced,
            new_record=text,
        )
        return row is not None
    if (yield from first(_LOAD, call=record.id)) is not None:
        return False
    yield from execute(
        _INSERT,
        id=record.id,
        version=record.version,
        caller=record.caller,
        device=record.device,
        command=record.command,
        created_at=record.created_at,
        is_open=int(record.is_open),
        is_traced=is_traced,
        record=text,
    )
    return True


def _load(call: CallId) -> Script[CallRecord | None]:
    row = yield from first(_LOAD, call=call)
    return None if row is None else _record(row)


def _begun_by(user: UserId, device: DeviceId, command: str) -> Script[CallRecord | None]:
    row = yield from first(_BEGUN_BY, caller=user, device=device, command=command)
    return None if row is None else _record(row)


def _open_calls() -> Script[list[CallRecord]]:
    return [_record(row) for row in (yield from rows(_OPEN))]


def _untraced() -> Script[list[CallRecord]]:
    return [_record(row) for row in (yield from rows(_UNTRACED))]


def _mark_traced(call: CallId) -> Script[None]:
    yield from execute(_MARK_TRACED, call=call)


def _purge(before: int, limit: int) -> Script[int]:
    old = [row["id"] for row in (yield from rows(_OLD, before=before, page=limit))]
    yield from execute(_DELETE_PARTIES, among=old)
    yield from execute(_DELETE, among=old)
    return len(old)


def _history(user: UserId, before: int, limit: int) -> Script[list[CallRecord]]:
    return [_record(row) for row in (yield from rows(_HISTORY, user=user, before=before, page=limit))]


def _record(row: Row) -> CallRecord:
    return msgspec.json.decode(row["record"], type=CallRecord)
