"""The stores of people and revocations, on any database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tureen.model.ids import UserId
from tureen.people.records import ContactRecord, Known, PersonRecord, StatusRecord
from tureen.people.store import Removed, RevokedToken, RevokedUser, Uploaded
from tureen.storage import people_entries, people_lists
from tureen.storage.database import Database


class SqlPeopleStore:
    """Implements `PeopleStore` and `RevocationStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, users: Sequence[UserId]) -> Mapping[UserId, Known]:
        """See `PeopleStore.known`."""
        return await self._database.read(people_entries.known, users)

    async def page(self, after: UserId | None, limit: int) -> Sequence[PersonRecord]:
        """See `PeopleStore.page`."""
        return await self._database.read(people_entries.page, after, limit)

    async def search(self, query: Sequence[str], viewer: UserId, limit: int) -> Sequence[PersonRecord]:
        """See `PeopleStore.search`."""
        return await self._database.read(people_entries.search, query, viewer, limit)

    async def put(self, records: Sequence[PersonRecord]) -> Uploaded:
        """See `PeopleStore.put`."""
        return await self._database.write(people_entries.put, records)

    async def change(self, user: UserId, edit: Callable[[PersonRecord], PersonRecord]) -> PersonRecord | None:
        """See `PeopleStore.change`."""
        return await self._database.write(people_entries.change, user, edit)

    async def admit(self, record: PersonRecord) -> PersonRecord:
        """See `PeopleStore.admit`."""
        return await self._database.write(people_entries.admit, record)

    async def remove(self, users: Sequence[UserId], revoked_until: int, forget_at: int) -> Removed:
        """See `PeopleStore.remove`."""
        return await self._database.write(people_entries.remove, users, revoked_until, forget_at)

    async def contacts(self, owner: UserId) -> Sequence[ContactRecord]:
        """See `PeopleStore.contacts`."""
        return await self._database.read(people_lists.contacts, owner)

    async def add_contact(self, owner: UserId, user: UserId, at: int, limit: int) -> bool:
        """See `PeopleStore.add_contact`."""
        return await self._database.write(people_lists.add_contact, owner, user, at, limit)

    async def remove_contact(self, owner: UserId, user: UserId) -> bool:
        """See `PeopleStore.remove_contact`."""
        return await self._database.write(people_lists.remove_contact, owner, user)

    async def block(self, owner: UserId, user: UserId, at: int, limit: int) -> bool:
        """See `PeopleStore.block`."""
        return await self._database.write(people_lists.block, owner, user, at, limit)

    async def unblock(self, owner: UserId, user: UserId) -> bool:
        """See `PeopleStore.unblock`."""
        return await self._database.write(people_lists.unblock, owner, user)

    async def statuses(self, users: Sequence[UserId]) -> Mapping[UserId, StatusRecord]:
        """See `PeopleStore.statuses`."""
        return await self._database.read(people_entries.statuses, users)

    async def save_status(self, user: UserId, *, away: bool | None, text: str | None) -> StatusRecord | None:
        """See `PeopleStore.save_status`."""
        return await self._database.write(people_entries.save_status, user, away, text)

    async def save_last_seen(self, seen: Mapping[UserId, int]) -> None:
        """See `PeopleStore.save_last_seen`."""
        await self._database.write(people_entries.save_last_seen, seen)

    async def revocations(self, now: int) -> tuple[Sequence[RevokedUser], Sequence[RevokedToken]]:
        """See `RevocationStore.revocations`."""
        return await self._database.write(people_lists.revocations, now)

    async def revoke_users(self, revoked: Sequence[RevokedUser]) -> None:
        """See `RevocationStore.revoke_users`."""
        await self._database.write(people_lists.revoke_users, revoked)

    async def revoke_token(self, revoked: RevokedToken) -> None:
        """See `RevocationStore.revoke_token`."""
        await self._database.write(people_lists.revoke_token, revoked)
