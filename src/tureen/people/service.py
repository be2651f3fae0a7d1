"""People as doors see them: commands, sessions, who is admitted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.people.administration import Administration
from tureen.people.background import Background
from tureen.people.call_waiting import CallWaitingChoices
from tureen.people.contacts import ContactLists
from tureen.people.directory import PeopleDirectory, said_by
from tureen.people.presence import PresenceBoard
from tureen.people.revocations import Revocations
from tureen.people.store import PeopleStore
from tureen.ports import Clock, Handler, Handlers, Mailroom
from tureen.protocol.commands import (
    CallWaiting,
    Command,
    ContactsAdd,
    ContactsBlock,
    ContactsList,
    ContactsRemove,
    PeopleGet,
    PeopleSearch,
    PresenceSet,
    PresenceUnwatch,
    PresenceWatch,
)
from tureen.protocol.errors import forbidden
from tureen.protocol.replies import People as PeopleReply
from tureen.protocol.replies import Reply
from tureen.protocol.resources import Person

AnyOne = TypeVar("AnyOne", bound=Command)


class People:
    """Wires the parts; each is public, for those who need one port only."""

    def __init__(
        self,
        store: PeopleStore,
        revocations: Revocations,
        mailroom: Mailroom,
        clock: Clock,
        background: Background,
        *,
        call_waiting: bool = True,
    ) -> None:
        """``revocations``: loaded by whoever makes it, and asked by the doors.

        ``call_waiting``: of those who chose nothing.
        """
        self.directory = PeopleDirectory(store, clock)
        self.presence = PresenceBoard(store, self.directory, mailroom, clock, background)
        self.administration = Administration(store, self.directory, self.presence, revocations, mailroom)
        self.call_waiting = CallWaitingChoices(store, self.directory, mailroom, default=call_waiting)
        self._contacts = ContactLists(store, self.directory, self.presence, mailroom, clock)

    async def admit(self, grant: Grant) -> Person:
        """Who connects with this grant; put into the directory if unknown. Before the session is opened.

        A guest, who may only join a room, is told what the token says and stays unknown.
        """
        if not grant.people.connect:
            return said_by(grant, 0).person
        record, changed = await self.directory.admit(grant)
        if changed:
            await self.presence.handle_person_changed(record.user)
        return record.person

    def handlers(self) -> Handlers:
        """Of the commands ``people.*``, ``presence.*`` and ``contacts.*``, and of ``call.waiting``."""
        return {
            PeopleGet: _of_people(self._get),
            PeopleSearch: _of_people(self._search),
            PresenceSet: _of_people(self.presence.set),
            PresenceWatch: _of_people(self.presence.watch),
            PresenceUnwatch: _of_people(self.presence.unwatch),
            ContactsList: _of_people(self._contacts.list),
            ContactsAdd: _of_people(self._contacts.add),
            ContactsRemove: _of_people(self._contacts.remove),
            ContactsBlock: _of_people(self._contacts.block),
            CallWaiting: _of_people(self.call_waiting.choose),
        }

    async def _get(self, actor: Actor, command: PeopleGet) -> PeopleReply:
        users = [UserId(user) for user in command.users]
        return PeopleReply(id=command.id, people=await self.directory.visible(actor.user, users))

    async def _search(self, actor: Actor, command: PeopleSearch) -> PeopleReply:
        found = await self.directory.search(actor.user, command.query, command.limit)
        return PeopleReply(id=command.id, people=found)


def _of_people(handle: Callable[[Actor, AnyOne], Awaitable[Reply]]) -> Handler:
    """Whoever may only join a room is nobody here."""

    async def handle_for_people(actor: Actor, command: AnyOne) -> Reply:
        if not actor.grant.people.connect:
            raise forbidden(
                "The token does not let its bearer be a person here.", 'It needs people: {"connect": true}.'
            )
        return await handle(actor, command)

    return handle_for_people
