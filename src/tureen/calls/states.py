"""The states of a call, of its legs and of its people, and every move between them, as tables.

::

    call        created → inviting → ringing → connecting → active → ended (reason)

    leg         pending → delivered → ringing → accepted | rejected | timeout | cancelled | answered_elsewhere
                pending → unreachable                                             (of one device that is called)
                busy

    ring        none → called → ringing → accepted | rejected | busy | missed     (of one person)
    membership  none → joined ⇄ reconnecting → left                               (of one person)

Ring and membership are separate facts: who rejected may join later, and who was never rung (the caller) is a member.
A move that a table does not name changes nothing: commands that come late or twice are harmless.
`docs/reference/calls.md` is written from these tables.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from tureen.protocol.resources import CallState, LegState, PartyState

StateT = TypeVar("StateT", bound=enum.StrEnum)
MoveT = TypeVar("MoveT", bound=enum.StrEnum)


class Ring(enum.StrEnum):
    """What became of ringing one person."""

    NONE = "none"
    CALLED = "called"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BUSY = "busy"
    MISSED = "missed"


class Membership(enum.StrEnum):
    """Whether one person is in the call: a lease that a lost device does not renew."""

    NONE = "none"
    JOINED = "joined"
    RECONNECTING = "reconnecting"
    LEFT = "left"


class CallMove(enum.StrEnum):
    """What moves a call."""

    PUBLISHED = "published"
    FIRST_RING = "first device rings"
    ANSWERED = "answered"
    CONNECTED = "media flows"
    OVER = "over"


class LegMove(enum.StrEnum):
    """What moves a leg."""

    DELIVERED = "device confirms"
    RINGS = "device rings"
    ACCEPTED = "accepts"
    ANSWERED_ELSEWHERE = "another device accepts"
    REJECTED = "rejects"
    CANCELLED = "call ends"
    EXPIRED = "ring deadline"


class RingMove(enum.StrEnum):
    """What moves the ringing of a person."""

    RINGS = "first device rings"
    ACCEPTED = "accepts"
    REJECTED = "rejects"
    OVER = "deadline or call ends"


class MembershipMove(enum.StrEnum):
    """What moves a membership."""

    JOINED = "accepts or joins"
    DROPPED = "connection lost"
    BACK = "same device is back"
    LEFT = "hangs up or does not come back"


OPEN_LEGS = frozenset({LegState.PENDING, LegState.DELIVERED, LegState.RINGING})
"""All others are final."""

RINGING = frozenset({Ring.CALLED, Ring.RINGING})
MEMBERS = frozenset({Membership.JOINED, Membership.RECONNECTING})
UNANSWERED = frozenset({CallState.CREATED, CallState.INVITING, CallState.RINGING})

CALL_MOVES: Mapping[CallMove, Mapping[CallState, CallState]] = MappingProxyType(
    {
        CallMove.PUBLISHED: {CallState.CREATED: CallState.INVITING},
        CallMove.FIRST_RING: {CallState.INVITING: CallState.RINGING},
        CallMove.ANSWERED: {CallState.INVITING: CallState.CONNECTING, CallState.RINGING: CallState.CONNECTING},
        CallMove.CONNECTED: {CallState.CONNECTING: CallState.ACTIVE},
        CallMove.OVER: {state: CallState.ENDED for state in CallState if state is not CallState.ENDED},
    }
)

LEG_MOVES: Mapping[LegMove, Mapping[LegState, LegState]] = MappingProxyType(
    {
        LegMove.DELIVERED: {LegState.PENDING: LegState.DELIVERED},
        LegMove.RINGS: {LegState.PENDING: LegState.RINGING, LegState.DELIVERED: LegState.RINGING},
        LegMove.ACCEPTED: {state: LegState.ACCEPTED for state in LegState if state in OPEN_LEGS},
        LegMove.ANSWERED_ELSEWHERE: {state: LegState.ANSWERED_ELSEWHERE for state in LegState if state in OPEN_LEGS},
        LegMove.REJECTED: {state: LegState.REJECTED for state in LegState if state in OPEN_LEGS},
        LegMove.CANCELLED: {state: LegState.CANCELLED for state in LegState if state in OPEN_LEGS},
        LegMove.EXPIRED: {
            LegState.PENDING: LegState.UNREACHABLE,
            LegState.DELIVERED: LegState.TIMEOUT,
            LegState.RINGING: LegState.TIMEOUT,
        },
    }
)

RING_MOVES: Mapping[RingMove, Mapping[Ring, Ring]] = MappingProxyType(
    {
        RingMove.RINGS: {Ring.CALLED: Ring.RINGING},
        RingMove.ACCEPTED: {Ring.CALLED: Ring.ACCEPTED, Ring.RINGING: Ring.ACCEPTED},
        RingMove.REJECTED: {Ring.CALLED: Ring.REJECTED, Ring.RINGING: Ring.REJECTED},
        RingMove.OVER: {Ring.CALLED: Ring.MISSED, Ring.RINGING: Ring.MISSED},
    }
)

MEMBERSHIP_MOVES: Mapping[MembershipMove, Mapping[Membership, Membership]] = MappingProxyType(
    {
        MembershipMove.JOINED: dict.fromkeys(Membership, Membership.JOINED),
        MembershipMove.DROPPED: {Membership.JOINED: Membership.RECONNECTING},
        MembershipMove.BACK: {Membership.RECONNECTING: Membership.JOINED},
        MembershipMove.LEFT: {Membership.JOINED: Membership.LEFT, Membership.RECONNECTING: Membership.LEFT},
    }
)

PARTY_STATES: Mapping[Ring, PartyState] = MappingProxyType(
    {
        Ring.CALLED: PartyState.CALLED,
        Ring.RINGING: PartyState.RINGING,
        Ring.REJECTED: PartyState.REJECTED,
        Ring.BUSY: PartyState.BUSY,
        Ring.MISSED: PartyState.MISSED,
    }
)
"""How others see someone who is no member; members show by `MEMBER_STATES`."""

MEMBER_STATES: Mapping[Membership, PartyState] = MappingProxyType(
    {
        Membership.JOINED: PartyState.JOINED,
        Membership.RECONNECTING: PartyState.RECONNECTING,
        Membership.LEFT: PartyState.LEFT,
    }
)


def moved(table: Mapping[MoveT, Mapping[StateT, StateT]], move: MoveT, state: StateT) -> StateT:
    """Where the move leads from there; the same state if the table does not name it."""
    return table[move].get(state, state)
