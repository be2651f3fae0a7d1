"""Scripts for lists of contacts and for revocations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, func, select, update

from tureen.model.ids import UserId
from tureen.people.records import ContactRecord
from tureen.people.store import ListFullError, RevokedToken, RevokedUser
from tureen.storage.people_entries import REVOKE_USER, record_of, upsert
from tureen.storage.schema.people import CONTACTS, PEOPLE, REVOKED_TOKENS, REVOKED_USERS
from tureen.storage.script import Script, execute, first, one, rows

_THIS = and_(CONTACTS.c.owner_id == bindparam("owner"), CONTACTS.c.user_id == bindparam("user"))
_BACK = CONTACTS.alias("back")
_LIST = (
    select(
        PEOPLE,
        CONTACTS.c.user_id.label("contact_id"),
        CONTACTS.c.added_at,
        CONTACTS.c.listed,
        CONTACTS.c.blocked,
        _BACK.c.listed.label("listed_by"),
        _BACK.c.blocked.label("blocked_by"),
    )
    .select_from(
        CONTACTS.outerjoin(PEOPLE, PEOPLE.c.user_id == CONTACTS.c.user_id).outerjoin(
            _BACK, and_(_BACK.c.owner_id == CONTACTS.c.user_id, _BACK.c.user_id == CONTACTS.c.owner_id)
        )
    )
    .where(CONTACTS.c.owner_id == bindparam("owner"))
    .order_by(CONTACTS.c.added_at, CONTACTS.c.user_id)
)
_ENTRY = select(CONTACTS.c.listed, CONTACTS.c.blocked).where(_THIS)
_COUNT = select(func.count().label("entries")).select_from(CONTACTS).where(CONTACTS.c.owner_id == bindparam("owner"))
_PUT = upsert(CONTACTS, "listed", "blocked")
_LIST_AGAIN = update(CONTACTS).where(_THIS).values(listed=1)
_BLOCK = update(CONTACTS).where(_THIS).values(blocked=1)
_UNBLOCK = update(CONTACTS).where(_THIS).values(blocked=0)
_REMOVE = delete(CONTACTS).where(_THIS).returning(CONTACTS.c.user_id)

_REVOKE_TOKEN = upsert(REVOKED_TOKENS, "forget_at")
_REVOKED_USERS = select(REVOKED_USERS)
_REVOKED_TOKENS = select(REVOKED_TOKENS)
_FORGET_USERS = delete(REVOKED_USERS).where(REVOKED_USERS.c.forget_at < bindparam("now"))
_FORGET_TOKENS = delete(REVOKED_TOKENS).where(REVOKED_TOKENS.c.forget_at < bindparam("now"))


def contacts(owner: UserId) -> Script[list[ContactRecord]]:
    """See `PeopleStore.contacts`."""
    return [
        ContactRecord(
            user=row["contact_id"],
            added_at=row["added_at"],
            listed=bool(row["listed"]),
            blocked=bool(row["blocked"]),
            person=None if row["user_id"] is None else record_of(row),
            listed_by=bool(row["listed_by"]) and not row["blocked_by"],
        )
        for row in (yield from rows(_LIST, owner=owner))
    ]


def add_contact(owner: UserId, user: UserId, at: int, limit: int) -> Script[bool]:
    """See `PeopleStore.add_contact`."""
    entry = yield from first(_ENTRY, owner=owner, user=user)
    if entry is not None:
        yield from execute(_LIST_AGAIN, owner=owner, user=user)
        return not entry["listed"]
    yield from _insert(owner, user, at, limit, listed=1, blocked=0)
    return True


def remove_contact(owner: UserId, user: UserId) -> Script[bool]:
    """See `PeopleStore.remove_contact`."""
    return (yield from first(_REMOVE, owner=owner, user=user)) is not None


def block(owner: UserId, user: UserId, at: int, limit: int) -> Script[bool]:
    """See `PeopleStore.block`."""
    entry = yield from first(_ENTRY, owner=owner, user=user)
    if entry is not None:
        yield from execute(_BLOCK, owner=owner, user=user)
        return not entry["blocked"]
    yield from _insert(owner, user, at, limit, listed=0, blocked=1)
    return True


def unblock(owner: UserId, user: UserId) -> Script[bool]:
    """See `PeopleStore.unblock`."""
    entry = yield from first(_ENTRY, owner=owner, user=user)
    if entry is None or not entry["blocked"]:
        return False
    yield from execute(_UNBLOCK if entry["listed"] else _REMOVE, owner=owner, user=user)
    return True


def revocations(now: int) -> Script[tuple[list[RevokedUser], list[RevokedToken]]]:
    """See `RevocationStore.revocations`."""
    yield from execute(_FORGET_USERS, now=now)
    yield from execute(_FORGET_TOKENS, now=now)
    users = yield from rows(_REVOKED_USERS)
    tokens = yield from rows(_REVOKED_TOKENS)
    return (
        [RevokedUser(user=row["user_id"], until=row["revoked_until"], forget_at=row["forget_at"]) for row in users],
        [RevokedToken(token_id=row["token_id"], forget_at=row["forget_at"]) for row in tokens],
    )


def revoke_users(revoked: Sequence[RevokedUser]) -> Script[None]:
    """See `RevocationStore.revoke_users`."""
    for each in revoked:
        yield from execute(REVOKE_USER, user_id=each.user, revoked_until=each.until, forget_at=each.forget_at)


def revoke_token(revoked: RevokedToken) -> Script[None]:
    """See `RevocationStore.revoke_token`."""
    yield from execute(_REVOKE_TOKEN, token_id=revoked.token_id, forget_at=revoked.forget_at)


def _insert(owner: UserId, user: UserId, at: int, limit: int, *, listed: int, blocked: int) -> Script[None]:
    if (yield from one(_COUNT, owner=owner))["entries"] >= limit:
        raise ListFullError(f"There are {limit} entries on the list.")
    yield from execute(_PUT, owner_id=owner, user_id=user, added_at=at, listed=listed, blocked=blocked)
