"""Who is in a call: joining, leaving, and being away for a moment."""

from __future__ import annotations

from msgspec.structs import replace

from tureen.calls.ending import left
from tureen.calls.events import Closed, Dropped, Join, Moment, Opened, Resume
from tureen.calls.paths import opening, through_room, with_path
from tureen.calls.record import CallRecord, Leg, PartyRecord
from tureen.calls.states import MEMBERSHIP_MOVES, UNANSWERED, CallMove, Membership, MembershipMove, moved
from tureen.model.ids import DeviceId
from tureen.protocol.resources import CallEnd, CallState, MediaPath


def joined(record: CallRecord, party: PartyRecord, device: DeviceId, at: Moment) -> CallRecord:
    """On this device; another one of the person is in the call no more."""
    member = replace(
        party,
        membership=moved(MEMBERSHIP_MOVES, MembershipMove.JOINED, party.membership),
        device=device,
        connected=0,
        grace_until=None,
    )
    changed = record.with_party(member)
    if member.user != record.caller and record.state in UNANSWERED:
        return opening(changed.moved(CallMove.ANSWERED), at)
    if changed.path is MediaPath.DIRECT:
        # Another device than the one that negotiated, or another page on it: nothing of the old path is of use to it.
        return with_path(changed, MediaPath.DIRECT if len(changed.members) <= 2 else MediaPath.ROOM, at)
    if changed.connect_until is None and changed.connected_members < 2:
        return opening(changed, at)
    return changed


def handle_join(record: CallRecord, event: Join, at: Moment) -> CallRecord:
    """Whoever was called may come later; whoever is in it may change the device. To those who ring it is `Accept`.

    From the device that is in the call it says that its page is a new one, which has nothing of the path so far.
    Members of the group come in although nobody called them, as a further person: through the server at once.
    """
    party = record.seen_by(event.user)
    if party is None and event.by_membership and record.is_open and record.state is not CallState.CREATED:
        party = PartyRecord(user=event.user, by_membership=True)
        changed = record.with_party(party)
        return joined(changed if changed.is_pair else through_room(changed, at), party, event.device, at)
    if party is None or not record.is_open or party.rings or record.state is CallState.CREATED:
        return record
    if party.sits_at(event.device) and not record.is_answered:
        return record
    return joined(record, party, event.device, at)


def handle_dropped(record: CallRecord, event: Dropped, at: Moment) -> CallRecord:
    """The grace begins."""
    party = record.seen_by(event.user)
    if party is None or not party.sits_at(event.device) or party.membership is not Membership.JOINED:
        return record
    return record.with_party(_away(party, at))


def handle_opened(record: CallRecord, event: Opened, at: Moment) -> CallRecord:
    """A member is back, or one more device of someone who rings is there."""
    party = record.seen_by(event.user)
    if party is None or not record.is_open or not party.reachable:
        return record
    if party.sits_at(event.device):
        return record.with_party(_back(party))
    if party.rings and party.leg(event.device) is None and len(party.legs) < at.legs_per_user:
        return record.with_party(replace(party, legs=(*party.legs, Leg(device=event.device))))
    return record


def handle_closed(record: CallRecord, event: Closed, at: Moment) -> CallRecord:
    """Ends a pair; a group goes on without them."""
    party = record.seen_by(event.user)
    if party is None or not party.sits_at(event.device):
        return record
    return left(record, party, CallEnd.LOST, at)


def handle_resume(record: CallRecord, event: Resume, at: Moment) -> CallRecord:
    """Members whose devices are not connected to the new owner get the whole grace: they could not know where to go."""
    if not record.is_open:
        return record
    changed = replace(record, tenure=record.tenure + 1)
    for party in record.members:
        here = party.device is not None and (party.user, party.device) in event.connected
        changed = changed.with_party(_back(party) if here else _away(party, at))
    return changed


def grace_expired(record: CallRecord, at: Moment) -> CallRecord:
    """Those who did not come back in time are lost."""
    changed = record
    for party in record.parties:
        if party.grace_until is not None and party.grace_until <= at.now and changed.is_open:
            changed = left(changed, party, CallEnd.LOST, at)
    return changed


def _away(party: PartyRecord, at: Moment) -> PartyRecord:
    membership = moved(MEMBERSHIP_MOVES, MembershipMove.DROPPED, party.membership)
    return replace(party, membership=membership, grace_until=at.now + at.reconnect)


def _back(party: PartyRecord) -> PartyRecord:
    membership = moved(MEMBERSHIP_MOVES, MembershipMove.BACK, party.membership)
    return replace(party, membership=membership, grace_until=None)
