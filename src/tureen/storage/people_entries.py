"""Scripts for the directory's entries, the search and the statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, delete, exists, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from tureen.model.ids import UserId
from tureen.people.privacy import Audience, PrivacyRules
from tureen.people.records import Known, PersonRecord, Source, StatusRecord
from tureen.people.store import Removed, Uploaded
from tureen.people.words import words_of
from tureen.storage.compiled import IsOneOf
from tureen.storage.people_belongings import forget_belongings
from tureen.storage.schema.people import CONTACTS, PEOPLE, PEOPLE_STATUS, PEOPLE_WORDS, REVOKED_USERS
from tureen.storage.script import PerDialect, Row, Script, execute, first, rows

SEARCH_WORDS = 4
"""Words of a query that the database looks for; the domain compares the rest."""

_LAST = "\U0010ffff"
"""Behind every letter (a noncharacter, Unicode 23.7)."""


def upsert(table: Table, *columns: str) -> PerDialect:
    """Inserts a row, or replaces these columns of the one with the same key. Parameters are named by column."""
    key = [column.name for column in table.primary_key.columns]
    on_sqlite, on_postgresql = sqlite.insert(table), postgresql.insert(table)
    return PerDialect(
        sqlite=on_sqlite.on_conflict_do_update(
            index_elements=key, set_={column: on_sqlite.excluded[column] for column in columns}
        ),
        postgresql=on_postgresql.on_conflict_do_update(
            index_elements=key, set_={column: on_postgresql.excluded[column] for column in columns}
        ),
    )


_AMONG: BindParameter[list[str]] = bindparam("among")
_ENTRIES = select(PEOPLE).where(IsOneOf(PEOPLE.c.user_id, _AMONG))
_THERE = select(PEOPLE.c.user_id).where(IsOneOf(PEOPLE.c.user_id, _AMONG))
_LISTS = select(CONTACTS.c.owner_id, CONTACTS.c.user_id, CONTACTS.c.listed, CONTACTS.c.blocked).where(
    IsOneOf(CONTACTS.c.owner_id, _AMONG)
)
_FIRST_PAGE = select(PEOPLE).order_by(PEOPLE.c.user_id).limit(bindparam("most"))
_NEXT_PAGE = _FIRST_PAGE.where(PEOPLE.c.user_id > bindparam("after"))
_PUT = upsert(PEOPLE, *(column.name for column in PEOPLE.columns if not column.primary_key))
_PUT_WORDS = PerDialect(
    sqlite=text("INSERT INTO people_words (user_id, word) SELECT :user_id, value FROM json_each(:words)"),
    postgresql=text(
        "INSERT INTO people_words (user_id, word) SELECT CAST(:user_id AS text), unnest(CAST(:words AS text[]))"
    ),
)
_DELETE_WORDS = delete(PEOPLE_WORDS).where(IsOneOf(PEOPLE_WORDS.c.user_id, _AMONG))
_DELETE = delete(PEOPLE).where(IsOneOf(PEOPLE.c.user_id, _AMONG)).returning(PEOPLE.c.user_id)
_DELETE_STATUS = delete(PEOPLE_STATUS).where(IsOneOf(PEOPLE_STATUS.c.user_id, _AMONG))
_DELETE_OWN = delete(CONTACTS).where(IsOneOf(CONTACTS.c.owner_id, _AMONG))
_DELETE_FROM_LISTS = delete(CONTACTS).where(IsOneOf(CONTACTS.c.user_id, _AMONG)).returning(CONTACTS.c.owner_id)
REVOKE_USER = upsert(REVOKED_USERS, "revoked_until", "forget_at")
_STATUSES = select(PEOPLE_STATUS).where(IsOneOf(PEOPLE_STATUS.c.user_id, _AMONG))
_PUT_STATUS = upsert(PEOPLE_STATUS, "away", "status_text")
_PUT_SEEN = upsert(PEOPLE_STATUS, "last_seen_at")


def _begins(column: ColumnElement[Any], number: int) -> ColumnElement[bool]:
    return and_(column >= bindparam(f"from_{number}"), column < bindparam(f"below_{number}"))


def _finds(audience: ColumnElement[Any]) -> ColumnElement[bool]:
    listed = exists().where(
        CONTACTS.c.owner_id == PEOPLE.c.user_id,
        CONTACTS.c.user_id == bindparam("viewer"),
        CONTACTS.c.listed == 1,
        CONTACTS.c.blocked == 0,
    )
    return or_(audience == Audience.EVERYONE.value, and_(audience == Audience.CONTACTS.value, listed))


def _blocks(owner: ColumnElement[Any], user: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(CONTACTS.c.owner_id == owner, CONTACTS.c.user_id == user, CONTACTS.c.blocked == 1)


def _search(count: int) -> Any:  # noqa: ANN401 - SQLAlchemy's types of selects
    """Walks the index of words and stops at the limit. Each person comes once, by the first word that fits."""
    word, earlier = PEOPLE_WORDS.alias("word"), PEOPLE_WORDS.alias("earlier")
    others = [PEOPLE_WORDS.alias(f"other_{number}") for number in range(1, count)]
    viewer: BindParameter[str] = bindparam("viewer")
    return (
        select(PEOPLE)
        .select_from(word.join(PEOPLE, PEOPLE.c.user_id == word.c.user_id))
        .where(
            _begins(word.c.word, 0),
            ~exists().where(
                earlier.c.user_id == word.c.user_id,
                earlier.c.word >= bindparam("from_0"),
                earlier.c.word < word.c.word,
            ),
            *(
                exists().where(other.c.user_id == word.c.user_id, _begins(other.c.word, number))
                for number, other in enumerate(others, 1)
            ),
            PEOPLE.c.user_id != viewer,
            _finds(PEOPLE.c.profile_to),
            _finds(PEOPLE.c.search_to),
            ~_blocks(PEOPLE.c.user_id, viewer),
            ~_blocks(viewer, PEOPLE.c.user_id),
        )
        .order_by(word.c.word, word.c.user_id)
        .limit(bindparam("most"))
    )


_SEARCHES = tuple(_search(count) for count in range(1, SEARCH_WORDS + 1))


def known(users: Sequence[UserId]) -> Script[dict[UserId, Known]]:
    """See `PeopleStore.known`."""
    among = _ids(*users)
    entries = [record_of(row) for row in (yield from rows(_ENTRIES, among=among))]
    contacts: dict[str, set[UserId]] = {}
    blocked: dict[str, set[UserId]] = {}
    for row in (yield from rows(_LISTS, among=among)):
        chosen = blocked if row["blocked"] else contacts
        chosen.setdefault(row["owner_id"], set()).add(row["user_id"])
    return {
        record.user: Known(
            record=record,
            contacts=frozenset(contacts.get(record.user, ())),
            blocked=frozenset(blocked.get(record.user, ())),
        )
        for record in entries
    }


def page(after: UserId | None, limit: int) -> Script[list[PersonRecord]]:
    """See `PeopleStore.page`."""
    if after is None:
        found = yield from rows(_FIRST_PAGE, most=limit)
    else:
        found = yield from rows(_NEXT_PAGE, after=after, most=limit)
    return [record_of(row) for row in found]


def search(query: Sequence[str], viewer: UserId, limit: int) -> Script[list[PersonRecord]]:
    """See `PeopleStore.search`. The longest words say most: the database looks for these."""
    wanted = sorted(query, key=len, reverse=True)[:SEARCH_WORDS]
    bounds = {f"from_{number}": word for number, word in enumerate(wanted)}
    bounds |= {f"below_{number}": word + _LAST for number, word in enumerate(wanted)}
    found = yield from rows(_SEARCHES[len(wanted) - 1], viewer=viewer, most=limit, **bounds)
    return [record_of(row) for row in found]


def put(records: Sequence[PersonRecord]) -> Script[Uploaded]:
    """See `PeopleStore.put`."""
    found = yield from rows(_ENTRIES, among=_ids(*(record.user for record in records)))
    before = {record.user: record for record in map(record_of, found)}
    created: list[UserId] = []
    changed: list[UserId] = []
    for said in records:
        earlier = before.get(said.user)
        record = said if earlier is None else earlier.after_upload(said)
        if earlier is not None and earlier.says_the_same(record):
            continue
        yield from _write(record)
        (created if earlier is None else changed).append(record.user)
    return Uploaded(created=tuple(created), changed=tuple(changed))


def change(user: UserId, edit: Callable[[PersonRecord], PersonRecord]) -> Script[PersonRecord | None]:
    """See `PeopleStore.change`."""
    row = yield from first(_ENTRIES, among=_ids(user))
    if row is None:
        return None
    after = edit(record_of(row))
    yield from _write(after)
    return after


def admit(said: PersonRecord) -> Script[PersonRecord]:
    """See `PeopleStore.admit`."""
    row = yield from first(_ENTRIES, among=_ids(said.user))
    if row is None:
        yield from _write(said)
        return said
    before = record_of(row)
    after = before.after_token(said)
    if after is not before:
        yield from _write(after)
    return after


def remove(users: Sequence[UserId], revoked_until: int, forget_at: int) -> Script[Removed]:
    """See `PeopleStore.remove`."""
    among = _ids(*users)
    gone = [row["user_id"] for row in (yield from rows(_DELETE, among=among))]
    for statement in (_DELETE_WORDS, _DELETE_STATUS, _DELETE_OWN):
        yield from execute(statement, among=among)
    yield from forget_belongings(users)
    owners = dict.fromkeys(row["owner_id"] for row in (yield from rows(_DELETE_FROM_LISTS, among=gone)))
    for user in gone:
        yield from execute(REVOKE_USER, user_id=user, revoked_until=revoked_until, forget_at=forget_at)
    return Removed(users=tuple(gone), owners=tuple(owners))


def statuses(users: Sequence[UserId]) -> Script[dict[UserId, StatusRecord]]:
    """See `PeopleStore.statuses`."""
    found = yield from rows(_STATUSES, among=_ids(*users))
    return {row["user_id"]: _status_of(row) for row in found}


def save_status(user: UserId, away: bool | None, status_text: str | None) -> Script[StatusRecord | None]:
    """See `PeopleStore.save_status`."""
    if (yield from first(_THERE, among=_ids(user))) is None:
        return None
    row = yield from first(_STATUSES, among=_ids(user))
    before = StatusRecord() if row is None else _status_of(row)
    after = StatusRecord(
        away=before.away if away is None else away,
        text=before.text if status_text is None else status_text,
        last_seen_at=before.last_seen_at,
    )
    yield from execute(
        _PUT_STATUS, user_id=user, away=int(after.away), status_text=after.text, last_seen_at=after.last_seen_at
    )
    return after


def save_last_seen(seen: Mapping[UserId, int]) -> Script[None]:
    """See `PeopleStore.save_last_seen`."""
    for row in (yield from rows(_THERE, among=_ids(*seen))):
        user = row["user_id"]
        yield from execute(_PUT_SEEN, user_id=user, away=0, status_text="", last_seen_at=seen[user])


def record_of(row: Row) -> PersonRecord:
    """An entry as it stands in the table."""
    return PersonRecord(
        user=row["user_id"],
        name=row["name"],
        avatar=row["avatar"],
        attributes=msgspec.json.decode(row["attributes"], type=dict[str, str]),
        searchable=msgspec.json.decode(row["searchable"], type=tuple[str, ...]),
        privacy=PrivacyRules(
            profile=Audience(row["profile_to"]),
            search=Audience(row["search_to"]),
            reach=Audience(row["reach_to"]),
            presence=Audience(row["presence_to"]),
            last_seen=Audience(row["last_seen_to"]),
        ),
        source=Source(row["source"]),
        changed_at=row["changed_at"],
        call_waiting=None if row["call_waiting"] is None else bool(row["call_waiting"]),
    )


def _ids(*users: UserId) -> list[str]:
    return list(users)


def _write(record: PersonRecord) -> Script[None]:
    privacy = record.privacy
    yield from execute(
        _PUT,
        user_id=record.user,
        name=record.name,
        avatar=record.avatar,
        attributes=msgspec.json.encode(record.attributes).decode(),
        searchable=msgspec.json.encode(record.searchable).decode(),
        profile_to=privacy.profile.value,
        search_to=privacy.search.value,
        reach_to=privacy.reach.value,
        presence_to=privacy.presence.value,
        last_seen_to=privacy.last_seen.value,
        source=record.source.value,
        changed_at=record.changed_at,
        call_waiting=None if record.call_waiting is None else int(record.call_waiting),
    )
    yield from execute(_DELETE_WORDS, among=_ids(record.user))
    yield from execute(_PUT_WORDS, user_id=record.user, words=words_of(record))


def _status_of(row: Row) -> StatusRecord:
    return StatusRecord(away=bool(row["away"]), text=row["status_text"], last_seen_at=row["last_seen_at"])
