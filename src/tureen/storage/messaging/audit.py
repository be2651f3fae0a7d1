"""What moderators did, and what was reported to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Integer, Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tureen.messaging import rules
from tureen.messaging.records import Act, AuditEntry, ModerationAct, Report, ReportQuery
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.errors import not_found
from tureen.storage.messaging.head import locked_standing, standing
from tureen.storage.messaging.rows import message_of
from tureen.storage.schema.messaging import AUDIT, CONVERSATIONS, MESSAGES, REPORTS
from tureen.storage.script import PerDialect, Row, Script, execute, first, rows

_A, _R, _G, _C = AUDIT.c, REPORTS.c, MESSAGES.c, CONVERSATIONS.c
_NEWEST = 2**62
_LIMIT = bindparam("limit", type_=Integer)
_GIVEN = ("conversation", "message", "reporter", "reported_at", "reason", "sender", "text")
_REPORT_VALUES: dict[str, Any] = {name: bindparam(name) for name in _GIVEN}

_NOTE = insert(AUDIT).values({column.name: bindparam(column.name) for column in _A if column.name != "number"})
_AUDIT = select(AUDIT).where(_A.number < bindparam("before")).order_by(_A.number.desc()).limit(_LIMIT)
_REPORTS = select(REPORTS).where(_R.number < bindparam("before")).order_by(_R.number.desc()).limit(_LIMIT)
_BY_STATE = {
    None: _REPORTS,
    True: _REPORTS.where(_R.resolved_at.is_(None)),
    False: _REPORTS.where(_R.resolved_at.is_not(None)),
}
_ONE_REPORT = select(REPORTS).where(_R.number == bindparam("one")).with_for_update()
_RESOLVE = (
    update(REPORTS)
    .where(_R.number == bindparam("one"))
    .values({name: bindparam(name) for name in ("resolved_at", "resolver", "resolution")})
)
_REPORT = PerDialect(
    sqlite=sqlite.insert(REPORTS).values(_REPORT_VALUES).on_conflict_do_nothing(),
    postgresql=postgresql.insert(REPORTS).values(_REPORT_VALUES).on_conflict_do_nothing(),
)
_FORGET = update(REPORTS).where(_R.sender == bindparam("of_sender")).values(text="")
_MESSAGE = select(MESSAGES).where(_G.id == bindparam("message"), _G.conversation == bindparam("conversation"))


def _oldest(table: Table, at: str) -> Any:  # noqa: ANN401 - SQLAlchemy's types of deletes
    """Deletes some, unless their conversation is held."""
    each = table.alias("each")
    held = exists().where(_C.id == each.c.conversation, _C.held == 1)
    old = select(each.c.number).where(each.c[at] < bindparam("older_than"), ~held).order_by(each.c[at]).limit(_LIMIT)
    return delete(table).where(table.c.number.in_(old)).returning(table.c.number)


_PURGE_AUDIT = _oldest(AUDIT, _A.at.name)
_PURGE_REPORTS = _oldest(REPORTS, _R.reported_at.name)
_HOLD = update(CONVERSATIONS).where(_C.id == bindparam("conversation")).values(held=bindparam("held"))


def note(
    act: Act, what: ModerationAct, *, user: UserId | None = None, message: MessageId | None = None, detail: str = ""
) -> Script[None]:
    """One more act."""
    yield from execute(
        _NOTE,
        at=act.at,
        moderator=act.user,
        act=what.value,
        conversation=act.conversation,
        user=user or "",
        message=message or "",
        detail=detail,
    )


def audit(before: int | None, limit: int) -> Script[Sequence[AuditEntry]]:
    """Newest first."""
    found = yield from rows(_AUDIT, before=_NEWEST if before is None else before, limit=limit)
    return [
        AuditEntry(
            number=row["number"],
            at=row["at"],
            moderator=UserId(row["moderator"]),
            act=ModerationAct(row["act"]),
            conversation=ConversationId(row["conversation"]),
            user=UserId(row["user"]),
            message=MessageId(row["message"]),
            detail=row["detail"],
        )
        for row in found
    ]


def report(act: Act, message: MessageId, reason: str) -> Script[None]:
    """Once for each message and reporter."""
    rules.check_access(act, (yield from standing(act.conversation, act.user)))
    row = yield from first(_MESSAGE, message=message, conversation=act.conversation)
    reported = rules.check_message(None if row is None else message_of(row))
    yield from execute(
        _REPORT,
        conversation=act.conversation,
        message=message,
        reporter=act.user,
        reported_at=act.at,
        reason=reason,
        sender=reported.sender,
        text=reported.text,
    )


def reports(query: ReportQuery) -> Script[Sequence[Report]]:
    """Newest first."""
    before = _NEWEST if query.before is None else query.before
    found = yield from rows(_BY_STATE[query.open], before=before, limit=query.limit)
    return [_report_of(row) for row in found]


def resolve_report(act: Act, number: int, resolution: str | None) -> Script[Report]:
    """Whoever is first says what came of it."""
    row = yield from first(_ONE_REPORT, one=number)
    if row is None:
        raise not_found("report")
    known = _report_of(row)
    if (known.resolved_at is None) == (resolution is None):
        return known
    is_open = resolution is None
    changed = replace(
        known,
        resolved_at=None if is_open else act.at,
        resolver=UserId("") if is_open else act.user,
        resolution=resolution or "",
    )
    yield from execute(
        _RESOLVE, one=number, resolved_at=changed.resolved_at, resolver=changed.resolver, resolution=changed.resolution
    )
    yield from note(
        replace(act, conversation=known.conversation),
        ModerationAct.REOPENED if is_open else ModerationAct.RESOLVED,
        user=known.sender,
        message=known.message,
        detail=resolution or "",
    )
    return changed


def _report_of(row: Row) -> Report:
    return Report(
        number=row["number"],
        conversation=ConversationId(row["conversation"]),
        message=MessageId(row["message"]),
        reporter=UserId(row["reporter"]),
        reported_at=row["reported_at"],
        reason=row["reason"],
        sender=UserId(row["sender"]),
        text=row["text"],
        resolved_at=row["resolved_at"],
        resolver=UserId(row["resolver"] or ""),
        resolution=row["resolution"] or "",
    )


def forget_reports_of(act: Act, sender: UserId) -> Script[None]:
    """Of what the sender wrote."""
    yield from execute(_FORGET, of_sender=sender)
    yield from note(act, ModerationAct.FORGOTTEN, user=sender)


def hold(act: Act, *, held: bool) -> Script[None]:
    """Sets or lifts it."""
    found = yield from locked_standing(act)
    if found is None:
        raise not_found("conversation")
    if found.conversation.held != held:
        yield from execute(_HOLD, conversation=act.conversation, held=int(held))
        yield from note(act, ModerationAct.HELD if held else ModerationAct.RELEASED)


def purge_audit(older_than: int, limit: int) -> Script[int]:
    """Of conversations that are not held, or are gone."""
    return len((yield from rows(_PURGE_AUDIT, older_than=older_than, limit=limit)))


def purge_reports(older_than: int, limit: int) -> Script[int]:
    """The same."""
    return len((yield from rows(_PURGE_REPORTS, older_than=older_than, limit=limit)))
