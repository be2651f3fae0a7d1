"""What a person has beside the entry in the directory: it goes with the entry, in the same transaction.

Memberships go by `messaging`, conversation by conversation, since others hear of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, delete, select, update

from tureen.model.ids import UserId
from tureen.storage.compiled import IsOneOf
from tureen.storage.schema.attachments import ATTACHMENT_USAGE, ATTACHMENTS
from tureen.storage.schema.calls import CALL_PARTIES, CALLS
from tureen.storage.schema.push import PUSH_REGISTRATIONS
from tureen.storage.script import Script, execute

_AMONG: BindParameter[list[str]] = bindparam("among")

_UNREGISTER = delete(PUSH_REGISTRATIONS).where(IsOneOf(PUSH_REGISTRATIONS.c.person, _AMONG))
# Expired: no URL leads to them any more, and the next sweep takes the bytes.
_GIVE_UPLOADS_UP = (
    update(ATTACHMENTS)
    .where(
        IsOneOf(ATTACHMENTS.c.uploader, _AMONG), ATTACHMENTS.c.expires_at.is_not(None), ATTACHMENTS.c.message.is_(None)
    )
    .values(expires_at=0)
)
_FORGET_USAGE = delete(ATTACHMENT_USAGE).where(IsOneOf(ATTACHMENT_USAGE.c.uploader, _AMONG))
# Their own list of calls. An open call ends when its people are gone, and the others keep theirs.
_FORGET_CALLS = delete(CALL_PARTIES).where(
    IsOneOf(CALL_PARTIES.c.user_id, _AMONG),
    CALL_PARTIES.c.call_id.in_(select(CALLS.c.id).where(CALLS.c.is_open == 0)),
)


def forget_belongings(users: Sequence[UserId]) -> Script[None]:
    """Of these people, whether or not they are in the directory."""
    among = [str(user) for user in users]
    for statement in (_UNREGISTER, _GIVE_UPLOADS_UP, _FORGET_USAGE, _FORGET_CALLS):
        yield from execute(statement, among=among)
