"""When a call is over, and why."""

from __future__ import annotations

from msgspec.structs import replace

from tureen.calls.events import LoseGlare, Moment
from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.states import (
    MEMBERSHIP_MOVES,
    RING_MOVES,
    CallMove,
    LegMove,
    MembershipMove,
    Ring,
    RingMove,
    moved,
)
from tureen.protocol.resources import CallEnd, LegState


def end(record: CallRecord, reason: CallEnd, at: Moment) -> CallRecord:
    """Over for everyone: what rings is cancelled, who is in it has left."""
    if not record.is_open:
        return record
    over = record.moved(CallMove.OVER).with_parties(_parted(party) for party in record.parties)
    return replace(over, end=reason, ended_at=at.now, connect_until=None, direct_until=None)


def settle(record: CallRecord, reason: CallEnd, at: Moment) -> CallRecord:
    """Ends a call that nothing keeps alive any more. ``reason``: why the last change took somebody away.

    Before anyone has accepted, a call lives while its caller is there and somebody rings; a pair then lives while both
    are there, a group while anyone is.
    """
    if not record.is_open:
        return record
    members = len(record.members)
    if not record.is_answered:
        if members == 0:
            return end(record, reason, at)
        return record if record.anyone_rings else end(record, _unanswered(record), at)
    if members == 0 or (record.is_pair and members < 2):
        return end(record, reason, at)
    if members < 2:
        # Nobody to connect to: the clock of the path runs when somebody comes.
        return replace(record, connect_until=None, direct_until=None)
    return record


def left(record: CallRecord, party: PartyRecord, reason: CallEnd, at: Moment) -> CallRecord:
    """Without this member."""
    return settle(record.with_party(departed(party)), reason, at)


def departed(party: PartyRecord) -> PartyRecord:
    """Not in the call any more."""
    membership = moved(MEMBERSHIP_MOVES, MembershipMove.LEFT, party.membership)
    return replace(party, membership=membership, device=None, connected=0, grace_until=None)


def silenced(party: PartyRecord, move: RingMove) -> PartyRecord:
    """Rings no more."""
    return replace(party, ring=moved(RING_MOVES, move, party.ring), ring_until=None, push_at=None)


def handle_glare(record: CallRecord, _event: LoseGlare, at: Moment) -> CallRecord:
    """Only a call that nobody has accepted gives way."""
    return record if record.is_answered else end(record, CallEnd.GLARE, at)


def _parted(party: PartyRecord) -> PartyRecord:
    return departed(silenced(party.with_legs_moved(LegMove.CANCELLED), RingMove.OVER))


def _unanswered(record: CallRecord) -> CallEnd:
    rings = {party.ring for party in record.callees}
    if Ring.REJECTED in rings:
        return CallEnd.REJECTED
    if any(leg.state is LegState.TIMEOUT for party in record.callees for leg in party.legs):
        return CallEnd.MISSED
    return CallEnd.BUSY if Ring.BUSY in rings else CallEnd.UNREACHABLE
