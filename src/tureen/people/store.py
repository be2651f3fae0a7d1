"""What is kept of people, as the domain needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from tureen.errors import TureenError
from tureen.model.ids import UserId
from tureen.people.records import ContactRecord, Known, PersonRecord, StatusRecord


class Uploaded(Struct, frozen=True, kw_only=True):
    """What an upload changed; whoever is in neither was there already, with the same data."""

    created: tuple[UserId, ...] = ()
    changed: tuple[UserId, ...] = ()


class Removed(Struct, frozen=True, kw_only=True):
    """Who went, and whose lists they went from."""

    users: tuple[UserId, ...] = ()
    owners: tuple[UserId, ...] = ()


class RevokedUser(Struct, frozen=True, kw_only=True):
    """All tokens of a person up to a point in time are void."""

    user: UserId
    until: int
    """Unix milliseconds, of the token's issue."""
    forget_at: int
    """Unix milliseconds: no such token lives longer."""


class RevokedToken(Struct, frozen=True, kw_only=True):
    """One token is void."""

    token_id: str
    forget_at: int
    """Unix milliseconds: it has expired by then."""


class PeopleStore(Protocol):
    """The directory, lists and statuses. Writes return after they are durable."""

    async def known(self, users: Sequence[UserId]) -> Mapping[UserId, Known]:
        """Those of them who exist."""

    async def page(self, after: UserId | None, limit: int) -> Sequence[PersonRecord]:
        """In the order of ids, beginning after one."""

    async def search(self, query: Sequence[str], viewer: UserId, limit: int) -> Sequence[PersonRecord]:
        """Those of whom each word of the query begins a word, whom the viewer may find; without the viewer.

        ``query``: at least one, normalised by `words`.
        """

    async def put(self, records: Sequence[PersonRecord]) -> Uploaded:
        """Makes or replaces entries (see `PersonRecord.after_upload`); all or none."""

    async def change(self, user: UserId, edit: Callable[[PersonRecord], PersonRecord]) -> PersonRecord | None:
        """Replaces an entry by what ``edit`` makes of it; None: there is no such person."""

    async def admit(self, record: PersonRecord) -> PersonRecord:
        """Puts in what a token says, unless the application has had its say. The entry as it is now."""

    async def remove(self, users: Sequence[UserId], revoked_until: int, forget_at: int) -> Removed:
        """Removes people with all that is theirs, from all lists, and voids their tokens (see `RevokedUser`).

        All that is theirs: lists, status, registrations for push, uploads that are in no message, the history of calls.
        What is left of those who are not in the directory goes too; memberships stay (see `Memberships`).
        """

    async def contacts(self, owner: UserId) -> Sequence[ContactRecord]:
        """All of someone's list, blocked people too, the oldest first."""

    async def add_contact(self, owner: UserId, user: UserId, at: int, limit: int) -> bool:
        """False: it was there. Raises `ListFullError` where there are ``limit`` already."""

    async def remove_contact(self, owner: UserId, user: UserId) -> bool:
        """With a block; False: it was not there."""

    async def block(self, owner: UserId, user: UserId, at: int, limit: int) -> bool:
        """False: the block was there. Raises `ListFullError` where there are ``limit`` already."""

    async def unblock(self, owner: UserId, user: UserId) -> bool:
        """False: there was none."""

    async def statuses(self, users: Sequence[UserId]) -> Mapping[UserId, StatusRecord]:
        """Of those who have any."""

    async def save_status(self, user: UserId, *, away: bool | None, text: str | None) -> StatusRecord | None:
        """What is None stays. The status as it is now; None: there is no such person."""

    async def save_last_seen(self, seen: Mapping[UserId, int]) -> None:
        """When people were here last. Nothing for those who are gone."""


class RevocationStore(Protocol):
    """Tokens that are void although they have not expired."""

    async def revocations(self, now: int) -> tuple[Sequence[RevokedUser], Sequence[RevokedToken]]:
        """All of them; what need not be remembered at ``now`` (Unix milliseconds) is forgotten."""

    async def revoke_users(self, revoked: Sequence[RevokedUser]) -> None:
        """A later one replaces an earlier one of the same person."""

    async def revoke_token(self, revoked: RevokedToken) -> None:
        """Once is as good as twice."""


class ListFullError(TureenError):
    """A list holds as many entries as it may."""
