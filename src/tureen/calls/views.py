"""A call as people see it: the same for all of them. Legs are the business of their own devices alone."""

from __future__ import annotations

from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.states import MEMBER_STATES, PARTY_STATES
from tureen.model.ids import UserId
from tureen.protocol.resources import Call, Party, PartyState


def view(record: CallRecord, *, without: UserId | None = None) -> Call:
    """Of this version. ``without``: somebody who is not to learn that they were to be called."""
    return Call(
        id=record.id,
        version=record.version,
        caller=record.caller,
        media=record.media,
        state=record.state,
        parties=[_party(party) for party in record.parties if party.user != without],
        conversation=record.conversation,
        room=record.room,
        path=record.path,
        generation=record.generation,
        offerer=record.offerer,
        created_at=record.created_at,
        ring_until=record.ring_until,
        connected_at=record.connected_at,
        ended_at=record.ended_at,
        end=record.end,
    )


def party_state(party: PartyRecord) -> PartyState:
    """What others see of a person."""
    return MEMBER_STATES.get(party.membership) or PARTY_STATES[party.ring]


def _party(party: PartyRecord) -> Party:
    return Party(user=party.user, state=party_state(party), device=party.device)
