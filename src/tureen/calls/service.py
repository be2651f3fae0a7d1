"""Calls, as the native door offers them: commands in, changes of a call out."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from tureen.calls.announcer import Announcer
from tureen.calls.checks import (
    check_accept,
    check_invite,
    check_move,
    check_start,
    gone,
    others_than,
    owned_elsewhere,
    party_of,
)
from tureen.calls.events import (
    Accept,
    CallEvent,
    Closed,
    Connected,
    Delivered,
    Dropped,
    Failed,
    HangUp,
    Move,
    Opened,
    Reject,
    RequireRoom,
    Resume,
    Rings,
)
from tureen.calls.joining import Joining
from tureen.calls.ledger import Ledger, OpenCall
from tureen.calls.media_exchange import relay, ticket
from tureen.calls.record import CallRecord
from tureen.calls.settings import milliseconds
from tureen.calls.starting import Starting
from tureen.calls.surroundings import CallSurroundings
from tureen.calls.views import view
from tureen.calls.watchers import Watchers
from tureen.model.actor import Actor
from tureen.model.ids import CallId, ConversationId, UserId
from tureen.ports import Handlers
from tureen.protocol.commands import (
    CallAccept,
    CallConnected,
    CallDelivered,
    CallFailed,
    CallHangUp,
    CallHistory,
    CallInvite,
    CallJoin,
    CallMove,
    CallReject,
    CallRinging,
    CallSignal,
    CallStart,
    CallTicket,
)
from tureen.protocol.errors import not_found
from tureen.protocol.replies import CallAnswered, CallPage, Done, Ticket
from tureen.protocol.resources import Call

_DAY_MS = 24 * 60 * 60 * 1000
_PURGED_AT_ONCE = 500


class CallService:
    """Owns the calls of this server. Hears of sessions (`ports.SessionListener`)."""

    def __init__(self, around: CallSurroundings) -> None:
        """`restore` has to follow before the first command."""
        self._around = around
        self._watchers = Watchers()
        self._announcer = Announcer(
            around.mailroom,
            around.push,
            around.busy,
            around.clock,
            observer=around.observer,
            watchers=self._watchers,
        )
        self._ledger = Ledger(
            around.store,
            around.clock,
            around.tasks,
            announcer=self._announcer,
            watchers=self._watchers,
            trace=around.trace,
            observer=around.observer,
            settings=around.settings,
        )
        self._starting = Starting(around, self._ledger, self._watchers)
        self._joining = Joining(around, self._starting, self._watchers)

    def handlers(self) -> Handlers:
        """What it answers."""
        return MappingProxyType(
            {
                CallStart: self._start,
                CallDelivered: self._delivered,
                CallRinging: self._ringing,
                CallAccept: self._accept,
                CallReject: self._reject,
                CallHangUp: self._hang_up,
                CallInvite: self._invite,
                CallJoin: self._join,
                CallConnected: self._connected,
                CallFailed: self._failed,
                CallMove: self._move,
                CallSignal: self._signal,
                CallTicket: self._ticket,
                CallHistory: self._history,
            }
        )

    async def restore(self) -> None:
        """Takes over what is open in the store, and records traces that are missing. Raises what the store raises."""
        for record in await self._around.store.open_calls():
            members = await self._starting.members(record.conversation)
            here = {
                (party.user, device) for party in record.members for device in self._around.mailroom.devices(party.user)
            }
            self._ledger.resume(record, Resume(connected=frozenset(here)), members)
        for record in await self._around.store.untraced():
            if self._ledger.find(record.id) is None:
                await self._ledger.put_away_late(record)

    async def purge(self) -> bool:
        """One bounded step of retention: to be called every hour, and again at once while it returns True."""
        days = self._around.settings.history_days
        if not days:
            return False
        before = milliseconds(self._around.clock.now()) - days * _DAY_MS
        return await self._around.store.purge(before, _PURGED_AT_ONCE) == _PURGED_AT_ONCE

    def close(self) -> None:
        """Stops; open calls stay in the store for `restore`."""
        self._ledger.close()

    def open_calls(self, user: UserId) -> list[Call]:
        """Those that this person may know of, as they were told: for `Welcome`."""
        shown = [self._announcer.shown(call.stored, user) for call in self._ledger.visible_to(user) if call.stored]
        return [call for call in shown if call is not None]

    async def require_room(self, call: CallId) -> Call:
        """Brings a call to the media server and keeps it there. Raises ``not_found``."""
        return await self._set_room_required(call, required=True)

    async def release_room(self, call: CallId) -> Call:
        """Lets it be moved away again, which nobody does but its members. Raises ``not_found``."""
        return await self._set_room_required(call, required=False)

    # From sessions.

    def handle_session_opened(self, actor: Actor) -> None:
        """A device rings with the others, or takes up what it left."""
        for call in self._ledger.of_user(actor.user):
            self._ledger.apply(call, Opened(user=actor.user, device=actor.device))
            if call.stored is not None:
                self._announcer.tell_device(call.stored, actor.user, actor.device)

    def handle_session_dropped(self, actor: Actor) -> None:
        """The others see that it is away."""
        for call in self._ledger.of_user(actor.user):
            self._ledger.apply(call, Dropped(user=actor.user, device=actor.device))

    def handle_session_closed(self, actor: Actor) -> None:
        """It has left."""
        for call in self._ledger.of_user(actor.user):
            self._ledger.apply(call, Closed(user=actor.user, device=actor.device))

    # From conversations: see `ports.MembersListener`.

    def handle_members_joined(self, conversation: ConversationId, users: Sequence[UserId]) -> None:
        """They see what goes on there."""
        self._watchers.add(conversation, users)
        for name in self._watchers.calls(conversation):
            call = self._ledger.find(name)
            if call is not None and call.stored is not None:
                self._announcer.show_newcomers(call.stored, users)

    def handle_members_left(self, conversation: ConversationId, users: Sequence[UserId] | None) -> None:
        """They hear no more of calls there in which they are not."""
        self._watchers.remove(conversation, tuple(self._watchers.members(conversation)) if users is None else users)

    # Commands.

    async def _start(self, actor: Actor, command: CallStart) -> CallAnswered:
        users = check_start(actor, command.users, command.path, self._around.settings)
        begun = await self._around.store.begun_by(actor.user, actor.device, command.id)
        if begun is not None and not begun.is_open:
            return CallAnswered(id=command.id, call=view(begun))
        if begun is not None and self._ledger.find(begun.id) is None:
            raise owned_elsewhere(self._around.settings)
        if command.conversation is not None:
            await self._around.trace.check_place(actor, ConversationId(command.conversation), users)
        call = await self._starting.start(actor, users, command)
        record = await self._ledger.settled(call, call.record.version)
        return CallAnswered(id=command.id, call=view(record))

    async def _delivered(self, actor: Actor, command: CallDelivered) -> Done:
        call = await self._open(actor, command.call)
        return await self._done(call, Delivered(user=actor.user, device=actor.device), command.id)

    async def _ringing(self, actor: Actor, command: CallRinging) -> Done:
        call = await self._open(actor, command.call)
        return await self._done(call, Rings(user=actor.user, device=actor.device), command.id)

    async def _accept(self, actor: Actor, command: CallAccept) -> CallAnswered:
        call = await self._open(actor, command.call)
        check_accept(call.record, actor)
        return await self._answered(call, Accept(user=actor.user, device=actor.device), command.id)

    async def _reject(self, actor: Actor, command: CallReject) -> Done:
        call = await self._find(actor, command.call)
        event = Reject(user=actor.user, device=actor.device, this_device=command.this_device)
        return await self._done(call, event, command.id)

    async def _hang_up(self, actor: Actor, command: CallHangUp) -> Done:
        call = await self._find(actor, command.call)
        return await self._done(call, HangUp(user=actor.user, device=actor.device), command.id)

    async def _invite(self, actor: Actor, command: CallInvite) -> CallAnswered:
        users = others_than(actor, command.users)
        call = await self._open(actor, command.call)
        check_invite(call.record, actor, users, self._around.settings)
        invite = await self._starting.invitation(call, actor.user, users)
        # Asking who may be called took a moment.
        check_invite(call.record, actor, users, self._around.settings)
        return await self._answered(call, invite, command.id)

    async def _join(self, actor: Actor, command: CallJoin) -> CallAnswered:
        call = self._ledger.find(CallId(command.call))
        if call is None:
            # It is over, or not ours: for all who may know of it.
            call = await self._open(actor, command.call)
        return await self._answered(call, await self._joining.event(call, actor), command.id)

    async def _connected(self, actor: Actor, command: CallConnected) -> Done:
        call = await self._find(actor, command.call)
        event = Connected(user=actor.user, device=actor.device, generation=command.generation)
        return await self._done(call, event, command.id)

    async def _failed(self, actor: Actor, command: CallFailed) -> Done:
        call = await self._find(actor, command.call)
        event = Failed(user=actor.user, device=actor.device, generation=command.generation)
        return await self._done(call, event, command.id)

    async def _move(self, actor: Actor, command: CallMove) -> CallAnswered:
        call = await self._open(actor, command.call)
        check_move(call.record, actor, command.path)
        return await self._answered(call, Move(path=command.path), command.id)

    async def _signal(self, actor: Actor, command: CallSignal) -> Done:
        call = await self._open(actor, command.call)
        relay(self._around.mailroom, _known(call), actor, command)
        return Done(id=command.id)

    async def _ticket(self, actor: Actor, command: CallTicket) -> Ticket:
        call = await self._open(actor, command.call)
        return ticket(self._around, _known(call), actor, command)

    async def _history(self, actor: Actor, command: CallHistory) -> CallPage:
        records = await self._around.store.history(actor.user, command.before, command.limit)
        return CallPage(id=command.id, calls=[view(record) for record in records])

    async def _set_room_required(self, name: CallId, *, required: bool) -> Call:
        call = self._ledger.find(name)
        if call is None or not call.record.is_open:
            raise not_found("call")
        return view(await self._ledger.settled(call, self._ledger.apply(call, RequireRoom(required=required))))

    async def _find(self, actor: Actor, name: str) -> OpenCall | None:
        """The call, if it is open; None if it is over. Raises ``not_found`` for those who may not know of it."""
        call = self._ledger.find(CallId(name))
        if call is not None:
            party_of(call.record, actor.user)
            return call if call.record.is_open else None
        record = await self._around.store.load(CallId(name))
        if record is None:
            raise not_found("call")
        party_of(record, actor.user)
        if record.is_open:
            raise owned_elsewhere(self._around.settings)
        return None

    async def _open(self, actor: Actor, name: str) -> OpenCall:
        call = await self._find(actor, name)
        if call is None:
            raise gone()
        return call

    async def _done(self, call: OpenCall | None, event: CallEvent, command: str) -> Done:
        if call is not None:
            await self._ledger.settled(call, self._ledger.apply(call, event))
        return Done(id=command)

    async def _answered(self, call: OpenCall, event: CallEvent, command: str) -> CallAnswered:
        record = await self._ledger.settled(call, self._ledger.apply(call, event))
        return CallAnswered(id=command, call=view(record))


def _known(call: OpenCall) -> CallRecord:
    """What has been told: media follows what devices know."""
    return call.record if call.stored is None else call.stored
