"""Whom a call rings, and which of two calls goes on when two people call each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from tureen.calls.checks import too_many_calls
from tureen.calls.events import Accept, Invite, LoseGlare, Target
from tureen.calls.ledger import Ledger, OpenCall
from tureen.calls.machine import Beginning, begin
from tureen.calls.record import CallRecord
from tureen.calls.surroundings import CallSurroundings
from tureen.calls.watchers import Watchers
from tureen.model.actor import Actor
from tureen.model.ids import CallId, ConversationId, DeviceId, UserId
from tureen.protocol.commands import CallStart
from tureen.protocol.resources import MediaPath

_ID_CHANCE = 12
"""Letters and digits of an id after its time."""


class Starting:
    """Begins calls."""

    def __init__(self, around: CallSurroundings, ledger: Ledger, watchers: Watchers) -> None:
        """``ledger``: takes the calls in. ``watchers``: know the groups of those that are there."""
        self._around = around
        self._watchers = watchers
        self._ledger = ledger
        self._newest = 0

    async def start(self, actor: Actor, users: Sequence[UserId], command: CallStart) -> OpenCall:
        """The call that rings these people, or the one that is there already. Raises ``limit_exceeded``."""
        wanted = await self._wanted(actor.user, users)
        found = await self._around.directory.find([actor.user])
        members = await self.members(command.conversation)
        # From here on nothing waits: what is looked at is what is changed.
        known = self._known(actor, users, command.id)
        if known is not None:
            return known
        call = self._new_id()
        other = self._glaring(actor, users)
        if other is not None and other.record.id < call:
            self._ledger.apply(other, Accept(user=actor.user, device=actor.device))
            return other
        self._check_limits(actor.user)
        name = found[actor.user].name if actor.user in found else actor.grant.name
        beginning = replace(_beginning(call, name, actor, command, len(users)), by_membership=actor.user in members)
        invite = Invite(targets=self._targets(wanted, members))
        began = self._ledger.begin(begin(beginning, self._ledger.moment()), invite, members)
        if other is not None:
            self._give_way(other, began)
        return began

    async def invitation(self, call: OpenCall, inviter: UserId, users: Sequence[UserId]) -> Invite:
        """Of more people, as things are now."""
        wanted = await self._wanted(inviter, users)
        conversation = call.record.conversation
        return Invite(targets=self._targets(wanted, self._watchers.members(conversation) if conversation else ()))

    async def members(self, conversation: str | None) -> Collection[UserId]:
        """Of the group of a call as it is now; of all others none."""
        if conversation is None:
            return ()
        return frozenset(await self._around.audience.members(ConversationId(conversation)))

    def check_may_take_part(self, user: UserId) -> None:
        """In one more call. Raises ``limit_exceeded``."""
        taking_part = [call for call in self._ledger.of_user(user) if _takes_part(call.record, user)]
        if len(taking_part) >= self._around.settings.open_calls_per_user:
            raise too_many_calls(f"You are in {len(taking_part)} calls.", "Hang up first.")

    def _new_id(self) -> CallId:
        """Later ones sort after earlier ones, those of one millisecond too."""
        self._newest = max(self._newest + 1, self._ledger.moment().now)
        return CallId(f"CA_{self._newest:011x}{self._around.entropy.token(_ID_CHANCE)}")

    async def _wanted(self, caller: UserId, users: Sequence[UserId]) -> dict[UserId, bool | None]:
        """Whether each is busy; None of those who cannot be reached."""
        reachable = await self._around.directory.reachable(caller, users)
        return {user: await self._is_busy(user, caller) if user in reachable else None for user in users}

    async def _is_busy(self, user: UserId, caller: UserId) -> bool:
        calls = self._ledger.of_user(user)
        if len([call for call in calls if _takes_part(call.record, user)]) >= self._around.settings.open_calls_per_user:
            return True
        in_call = any(_is_member(call.record, user) for call in calls)
        return in_call and not await self._around.call_waiting.may_ring(user, caller)

    def _targets(self, wanted: dict[UserId, bool | None], members: Collection[UserId]) -> tuple[Target, ...]:
        devices = self._around.mailroom.devices
        return tuple(
            Target(user=user, reachable=False)
            if busy is None
            else Target(
                user=user, busy=busy, by_membership=user in members, devices=tuple(dict.fromkeys(devices(user)))
            )
            for user, busy in wanted.items()
        )

    def _check_limits(self, user: UserId) -> None:
        settings = self._around.settings
        if len(self._ledger) >= settings.open_calls:
            raise too_many_calls("The server holds as many calls as it can.", "Try again later.")
        self.check_may_take_part(user)

    def _known(self, actor: Actor, users: Sequence[UserId], command: str) -> OpenCall | None:
        """Begun by this command; or one of the two from this very device, as whoever asks twice means one call."""
        for call in self._ledger.of_user(actor.user):
            record = call.record
            if (record.caller, record.device, record.command) == (actor.user, actor.device, command):
                return call
            party = record.party(actor.user)
            if party is not None and party.sits_at(actor.device) and _is_of(record, actor.user, users):
                return call
        return None

    def _glaring(self, actor: Actor, users: Sequence[UserId]) -> OpenCall | None:
        """The call of the one who is to be called, which rings here."""
        for call in self._ledger.of_user(actor.user):
            record = call.record
            if record.caller == actor.user or record.is_answered or not _is_of(record, actor.user, users):
                continue
            party = record.seen_by(actor.user)
            leg = party.leg(actor.device) if party is not None else None
            if party is not None and party.rings and (leg is None or leg.is_open):
                return call
        return None

    def _give_way(self, other: OpenCall, survivor: OpenCall) -> None:
        """The caller of the one that gives way accepts the other one, on the device that called."""
        caller = other.record.party(other.record.caller)
        device: DeviceId | None = caller.device if caller is not None else None
        self._ledger.apply(other, LoseGlare())
        if device is not None:
            self._ledger.apply(survivor, Accept(user=other.record.caller, device=device))


def _beginning(call: CallId, name: str, actor: Actor, command: CallStart, users: int) -> Beginning:
    path = MediaPath.DIRECT if users == 1 else MediaPath.ROOM
    return Beginning(
        id=call,
        caller=actor.user,
        caller_name=name,
        device=actor.device,
        command=command.id,
        media=command.media,
        conversation=ConversationId(command.conversation) if command.conversation is not None else None,
        path=path if command.path is None else command.path,
    )


def _is_of(record: CallRecord, user: UserId, users: Sequence[UserId]) -> bool:
    return record.is_pair and len(users) == 1 and {party.user for party in record.parties} == {user, users[0]}


def _is_member(record: CallRecord, user: UserId) -> bool:
    party = record.party(user)
    return party is not None and party.is_member


def _takes_part(record: CallRecord, user: UserId) -> bool:
    party = record.party(user)
    return party is not None and (party.is_member or party.rings)
