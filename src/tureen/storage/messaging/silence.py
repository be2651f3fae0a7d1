"""Whether moderators let somebody write: members, those who left while they were muted, and the banned."""

from __future__ import annotations

from sqlalchemy import BindParameter, and_, bindparam, select

from tureen.messaging.store import BANNED
from tureen.model.ids import UserId
from tureen.storage.schema.messaging import BANS, CONVERSATIONS, MEMBERS, MUTES
from tureen.storage.script import Script, first

_C, _M, _U, _B = CONVERSATIONS.c, MEMBERS.c, MUTES.c, BANS.c
_USER: BindParameter[str] = bindparam("user")

_SILENCE = (
    select(_M.muted_until, _U.muted_until.label("left_muted_until"), _B.banned_at)
    .select_from(
        CONVERSATIONS.outerjoin(MEMBERS, and_(_M.conversation == _C.id, _M.user == _USER))
        .outerjoin(MUTES, and_(_U.conversation == _C.id, _U.user == _USER))
        .outerjoin(BANS, and_(_B.conversation == _C.id, _B.user == _USER))
    )
    .where(_C.key == bindparam("key"))
)


def silenced_until(key: str, user: UserId) -> Script[int | None]:
    """The latest of all that holds."""
    row = yield from first(_SILENCE, key=key, user=user)
    if row is None:
        return None
    if row["banned_at"] is not None:
        return BANNED
    return max(filter(None, (row["muted_until"], row["left_muted_until"])), default=None)
