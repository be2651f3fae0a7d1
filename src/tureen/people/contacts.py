"""A person's own list: whom they keep at hand, and whom they block."""

from __future__ import annotations

from collections.abc import Awaitable

from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.people.directory import PeopleDirectory
from tureen.people.limits import MAX_CONTACTS
from tureen.people.presence import PresenceBoard
from tureen.people.privacy import Audience
from tureen.people.records import ContactRecord
from tureen.people.storable import is_storable
from tureen.people.store import ListFullError, PeopleStore
from tureen.ports import Clock, Mailroom
from tureen.protocol.commands import ContactsAdd, ContactsBlock, ContactsList, ContactsRemove
from tureen.protocol.errors import CommandError, ErrorCode, invalid, not_found
from tureen.protocol.events import ContactsChanged
from tureen.protocol.replies import Contacts, Done
from tureen.protocol.resources import Contact, Person


class ContactLists:
    """Answers the commands ``contacts.*``. A change counts at once: for presence, calls and messages."""

    def __init__(
        self, store: PeopleStore, directory: PeopleDirectory, presence: PresenceBoard, mailroom: Mailroom, clock: Clock
    ) -> None:
        self._store = store
        self._directory = directory
        self._presence = presence
        self._mailroom = mailroom
        self._clock = clock

    async def list(self, actor: Actor, command: ContactsList) -> Contacts:
        """Whoever hides, or is no more, comes with the id alone."""
        return Contacts(id=command.id, contacts=[_contact(entry) for entry in await self._store.contacts(actor.user)])

    async def add(self, actor: Actor, command: ContactsAdd) -> Done:
        """Raises ``not_found`` alike for those who do not exist and those who hide."""
        user = _other(actor, command.user)
        if not await self._directory.visible(actor.user, [user]):
            raise not_found("person")
        changed = await _bounded(self._store.add_contact(actor.user, user, self._now(), MAX_CONTACTS))
        return await self._answer(actor, user, command.id, changed=changed)

    async def remove(self, actor: Actor, command: ContactsRemove) -> Done:
        """Of whoever is not on the list, nothing changes."""
        user = _other(actor, command.user)
        changed = await self._store.remove_contact(actor.user, user)
        return await self._answer(actor, user, command.id, changed=changed)

    async def block(self, actor: Actor, command: ContactsBlock) -> Done:
        """Any id may be blocked, so that the answer does not tell whether someone who hides exists."""
        user = _other(actor, command.user)
        if not command.blocked:
            changed = await self._store.unblock(actor.user, user)
            return await self._answer(actor, user, command.id, changed=changed)
        changed = await _bounded(self._store.block(actor.user, user, self._now(), MAX_CONTACTS))
        self._presence.hide_from_each_other(actor.user, user)
        return await self._answer(actor, user, command.id, changed=changed)

    async def _answer(self, actor: Actor, user: UserId, command_id: str, *, changed: bool) -> Done:
        if changed:
            self._directory.drop([actor.user])
            self._mailroom.send_to_users([actor.user], ContactsChanged(), skip=actor)
            await self._presence.review_pair(actor.user, user)
        return Done(id=command_id)

    def _now(self) -> int:
        return round(self._clock.now() * 1000)


async def _bounded(write: Awaitable[bool]) -> bool:
    try:
        return await write
    except ListFullError as error:
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED, f"A list holds {MAX_CONTACTS} people.", "Remove some with contacts.remove."
        ) from error


def _other(actor: Actor, user: str) -> UserId:
    if user == actor.user:
        raise invalid("One cannot be on one's own list.")
    if not is_storable([user]):
        raise not_found("person")
    return UserId(user)


def _contact(entry: ContactRecord) -> Contact:
    record, person = entry.person, Person(id=entry.user)
    if record is not None:
        profile = record.privacy.profile
        if profile is Audience.EVERYONE or (profile is Audience.CONTACTS and entry.listed_by):
            person = record.person
    return Contact(person=person, added_at=entry.added_at, blocked=entry.blocked)
