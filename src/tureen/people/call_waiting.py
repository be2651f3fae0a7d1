"""Whether a second call rings: each person's own choice, or the application's for them."""

from __future__ import annotations

import msgspec

from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.people.directory import PeopleDirectory
from tureen.people.records import PersonRecord
from tureen.people.store import PeopleStore
from tureen.ports import Mailroom
from tureen.protocol.commands import CallWaiting
from tureen.protocol.errors import not_found
from tureen.protocol.events import PersonChanged
from tureen.protocol.replies import Waiting


class CallWaitingChoices:
    """Implements `tureen.calls.ports.CallWaiting`. Answers ``call.waiting``."""

    def __init__(self, store: PeopleStore, directory: PeopleDirectory, mailroom: Mailroom, *, default: bool) -> None:
        """``default``: of those for whom nobody has chosen."""
        self._store = store
        self._directory = directory
        self._mailroom = mailroom
        self._default = default

    async def may_ring(self, user: UserId, caller: UserId) -> bool:  # noqa: ARG002 - the port gives the signature
        """See `tureen.calls.ports.CallWaiting`."""
        known = (await self._directory.known([user])).get(user)
        return self._default if known is None else self._of(known.record)

    async def choose(self, actor: Actor, command: CallWaiting) -> Waiting:
        """What holds for the actor, after their choice if they make one. Their devices hear that there is a new one."""
        wanted = command.on
        if wanted is None:
            return Waiting(id=command.id, on=await self.may_ring(actor.user, actor.user))
        changed = await self._store.change(
            actor.user, lambda record: msgspec.structs.replace(record, call_waiting=wanted)
        )
        if changed is None:
            raise not_found("person")
        self._directory.drop([actor.user])
        self._mailroom.send_to_users([actor.user], PersonChanged(person=changed.person))
        return Waiting(id=command.id, on=self._of(changed))

    def _of(self, record: PersonRecord) -> bool:
        return self._default if record.call_waiting is None else record.call_waiting
