"""Who there is, who sees whom, and who may reach whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.model.texts import NUL
from tureen.people.cache import KnownPeople
from tureen.people.limits import CACHE_WEIGHT
from tureen.people.records import Known, PersonRecord, Source
from tureen.people.storable import is_storable
from tureen.people.store import PeopleStore
from tureen.people.words import matches, words
from tureen.ports import Clock
from tureen.protocol.resources import Person

AVATAR_ATTRIBUTE = "avatar"
"""Of a token: the picture's address."""

AVATAR_PATTERN = r"^(https?://.*|/.*|)$"
"""Addresses that a picture may have: others run programs, or hold the picture itself."""

_AVATAR = re.compile(AVATAR_PATTERN)
_AVATAR_CHARACTERS = 2_000


class PeopleDirectory:
    """Implements `tureen.ports.Directory`, and what this package needs beyond it."""

    def __init__(self, store: PeopleStore, clock: Clock, cache_weight: int = CACHE_WEIGHT) -> None:
        self._store = store
        self._clock = clock
        self._people = KnownPeople(store.known, cache_weight)

    async def find(self, users: Iterable[UserId]) -> Mapping[UserId, Person]:
        """See `tureen.ports.Directory.find`."""
        return {user: known.record.person for user, known in (await self.known(users)).items()}

    async def reachable(self, sender: UserId, receivers: Iterable[UserId]) -> frozenset[UserId]:
        """See `tureen.ports.Directory.reachable`."""
        wanted = frozenset(receivers)
        known = await self.known([sender, *wanted])
        return frozenset(user for user in wanted if user in known and known[user].lets_reach(sender, known.get(sender)))

    async def known(self, users: Iterable[UserId]) -> Mapping[UserId, Known]:
        """Those of them who exist, as they are at the moment of the answer."""
        return await self._people.get(user for user in users if NUL not in user)

    async def visible(self, viewer: UserId, users: Iterable[UserId]) -> list[Person]:
        """Those of them who exist and do not hide from the viewer, in the order of the question."""
        wanted = list(dict.fromkeys(users))
        known = await self.known(wanted)
        return [known[user].record.person for user in wanted if user in known and known[user].shows_profile_to(viewer)]

    async def search(self, viewer: UserId, query: str, limit: int) -> list[Person]:
        """Those whom the viewer may find, by name; nobody where the query holds no letter and no digit."""
        wanted = list(dict.fromkeys(words(query)))
        if not wanted or not is_storable([viewer]):
            return []
        found = [record for record in await self._store.search(wanted, viewer, limit) if matches(record, wanted)]
        return [record.person for record in sorted(found, key=lambda record: (record.name.casefold(), record.user))]

    async def admit(self, grant: Grant) -> tuple[PersonRecord, bool]:
        """The entry of a token's bearer, put in from its claims where the application has said nothing.

        True: others may see a change.
        """
        said = said_by(grant, round(self._clock.now() * 1000))
        known = (await self.known([said.user])).get(said.user)
        if known is not None and known.record.after_token(said) is known.record:
            return known.record, False
        record = await self._store.admit(said)
        self.drop([said.user])
        return record, known is None or not record.says_the_same(known.record)

    def drop(self, users: Iterable[UserId]) -> None:
        """They, or their lists, were changed in the store."""
        self._people.drop(users)


def said_by(grant: Grant, now: int) -> PersonRecord:
    """What a token says of its bearer. ``now``: Unix milliseconds. Texts that cannot be stored are left out."""
    avatar = grant.attributes.get(AVATAR_ATTRIBUTE, "")
    taken = len(avatar) <= _AVATAR_CHARACTERS and _AVATAR.fullmatch(avatar) is not None and is_storable([avatar])
    return PersonRecord(
        user=UserId(grant.identity),
        name=grant.name.replace(NUL, ""),
        avatar=avatar if taken else "",
        attributes={
            key: value
            for key, value in grant.attributes.items()
            if key != AVATAR_ATTRIBUTE and is_storable([key, value])
        },
        source=Source.TOKEN,
        changed_at=now,
    )
