"""Keys and their last values."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, update

from tureen.messaging import rules
from tureen.messaging.records import StateRecord, StateValue
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.storage.messaging.head import locked_standing
from tureen.storage.schema.messaging import CONVERSATIONS, STATES
from tureen.storage.script import Script, execute, first, one, rows

C, S = CONVERSATIONS.c, STATES.c

_HERE = (S.conversation == bindparam("b_conversation"), S.key == bindparam("b_key"))
_SIZE = select(func.length(S.data).label("size")).where(*_HERE)
_TOTALS = select(C.state_keys, C.state_bytes).where(C.id == bindparam("conversation"))
_SET_TOTALS = (
    update(CONVERSATIONS)
    .where(C.id == bindparam("conversation"))
    .values(
        state_keys=C.state_keys + bindparam("more_keys", type_=BigInteger),
        state_bytes=C.state_bytes + bindparam("more_bytes", type_=BigInteger),
    )
)
_INSERT = insert(STATES)
_UPDATE = update(STATES).where(*_HERE)
_UPDATE = _UPDATE.values(sender=bindparam("sender"), data=bindparam("data"), changed_at=bindparam("changed_at"))
_DELETE = delete(STATES).where(*_HERE)
_ALL = select(STATES).where(S.conversation == bindparam("conversation")).order_by(S.key)


def set_state(value: StateValue) -> Script[None]:
    """Within the bounds of the conversation. Characters are counted, which are bytes in all but other scripts."""
    act = value.act
    found = yield from locked_standing(act)
    rules.check_access(act, found)
    assert found is not None  # noqa: S101 - checked with the access
    rules.check_may_write(act, found.member)
    old = yield from first(_SIZE, b_conversation=act.conversation, b_key=value.key)
    if value.data is None:
        if old is not None:
            yield from execute(_DELETE, b_conversation=act.conversation, b_key=value.key)
            yield from execute(_SET_TOTALS, conversation=act.conversation, more_keys=-1, more_bytes=-old["size"])
        return
    text = value.data.decode()
    more_keys, more_bytes = int(old is None), len(text) - (old["size"] if old else 0)
    totals = yield from one(_TOTALS, conversation=act.conversation)
    too_many = more_keys and totals["state_keys"] >= value.max_keys
    if too_many or (more_bytes > 0 and totals["state_bytes"] + more_bytes > value.max_bytes):
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED,
            f"A conversation keeps at most {value.max_keys} keys and {value.max_bytes} bytes of values.",
            "Remove keys: set them to null.",
        )
    if old is None:
        yield from execute(
            _INSERT,
            conversation=act.conversation,
            key=value.key,
            sender=act.user,
            data=text,
            changed_at=act.at,
        )
    else:
        yield from execute(
            _UPDATE,
            b_conversation=act.conversation,
            b_key=value.key,
            sender=act.user,
            data=text,
            changed_at=act.at,
        )
    yield from execute(_SET_TOTALS, conversation=act.conversation, more_keys=more_keys, more_bytes=more_bytes)


def states(conversation: ConversationId) -> Script[Sequence[StateRecord]]:
    """In the order of their keys."""
    found = yield from rows(_ALL, conversation=conversation)
    return [
        StateRecord(
            key=row["key"],
            data=msgspec.Raw(row["data"]),
            sender=UserId(row["sender"]),
            changed_at=row["changed_at"],
        )
        for row in found
    ]
