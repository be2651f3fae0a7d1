"""Which objects a database refers to: the files that are ready, their thumbnails, and the chunks of open uploads.

What has expired is not among them: it is deleted sooner or later, and may be gone in part.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Result, Select, or_, select

from tureen.attachments import layout
from tureen.attachments.record import OPEN_STATES, AttachmentState
from tureen.attachments.signing import Purpose
from tureen.model.ids import AttachmentId
from tureen.storage.schema.attachments import ATTACHMENT_PARTS, ATTACHMENTS

_A, _P = ATTACHMENTS.c, ATTACHMENT_PARTS.c
_ROWS_AT_ONCE = 500


class ExpectedObject(Struct, frozen=True, kw_only=True):
    """One that has to be in the store."""

    key: str
    attachment: str
    name: str
    """As people call the file."""
    size_bytes: int | None
    """None: the database does not know it."""


def expected_objects(connection: Connection) -> Iterator[ExpectedObject]:
    """All of them, in the order of their attachments."""
    now = time.time_ns() // 1_000_000
    return _expected(connection, or_(_A.expires_at.is_(None), _A.expires_at > now))


def still_expected(connection: Connection, missing: Sequence[ExpectedObject]) -> list[ExpectedObject]:
    """Those among them that the database refers to now: the others were deleted, or their uploads finished."""
    now, there = time.time_ns() // 1_000_000, set[str]()
    alive = or_(_A.expires_at.is_(None), _A.expires_at > now)
    ids = sorted({each.attachment for each in missing})
    for begin in range(0, len(ids), _ROWS_AT_ONCE):
        some = _expected(connection, alive & _A.id.in_(ids[begin : begin + _ROWS_AT_ONCE]))
        there.update(each.key for each in some)
    return [each for each in missing if each.key in there]


def _expected(connection: Connection, which: ColumnElement[bool]) -> Iterator[ExpectedObject]:
    files = select(_A.id, _A.name, _A.size_bytes, _A.thumbnail)
    files = files.where(_A.state == AttachmentState.READY.value, which).order_by(_A.id)
    for row in _rows(connection, files):
        key = layout.variant(AttachmentId(row.id), Purpose.ORIGINAL)
        yield ExpectedObject(key=key, attachment=row.id, name=row.name, size_bytes=row.size_bytes)
        if row.thumbnail:
            key = layout.variant(AttachmentId(row.id), Purpose.THUMBNAIL)
            yield ExpectedObject(key=key, attachment=row.id, name=row.name, size_bytes=None)
    chunks = select(_A.id, _A.name, _P.object_key, _P.size_bytes).join(ATTACHMENT_PARTS, _P.attachment == _A.id)
    chunks = chunks.where(_A.state.in_([state.value for state in OPEN_STATES]), which).order_by(_A.id, _P.start)
    for row in _rows(connection, chunks):
        yield ExpectedObject(key=row.object_key, attachment=row.id, name=row.name, size_bytes=row.size_bytes)


def _rows(connection: Connection, statement: Select[Any]) -> Result[Any]:
    return connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
