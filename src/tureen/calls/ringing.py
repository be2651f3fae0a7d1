"""From the invitation to the answer."""

from __future__ import annotations

from msgspec.structs import replace

from tureen.calls.ending import settle, silenced
from tureen.calls.events import Accept, Delivered, Invite, Moment, Reject, Rings, Target
from tureen.calls.membership import joined
from tureen.calls.paths import through_room
from tureen.calls.record import CallRecord, Leg, PartyRecord
from tureen.calls.states import RING_MOVES, CallMove, LegMove, Ring, RingMove, moved
from tureen.protocol.resources import CallEnd, LegState


def handle_invite(record: CallRecord, event: Invite, at: Moment) -> CallRecord:
    """One pending leg per connected device of each. A third person brings the call to the server at once."""
    if not record.is_open:
        return record
    changed = record
    for target in event.targets:
        party = record.party(target.user)
        if party is None or not (party.is_member or party.rings) or (target.reachable and not party.reachable):
            changed = changed.with_party(_called(target, at))
    if changed is record:
        return record
    until = max(record.ring_until, at.now + at.ring)
    changed = replace(changed.moved(CallMove.PUBLISHED), ring_until=until)
    if not changed.is_pair:
        changed = through_room(changed, at)
    return settle(changed, CallEnd.UNREACHABLE, at)


def handle_delivered(record: CallRecord, event: Delivered, _at: Moment) -> CallRecord:
    """Nobody else's business."""
    party = record.seen_by(event.user)
    if party is None or not party.rings:
        return record
    return record.with_party(party.with_leg_moved(event.device, LegMove.DELIVERED))


def handle_rings(record: CallRecord, event: Rings, _at: Moment) -> CallRecord:
    """The first device that rings makes the person ring, the first person the call."""
    party = record.seen_by(event.user)
    leg = party.leg(event.device) if party is not None else None
    if party is None or leg is None or not (party.rings and leg.is_open):
        return record
    party = party.with_leg_moved(event.device, LegMove.RINGS)
    party = replace(party, ring=moved(RING_MOVES, RingMove.RINGS, party.ring))
    return record.with_party(party).moved(CallMove.FIRST_RING)


def handle_accept(record: CallRecord, event: Accept, at: Moment) -> CallRecord:
    """The first one wins; the person's other legs are answered elsewhere."""
    party = record.seen_by(event.user)
    if party is None or not party.rings:
        return record
    leg = party.leg(event.device)
    if leg is None:
        party = replace(party, legs=(*party.legs, Leg(device=event.device)))
    elif not leg.is_open:
        return record
    party = party.with_leg_moved(event.device, LegMove.ACCEPTED).with_legs_moved(LegMove.ANSWERED_ELSEWHERE)
    return joined(record, silenced(party, RingMove.ACCEPTED), event.device, at)


def handle_reject(record: CallRecord, event: Reject, at: Moment) -> CallRecord:
    """Ends all legs of the person, or this one; the last one that is ended ends the ringing too."""
    party = record.seen_by(event.user)
    if party is None or not party.rings:
        return record
    if event.this_device:
        party = party.with_leg_moved(event.device, LegMove.REJECTED)
        others = party.pushed or any(leg.is_open for leg in party.legs)
        if others or party.leg(event.device) is None:
            return record.with_party(party)
    return rejected(record, party, at)


def rejected(record: CallRecord, party: PartyRecord, at: Moment) -> CallRecord:
    """By the person, for all their devices."""
    party = silenced(party.with_legs_moved(LegMove.REJECTED), RingMove.REJECTED)
    return settle(record.with_party(party), CallEnd.REJECTED, at)


def ring_expired(record: CallRecord, at: Moment) -> CallRecord:
    """Those who did not answer in time have missed the call."""
    changed = record
    for party in record.parties:
        if party.ring_until is not None and party.ring_until <= at.now:
            changed = changed.with_party(silenced(party.with_legs_moved(LegMove.EXPIRED), RingMove.OVER))
    return record if changed is record else settle(changed, CallEnd.MISSED, at)


def push_due(record: CallRecord, at: Moment) -> CallRecord:
    """Closed devices of those who still ring are woken."""
    changed = record
    for party in record.parties:
        if party.push_at is not None and party.push_at <= at.now:
            changed = changed.with_party(replace(party, pushed=True, push_at=None))
    return changed


def _called(target: Target, at: Moment) -> PartyRecord:
    devices = target.devices[: at.legs_per_user] if target.reachable else ()
    if target.busy and target.reachable:
        legs = tuple(Leg(device=device, state=LegState.BUSY) for device in devices)
        return PartyRecord(user=target.user, by_membership=target.by_membership, ring=Ring.BUSY, legs=legs)
    return PartyRecord(
        user=target.user,
        reachable=target.reachable,
        by_membership=target.by_membership,
        ring=Ring.CALLED,
        legs=tuple(Leg(device=device) for device in devices),
        pushed=not devices,
        push_at=at.now + at.delivery if devices else None,
        ring_until=at.now + at.ring,
    )
