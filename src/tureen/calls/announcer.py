"""Tells devices, closed devices and presence what has become of a call. Only what is stored is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, filterfalse
from types import MappingProxyType
from typing import Any

from tureen.calls.effects import CallOver, CallSeen, LegSeen, MembershipSeen, PushOver, PushWanted
from tureen.calls.machine import Step
from tureen.calls.ports import CallObserver
from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.states import Ring
from tureen.calls.views import view
from tureen.calls.watchers import Watchers
from tureen.model.ids import CallId, DeviceId, UserId
from tureen.ports import Busy, Clock, Mailroom, Push, PushNotice
from tureen.protocol.events import CallChanged
from tureen.protocol.resources import Call, CallMedia, CallState

MISSED_NOTICE_S = 3600.0
"""How long a closed device may still learn that it missed a call."""

_BODIES: Mapping[CallMedia, str] = MappingProxyType(
    {CallMedia.AUDIO: "Calls you", CallMedia.VIDEO: "Calls you by video"}
)


class Announcer:
    """Carries out effects."""

    def __init__(
        self,
        mailroom: Mailroom,
        push: Push,
        busy: Busy,
        clock: Clock,
        *,
        observer: CallObserver,
        watchers: Watchers,
    ) -> None:
        """See `tureen.ports` and `calls.ports`."""
        self._mailroom = mailroom
        self._push = push
        self._busy = busy
        self._clock = clock
        self._observer = observer
        self._watchers = watchers
        self._memberships: dict[UserId, set[CallId]] = {}
        self._carry_out: Mapping[type, Callable[[CallRecord, Any], None]] = {
            CallSeen: self._tell_all,
            LegSeen: self._tell_leg,
            PushWanted: self._ring_closed,
            PushOver: self._stop_closed,
            MembershipSeen: self._note_member,
            CallOver: self._note_over,
        }

    def deliver(self, step: Step) -> None:
        """All effects of a step, in order."""
        for effect in step.effects:
            self._carry_out[type(effect)](step.record, effect)

    def tell_device(self, record: CallRecord, user: UserId, device: DeviceId) -> None:
        """What a device that rings, rang or is in the call may have missed."""
        party = self._watchers.party(record, user)
        if party is not None and (party.leg(device) is not None or party.sits_at(device)):
            self._mailroom.send_to_device(user, device, _changed(view(record), party, device))

    def show_newcomers(self, record: CallRecord, users: Iterable[UserId]) -> None:
        """People who are in the group now, and see what goes on there."""
        if record.state is CallState.CREATED or not record.is_open:
            return
        call, parties = view(record), {party.user: party for party in record.parties}
        self._mailroom.send_to_users([user for user in users if user not in parties], CallChanged(call=call))
        for user in users:
            if (party := parties.get(user)) is None:
                continue
            if party.reachable:
                self._tell_party(call, party)
            else:
                self._show_unseen(record, (user,))

    def shown(self, record: CallRecord, user: UserId) -> Call | None:
        """The call for somebody who looks for it now; None: it does not exist for them."""
        if self._watchers.party(record, user) is not None:
            return view(record)
        if record.state is CallState.CREATED or not self._watchers.has(record, user):
            return None
        return view(record, without=user)

    def note_members(self, record: CallRecord) -> None:
        """Of a call that was taken over; nobody is told but presence."""
        for party in record.parties:
            self._note_member(record, MembershipSeen(user=party.user, is_member=party.is_member))

    def forget_members(self, record: CallRecord) -> None:
        """Of a call that is over, or is not ours any more."""
        for party in record.parties:
            self._note_member(record, MembershipSeen(user=party.user, is_member=False))

    def _tell_all(self, record: CallRecord, effect: CallSeen) -> None:
        # Who has no legs sees what all others without any see, so that it is encoded once.
        parties = [party for party in record.parties if self._hears(record, party, effect)]
        alike: Iterable[UserId] = (party.user for party in parties if not party.legs)
        if effect.watchers and record.conversation is not None:
            known = {party.user for party in record.parties}
            alike = chain(alike, filterfalse(known.__contains__, self._watchers.members(record.conversation)))
            self._show_unseen(record, self._watchers.unseen(record))
        call = view(record)
        self._mailroom.send_to_users(alike, CallChanged(call=call))
        for party in parties:
            if party.legs:
                self._tell_party(call, party)

    def _tell_party(self, call: Call, party: PartyRecord) -> None:
        for device in self._mailroom.devices(party.user):
            self._mailroom.send_to_device(party.user, device, _changed(call, party, device))

    def _hears(self, record: CallRecord, party: PartyRecord, effect: CallSeen) -> bool:
        knows = self._watchers.party(record, party.user) is not None
        return knows or (party.reachable and party.user in effect.changed)

    def _show_unseen(self, record: CallRecord, users: Iterable[UserId]) -> None:
        for user in users:
            self._mailroom.send_to_users((user,), CallChanged(call=view(record, without=user)))

    def _tell_leg(self, record: CallRecord, effect: LegSeen) -> None:
        self.tell_device(record, effect.user, effect.device)

    def _ring_closed(self, record: CallRecord, effect: PushWanted) -> None:
        notice = PushNotice(
            kind="call",
            title=record.caller_name or record.caller,
            body=_BODIES[record.media],
            about=record.id,
            expires_at=record.ring_until / 1000,
            urgent=True,
        )
        self._push.notify(effect.users, notice)

    def _stop_closed(self, record: CallRecord, effect: PushOver) -> None:
        missed = [user for user in effect.users if _has_missed(record, user)]
        others = [user for user in effect.users if user not in missed]
        now = self._clock.now()
        title = record.caller_name or record.caller
        if missed:
            self._push.notify(missed, _over(record, title, "Missed call", now + MISSED_NOTICE_S))
        if others:
            self._push.notify(others, _over(record, title, "", max(now, record.ring_until / 1000)))

    def _note_member(self, record: CallRecord, effect: MembershipSeen) -> None:
        calls = self._memberships.setdefault(effect.user, set())
        was_busy = bool(calls)
        if effect.is_member:
            calls.add(record.id)
        else:
            calls.discard(record.id)
        if not calls:
            del self._memberships[effect.user]
        if was_busy != bool(calls):
            self._busy.handle_busy(effect.user, busy=bool(calls))

    def _note_over(self, record: CallRecord, _effect: CallOver) -> None:
        self._observer.handle_call_ended(view(record))


def _changed(call: Call, party: PartyRecord, device: DeviceId) -> CallChanged:
    leg = party.leg(device)
    return CallChanged(call=call, leg=None if leg is None else leg.state.value)


def _has_missed(record: CallRecord, user: UserId) -> bool:
    party = record.party(user)
    return party is not None and party.ring is Ring.MISSED


def _over(record: CallRecord, title: str, body: str, expires_at: float) -> PushNotice:
    return PushNotice(kind="call_over", title=title, body=body, about=record.id, expires_at=expires_at)
