"""How many groups people have, counted so that nobody slips past the bound.

In PostgreSQL two transactions could each count the same places as free. So whoever counts holds the people first, until
the commit: in the order of their ids, and after the conversation's row, which scripts lock before anything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, and_, bindparam, exists, func, literal_column, or_, select, text

from tureen.messaging import rules
from tureen.model.ids import UserId
from tureen.storage.compiled import IsOneOf
from tureen.storage.schema.messaging import CONVERSATIONS, MEMBERS
from tureen.storage.script import PerDialect, Script, execute, one, rows

_C, _M = CONVERSATIONS.c, MEMBERS.c
_GROUP = _C.kind == literal_column("'group'")
_MOST = bindparam("most", type_=BigInteger)

_HOLD = PerDialect(
    # One script writes at a time.
    sqlite=text("SELECT :users"),
    postgresql=text(
        "SELECT pg_advisory_xact_lock(hashtextextended(person, 0)) "
        "FROM (SELECT unnest(CAST(:users AS text[])) AS person ORDER BY person) AS people"
    ),
)
_STILL_IN = exists().where(_M.conversation == _C.id, _M.user == bindparam("creator"))
_MADE = (
    select(func.count().label("groups"))
    .select_from(CONVERSATIONS)
    .where(_C.created_by == bindparam("creator"), _GROUP, or_(_C.member_count == literal_column("0"), _STILL_IN))
)
# Conversations of all kinds, by the index alone: hardly anybody needs the second look.
_MANY = select(_M.user).where(IsOneOf(_M.user, bindparam("users"))).group_by(_M.user).having(func.count() >= _MOST)
_FULL = (
    select(_M.user)
    .select_from(MEMBERS.join(CONVERSATIONS, and_(_C.id == _M.conversation, _GROUP)))
    .where(IsOneOf(_M.user, bindparam("users")))
    .group_by(_M.user)
    .having(func.count() >= _MOST)
)


def hold(users: Sequence[UserId]) -> Script[None]:
    """Nobody else counts their groups until this transaction is over."""
    yield from execute(_HOLD, users=[str(user) for user in users])


def with_room(users: Sequence[UserId], most: int) -> Script[list[UserId]]:
    """Those of them who are in fewer groups than that. They are held."""
    many = [row["user"] for row in (yield from rows(_MANY, users=[str(user) for user in users], most=most))]
    if not many:
        return list(users)
    full = {row["user"] for row in (yield from rows(_FULL, users=many, most=most))}
    return [user for user in users if user not in full]


def check_made(creator: UserId, most: int) -> Script[None]:
    """Of somebody who has just made another one, and is held. Groups that live on without them are not counted."""
    rules.check_groups((yield from one(_MADE, creator=creator))["groups"], most)
