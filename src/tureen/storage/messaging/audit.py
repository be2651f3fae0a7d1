"""What moderators did, and what was reported to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tureen.messaging import rules
from tureen.messaging.records import Act, AuditEntry, ModerationAct, Report
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.errors import not_found
from tureen.storage.messaging.head import locked_standing, standing
from tureen.storage.messaging.rows import message_of
from tureen.storage.schema.messaging import AUDIT, CONVERSATIONS, MESSAGES, REPORTS
from tureen.storage.script import PerDialect, Script, execute, first, rows

_A, _R, _G, _C = AUDIT.c, REPORTS.c, MESSAGES.c, CONVERSATIONS.c
_NEWEST = 2**62
_LIMIT = bindparam("limit", type_=Integer)
_REPORT_VALUES: dict[str, Any] = {column.name: bindparam(column.name) for column in _R if column.name != "number"}

_NOTE = insert(AUDIT).values({column.name: bindparam(column.name) for column in _A if column.name != "number"})
_AUDIT = select(AUDIT).where(_A.number < bindparam("before")).order_by(_A.number.desc()).limit(_LIMIT)
_REPORTS = select(REPORTS).where(_R.number < bindparam("before")).order_by(_R.number.desc()).limit(_LIMIT)
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


def reports(before: int | None, limit: int) -> Script[Sequence[Report]]:
    """Newest first."""
    found = yield from rows(_REPORTS, before=_NEWEST if before is None else before, limit=limit)
    return [
        Report(
            number=row["number"],
            conversation=ConversationId(row["conversation"]),
            message=MessageId(row["message"]),
            reporter=UserId(row["reporter"]),
            reported_at=row["reported_at"],
            reason=row["reason"],
            sender=UserId(row["sender"]),
            text=row["text"],
        )
        for row in found
    ]


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
