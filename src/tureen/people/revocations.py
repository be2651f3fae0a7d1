"""Tokens that are void before they expire: of a person up to a point in time, or one by its id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.people.limits import MAX_REVOCATIONS, REVOCATION_S
from tureen.people.store import RevocationStore, RevokedToken, RevokedUser
from tureen.ports import Clock, SessionCloser
from tureen.protocol.errors import CommandError, ErrorCode

Revoked = TypeVar("Revoked", RevokedUser, RevokedToken)


class Revocations:
    """Kept in memory, so that doors ask without waiting; `load` comes before the first door opens."""

    def __init__(self, store: RevocationStore, clock: Clock, most: int = MAX_REVOCATIONS) -> None:
        """``most``: of people, and as many of single tokens."""
        self._store = store
        self._clock = clock
        self._most = most
        self._users: dict[str, RevokedUser] = {}
        self._tokens: dict[str, RevokedToken] = {}
        self._closers: list[SessionCloser] = []

    async def load(self) -> None:
        """What was revoked before this node started."""
        users, tokens = await self._store.revocations(self.now())
        self._users = {each.user: each for each in users}
        self._tokens = {each.token_id: each for each in tokens}

    def attach(self, closer: SessionCloser) -> None:
        """A door that ends sessions when their tokens become void."""
        self._closers.append(closer)

    def is_revoked(self, grant: Grant) -> bool:
        """Whether the token of this grant is void, for all that its signature is good.

        Tokens say their issue in whole seconds, and those that do not say it count as old: the first token after a
        revocation must be issued in a later second than it.
        """
        revoked = self._users.get(grant.identity)
        if revoked is not None and grant.issued_at * 1000 <= revoked.until:
            return True
        return bool(grant.token_id) and grant.token_id in self._tokens

    async def revoke_users(self, users: Sequence[UserId]) -> int:
        """All their tokens up to now, which is returned in Unix milliseconds; their sessions are closed.

        Raises `CommandError` (``limit_exceeded``), and revokes none then.
        """
        self.check_room_for(users)
        until, forget_at = self.now(), self.forget_at()
        await self._store.revoke_users([RevokedUser(user=user, until=until, forget_at=forget_at) for user in users])
        self.handle_revoked(users, until)
        return until

    def handle_revoked(self, users: Sequence[UserId], until: int) -> None:
        """The store says so already: their sessions are closed."""
        forget_at = self.forget_at()
        for user in users:
            self._users[user] = RevokedUser(user=user, until=until, forget_at=forget_at)
        self._close(users)

    async def revoke_token(self, token_id: str, expires_at: int | None) -> int:
        """One token; ``expires_at``: its end in Unix milliseconds, where it is known. Returns and raises as above."""
        now = self.now()
        self._check_room(self._tokens, [token_id])
        revoked = RevokedToken(token_id=token_id, forget_at=self.forget_at() if expires_at is None else expires_at)
        await self._store.revoke_token(revoked)
        self._tokens[token_id] = revoked
        self._close(None)
        return now

    def check_room_for(self, users: Sequence[UserId]) -> None:
        """Raises `CommandError` where so many more people cannot be remembered."""
        self._check_room(self._users, users)

    def now(self) -> int:
        """Unix milliseconds."""
        return round(self._clock.now() * 1000)

    def forget_at(self) -> int:
        """Unix milliseconds: until when what is revoked now is remembered."""
        return round((self._clock.now() + REVOCATION_S) * 1000)

    def _close(self, users: Collection[UserId] | None) -> None:
        for closer in self._closers:
            closer.close_revoked(users)

    def _check_room(self, revoked: dict[str, Revoked], more: Sequence[str]) -> None:
        if len(revoked) + len(more) <= self._most:
            return
        now = self.now()
        for key in [key for key, each in revoked.items() if each.forget_at < now]:
            del revoked[key]
        if len(revoked.keys() | set(more)) > self._most:
            raise CommandError(
                ErrorCode.LIMIT_EXCEEDED,
                f"{self._most} revocations are in force.",
                "Give tokens shorter lives, and tell when revoked ones expire; a new API key voids all old tokens.",
            )
