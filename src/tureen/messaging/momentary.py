"""What is not a message: marks and typing, signals to those who are there, and keys whose last value counts."""

from __future__ import annotations

import msgspec

from tureen.messaging.desk import Desk
from tureen.messaging.drafts import check_json_size
from tureen.messaging.gate import Entry
from tureen.messaging.records import StateValue
from tureen.model.actor import Actor
from tureen.ports import Handlers
from tureen.protocol.commands import MarkDelivered, MarkRead, SignalSend, StateGet, StateSet, Typing
from tureen.protocol.errors import CommandError, not_found
from tureen.protocol.events import Marked, SignalHeard, StateChanged, TypingHeard
from tureen.protocol.replies import Done, StateEntry, States

_NULL = b"null"


class MomentaryDesk:
    """Handles the classes *signal* and *state*."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handlers(self) -> Handlers:
        """By type of command."""
        return {
            MarkDelivered: self.delivered,
            MarkRead: self.read,
            Typing: self.typing,
            SignalSend: self.signal,
            StateSet: self.set_state,
            StateGet: self.states,
        }

    async def delivered(self, actor: Actor, command: MarkDelivered) -> Done:
        """A device has all up to there."""
        await self._mark(actor, command.conversation, delivered=command.seq, read=0)
        return Done(id=command.id)

    async def read(self, actor: Actor, command: MarkRead) -> Done:
        """The person has read up to there."""
        await self._mark(actor, command.conversation, delivered=0, read=command.seq)
        return Done(id=command.id)

    async def typing(self, actor: Actor, command: Typing) -> Done:
        """Told where few enough are to care, and where the writer may write."""
        entry = await self._enter(actor, command.conversation)
        roster = entry.roster
        if roster.is_small and await self._is_reachable(actor, entry):
            heard = TypingHeard(conversation=roster.id, user=actor.user)
            self._desk.outside.mailroom.send_to_users(roster.others(actor.user), heard)
        return Done(id=command.id)

    async def signal(self, actor: Actor, command: SignalSend) -> Done:
        """For every other device that is connected now."""
        check_json_size(bytes(command.data))
        entry = await self._enter(actor, command.conversation)
        if await self._is_reachable(actor, entry):
            heard = SignalHeard(conversation=entry.roster.id, sender=actor.user, name=command.name, data=command.data)
            self._desk.outside.mailroom.send_to_users(entry.roster.seats, heard, skip=actor)
        return Done(id=command.id)

    async def set_state(self, actor: Actor, command: StateSet) -> Done:
        """Stored, then told to everyone."""
        data = bytes(command.data)
        check_json_size(data)
        entry = await self._enter(actor, command.conversation)
        await self._desk.gate.check_reachable(actor.user, entry.roster)
        limits = self._desk.outside.limits
        value = StateValue(
            act=entry.act,
            key=command.key,
            data=None if data == _NULL else data,
            max_keys=limits.state_keys,
            max_bytes=limits.state_bytes,
        )
        await self._desk.outside.store.set_state(value)
        changed = StateChanged(
            conversation=entry.roster.id,
            sender=actor.user,
            key=command.key,
            data=command.data,
            changed_at=entry.act.at,
        )
        self._desk.outside.mailroom.send_to_users(entry.roster.seats, changed, skip=actor)
        return Done(id=command.id)

    async def states(self, actor: Actor, command: StateGet) -> States:
        """All keys and values."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        found = await self._desk.outside.store.states(entry.roster.id)
        return States(
            id=command.id,
            states=[
                StateEntry(key=each.key, data=msgspec.Raw(each.data), sender=each.sender, changed_at=each.changed_at)
                for each in found
            ],
        )

    async def _mark(self, actor: Actor, conversation: str, *, delivered: int, read: int) -> None:
        entry = await self._desk.gate.enter(actor, conversation)
        roster = entry.roster
        if entry.seat is None:
            raise not_found("conversation")
        # How far one has read tells that one is here.
        alone = not roster.is_small or await self._desk.gate.are_apart(actor.user, roster)
        mark = self._desk.marks.raise_mark(roster, actor.user, delivered=delivered, read=read)
        if mark is None:
            return
        event = Marked(
            conversation=roster.id, user=actor.user, delivered_seq=mark.delivered_seq, read_seq=mark.read_seq
        )
        hearers = (actor.user,) if alone else roster.seats
        self._desk.outside.mailroom.send_to_users(hearers, event, skip=actor)
        if self._desk.marks.must_be_written:
            await self._desk.marks.flush()

    async def _enter(self, actor: Actor, conversation: str) -> Entry:
        self._desk.gate.check_may_send(actor)
        entry = await self._desk.gate.enter(actor, conversation)
        entry.check_may_write()
        return entry

    async def _is_reachable(self, actor: Actor, entry: Entry) -> bool:
        # What is heard at most once is not refused either: it is as if nobody were there.
        try:
            await self._desk.gate.check_reachable(actor.user, entry.roster)
        except CommandError:
            return False
        return True
