"""What follows from a change of a call. It is read off two versions, so that no handler can forget to say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.views import view
from tureen.model.ids import DeviceId, UserId
from tureen.protocol.resources import CallState


class CallSeen(Struct, frozen=True, kw_only=True):
    """All parties' devices are to hear of the call as it is now."""

    changed: frozenset[UserId]
    """Whose own part of it is another one now: they hear of that, whatever became of their right to know."""
    watchers: bool
    """So are those who merely see that it goes on."""


class LegSeen(Struct, frozen=True, kw_only=True):
    """Nothing changed but one leg, which only its own device is told of."""

    user: UserId
    device: DeviceId


class PushWanted(Struct, frozen=True, kw_only=True):
    """Closed devices of these people are to ring."""

    users: tuple[UserId, ...]


class PushOver(Struct, frozen=True, kw_only=True):
    """Closed devices of these people are to ring no more."""

    users: tuple[UserId, ...]


class MembershipSeen(Struct, frozen=True, kw_only=True):
    """Someone is in the call, or is no longer."""

    user: UserId
    is_member: bool


class CallOver(Struct, frozen=True):
    """The last effect of a call."""


Effect: TypeAlias = CallSeen | LegSeen | PushWanted | PushOver | MembershipSeen | CallOver


def effects_of(before: CallRecord | None, after: CallRecord) -> tuple[Effect, ...]:
    """``before``: None of a call that begins, which nobody but its caller knows."""
    return tuple(_effects(before, after))


def _effects(before: CallRecord | None, after: CallRecord) -> Iterator[Effect]:
    if before is not None:
        yield from _seen(before, after)
    pairs = [(before.party(party.user) if before else None, party) for party in after.parties]
    yield from _pushes(pairs)
    for old, new in pairs:
        if (old is not None and old.is_member) != new.is_member:
            yield MembershipSeen(user=new.user, is_member=new.is_member)
    if not after.is_open and (before is None or before.is_open):
        yield CallOver()


def _seen(before: CallRecord, after: CallRecord) -> Iterator[CallSeen | LegSeen]:
    # What the owner before stored last, it may not have told.
    if view(replace(before, version=after.version)) != view(after) or before.tenure != after.tenure:
        parties = frozenset(party.user for party in after.parties if before.party(party.user) != party)
        watchers = _watched(before) != _watched(after) or before.tenure != after.tenure
        yield CallSeen(changed=parties, watchers=watchers)
        return
    for party in after.parties:
        old = before.party(party.user)
        for leg in party.legs:
            if old is None or old.leg(leg.device) != leg:
                yield LegSeen(user=party.user, device=leg.device)


def _watched(record: CallRecord) -> tuple[bool, bool, list[UserId]]:
    """What somebody sees who is not in it: that it began and that it is over, and who is inside."""
    return record.state is not CallState.CREATED, record.is_open, [party.user for party in record.members]


def _pushes(pairs: list[tuple[PartyRecord | None, PartyRecord]]) -> Iterator[Effect]:
    wanted = tuple(new.user for old, new in pairs if _rings_closed(new) and not _rings_closed(old))
    over = tuple(new.user for old, new in pairs if _rings_closed(old) and not _rings_closed(new))
    if wanted:
        yield PushWanted(users=wanted)
    if over:
        yield PushOver(users=over)


def _rings_closed(party: PartyRecord | None) -> bool:
    return party is not None and party.reachable and party.rings and party.pushed
