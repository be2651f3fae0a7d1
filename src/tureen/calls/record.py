"""What is known of a call: one versioned value, which is stored and from which everything else follows.

Points in time are Unix milliseconds. Deadlines stand in the record, so whoever owns the call next resumes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from tureen.calls.states import (
    CALL_MOVES,
    LEG_MOVES,
    MEMBERS,
    OPEN_LEGS,
    RINGING,
    UNANSWERED,
    CallMove,
    LegMove,
    Membership,
    Ring,
    moved,
)
from tureen.model.ids import CallId, ConversationId, DeviceId, RoomName, UserId
from tureen.protocol.resources import CallEnd, CallMedia, CallState, LegState, MediaPath


class Leg(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device of someone who is called."""

    device: DeviceId
    state: LegState = LegState.PENDING

    @property
    def is_open(self) -> bool:
        """It may still become anything."""
        return self.state in OPEN_LEGS


class PartyRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person of a call."""

    user: UserId
    reachable: bool = True
    """False: may not be reached by who called them, or does not exist. They hear nothing, and nobody hears of that."""
    by_membership: bool = False
    """Known of as a member of the group. Out of it they know of the call only while they are in it, or it rings."""
    ring: Ring = Ring.NONE
    membership: Membership = Membership.NONE
    device: DeviceId | None = None
    """The one that is in the call."""
    legs: tuple[Leg, ...] = ()
    connected: int = 0
    """The generation over which media flows on the device; 0: over none."""
    pushed: bool = False
    """Closed devices were woken."""
    push_at: int | None = None
    ring_until: int | None = None
    grace_until: int | None = None

    @property
    def is_member(self) -> bool:
        """In the call, or away for a moment."""
        return self.membership in MEMBERS

    @property
    def rings(self) -> bool:
        """May still accept."""
        return self.ring in RINGING

    def leg(self, device: DeviceId) -> Leg | None:
        """Of this device."""
        return next((leg for leg in self.legs if leg.device == device), None)

    def sits_at(self, device: DeviceId) -> bool:
        """Whether it is this device that is in the call."""
        return self.is_member and self.device == device

    def with_leg_moved(self, device: DeviceId, move: LegMove) -> PartyRecord:
        """One leg."""
        return self._with_legs(lambda leg: move if leg.device == device else None)

    def with_legs_moved(self, move: LegMove) -> PartyRecord:
        """All of them; closed ones stay as they are."""
        return self._with_legs(lambda _: move)

    def _with_legs(self, move_of: Callable[[Leg], LegMove | None]) -> PartyRecord:
        legs = []
        for leg in self.legs:
            move = move_of(leg)
            state = leg.state if move is None else moved(LEG_MOVES, move, leg.state)
            legs.append(leg if state is leg.state else replace(leg, state=state))
        return replace(self, legs=tuple(legs))


class CallRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call at one version."""

    id: CallId
    version: int = 1
    tenure: int = 1
    """Grows with each owner. What an earlier one still writes comes too late: see `calls.ledger`."""
    caller: UserId
    caller_name: str = ""
    """As the directory had it when the call began, for notices."""
    command: str = ""
    """``id`` of the command that began it, and by which device: sent again it begins no second one."""
    device: DeviceId
    media: CallMedia
    conversation: ConversationId | None = None
    state: CallState = CallState.CREATED
    parties: tuple[PartyRecord, ...]
    """The caller first."""
    path: MediaPath
    generation: int = 1
    offerer: DeviceId | None = None
    room_required: bool = False
    """Somebody at the media server takes part: a recorder or an agent."""
    created_at: int
    ring_until: int
    direct_until: int | None = None
    connect_until: int | None = None
    connected_at: int | None = None
    ended_at: int | None = None
    end: CallEnd | None = None

    @property
    def room(self) -> RoomName:
        """Of the media server."""
        return RoomName(f"call-{self.id}")

    @property
    def is_open(self) -> bool:
        """It has not ended."""
        return self.state is not CallState.ENDED

    @property
    def is_answered(self) -> bool:
        """Somebody accepted, and it goes on."""
        return self.is_open and self.state not in UNANSWERED

    @property
    def is_pair(self) -> bool:
        """Nobody but two people was ever part of it."""
        return len(self.parties) <= 2

    @property
    def callees(self) -> tuple[PartyRecord, ...]:
        """All but the caller."""
        return self.parties[1:]

    @property
    def members(self) -> tuple[PartyRecord, ...]:
        """Those who are in it, the caller first."""
        return tuple(party for party in self.parties if party.is_member)

    @property
    def anyone_rings(self) -> bool:
        """Somebody may still accept."""
        return any(party.rings for party in self.parties)

    @property
    def connected_members(self) -> int:
        """How many have media on the current path."""
        return sum(party.connected == self.generation for party in self.members)

    def party(self, user: UserId) -> PartyRecord | None:
        """Of this person."""
        return next((party for party in self.parties if party.user == user), None)

    def seen_by(self, user: UserId) -> PartyRecord | None:
        """The same, if they may know of the call."""
        party = self.party(user)
        return party if party is not None and party.reachable else None

    def with_party(self, changed: PartyRecord) -> CallRecord:
        """In place of the one of the same user, or as a new one."""
        if self.party(changed.user) is None:
            return replace(self, parties=(*self.parties, changed))
        return replace(self, parties=tuple(changed if each.user == changed.user else each for each in self.parties))

    def with_parties(self, changed: Iterable[PartyRecord]) -> CallRecord:
        """All of them, in their order."""
        return replace(self, parties=tuple(changed))

    def moved(self, move: CallMove) -> CallRecord:
        """By the table."""
        return replace(self, state=moved(CALL_MOVES, move, self.state))
