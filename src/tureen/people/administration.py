"""What the application does to the directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tureen.model.ids import UserId
from tureen.people.directory import PeopleDirectory
from tureen.people.limits import CHUNK
from tureen.people.presence import PresenceBoard
from tureen.people.records import PersonRecord
from tureen.people.revocations import Revocations
from tureen.people.store import PeopleStore, Uploaded
from tureen.ports import Mailroom
from tureen.protocol.errors import not_found
from tureen.protocol.events import ContactsChanged


class Memberships(Protocol):
    """Where people belong beside the directory: conversations."""

    async def take_out(self, user: UserId) -> None:
        """Somebody is removed. Harmless to call again, which does what is left to do."""


class Administration:
    """Upload, change, remove, revoke. Checks of what comes from outside are made before."""

    def __init__(
        self,
        store: PeopleStore,
        directory: PeopleDirectory,
        presence: PresenceBoard,
        revocations: Revocations,
        mailroom: Mailroom,
    ) -> None:
        self._store = store
        self._directory = directory
        self._presence = presence
        self._revocations = revocations
        self._mailroom = mailroom
        self._memberships: list[Memberships] = []

    def attach(self, memberships: Memberships) -> None:
        """Where people have to be taken out of who are removed."""
        self._memberships.append(memberships)

    async def upload(self, records: Sequence[PersonRecord]) -> Uploaded:
        """Makes or replaces entries, in portions: where it fails midway, the same upload again does the rest.

        ``changed_at`` is set here. Of two entries with one id the later one counts.
        """
        now = self._revocations.now()
        distinct = list({record.user: msgspec.structs.replace(record, changed_at=now) for record in records}.values())
        created: list[UserId] = []
        changed: list[UserId] = []
        for begin in range(0, len(distinct), CHUNK):
            uploaded = await self._store.put(distinct[begin : begin + CHUNK])
            touched = (*uploaded.created, *uploaded.changed)
            self._directory.drop(touched)
            for user in touched:
                await self._presence.handle_person_changed(user)
            created += uploaded.created
            changed += uploaded.changed
        return Uploaded(created=tuple(created), changed=tuple(changed))

    async def change(self, user: UserId, edit: Callable[[PersonRecord], PersonRecord]) -> PersonRecord:
        """The entry after ``edit``, which has no effect but its result and may be made again. Raises ``not_found``."""
        now = self._revocations.now()
        changed = await self._store.change(user, lambda record: msgspec.structs.replace(edit(record), changed_at=now))
        if changed is None:
            raise not_found("person")
        self._directory.drop([user])
        await self._presence.handle_person_changed(user)
        return changed

    async def remove(self, users: Sequence[UserId]) -> int:
        """Removes people with all that is theirs (see `PeopleStore.remove`), their sessions and memberships. How many
        there were. Their tokens are void.

        In portions: where it fails midway, the same request again does the rest, also for those who are not in the
        directory any more. Raises ``limit_exceeded``, and removes none then (see `Revocations`).
        """
        distinct = list(dict.fromkeys(users))
        self._revocations.check_room_for(distinct)
        removed = 0
        for begin in range(0, len(distinct), CHUNK):
            until = self._revocations.now()
            some = distinct[begin : begin + CHUNK]
            gone = await self._store.remove(some, until, self._revocations.forget_at())
            self._directory.drop((*gone.users, *gone.owners))
            self._revocations.handle_revoked(gone.users, until)
            for user in gone.users:
                self._presence.handle_person_removed(user)
            self._mailroom.send_to_users(gone.owners, ContactsChanged())
            removed += len(gone.users)
            for user in some:
                for memberships in self._memberships:
                    await memberships.take_out(user)
        return removed

    async def revoke(self, user: UserId) -> int:
        """Voids all tokens of a person and closes the sessions; they may be unknown. See `Revocations`."""
        return await self._revocations.revoke_users([user])

    async def revoke_token(self, token_id: str, expires_at: int | None) -> int:
        """Voids one token and closes its sessions. See `Revocations`."""
        return await self._revocations.revoke_token(token_id, expires_at)

    async def one(self, user: UserId) -> PersonRecord:
        """Raises ``not_found``."""
        known = (await self._directory.known([user])).get(user)
        if known is None:
            raise not_found("person")
        return known.record

    async def page(self, after: UserId | None, limit: int) -> Sequence[PersonRecord]:
        """In the order of ids, beginning after one."""
        return await self._store.page(after, limit)
