"""Coming into a call that goes on: those who were called, and those who see it as members of its group."""

from __future__ import annotations

from tureen.calls.checks import check_accept, check_room_for_one, gone, unknown
from tureen.calls.events import Accept, CallEvent, Join
from tureen.calls.ledger import OpenCall
from tureen.calls.starting import Starting
from tureen.calls.surroundings import CallSurroundings
from tureen.calls.watchers import Watchers
from tureen.model.actor import Actor
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import CallState


class Joining:
    """Lets people in."""

    def __init__(self, around: CallSurroundings, starting: Starting, watchers: Watchers) -> None:
        """``starting``: knows in how many calls one may be."""
        self._around = around
        self._starting = starting
        self._watchers = watchers

    async def event(self, call: OpenCall, actor: Actor) -> CallEvent:
        """What a join is here. To be applied at once. Raises `CommandError`: ``not_found`` for all others."""
        if self._watchers.party(call.record, actor.user) is None:
            await self._check_watches(call, actor)
        if not call.record.is_open:
            raise gone()
        # To ask took a moment, in which they may have been called.
        party = self._watchers.party(call.record, actor.user)
        if party is None:
            self._check_place(call, actor)
        elif party.rings:
            check_accept(call.record, actor)
            return Accept(user=actor.user, device=actor.device)
        return Join(user=actor.user, device=actor.device, by_membership=party is None)

    async def _check_watches(self, call: OpenCall, actor: Actor) -> None:
        conversation = call.record.conversation
        if conversation is None or not self._watchers.has(call.record, actor.user):
            raise unknown()
        try:
            await self._around.audience.check_may_join(actor, conversation)
        except CommandError as error:
            raise unknown() if error.error_code is ErrorCode.NOT_FOUND else error from None

    def _check_place(self, call: OpenCall, actor: Actor) -> None:
        if call.record.state is CallState.CREATED:
            raise unknown()
        self._starting.check_may_take_part(actor.user)
        if call.record.party(actor.user) is None:
            check_room_for_one(call.record, self._around.settings)
