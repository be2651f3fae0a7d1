"""The machine alone, with groups: whatever happens, in whatever order, a record stays one that can be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tureen.calls.deadlines import next_deadline
from tureen.calls.effects import CallOver, MembershipSeen, PushOver, PushWanted
from tureen.calls.events import (
    Accept,
    CallEvent,
    Closed,
    Connected,
    Delivered,
    Dropped,
    Failed,
    HangUp,
    Invite,
    Join,
    LoseGlare,
    Moment,
    Move,
    Opened,
    Reject,
    RequireRoom,
    Resume,
    Rings,
    Target,
    Tick,
)
from tureen.calls.machine import Beginning, begin, handle
from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.states import CALL_MOVES, LEG_MOVES, OPEN_LEGS, Membership, Ring
from tureen.calls.views import view
from tureen.model.ids import CallId, DeviceId, UserId
from tureen.protocol.resources import CallState, MediaPath

USERS = tuple(map(UserId, ("ann", "bob", "carl", "dora")))
DEVICES = tuple(map(DeviceId, ("phone", "tablet")))
users, devices = st.sampled_from(USERS), st.sampled_from(DEVICES)
generations = st.integers(1, 4)

targets = st.builds(
    Target,
    user=st.sampled_from(USERS[1:]),
    reachable=st.sampled_from((True, True, True, False)),
    busy=st.sampled_from((False, False, False, True)),
    devices=st.sampled_from(((), DEVICES[:1], DEVICES)),
)
invites = st.builds(
    Invite, targets=st.lists(targets, min_size=1, max_size=3, unique_by=lambda target: target.user).map(tuple)
)
of_devices = st.one_of(
    *(st.builds(kind, user=users, device=devices) for kind in (Delivered, Rings, Accept, Accept, HangUp, Join)),
    *(st.builds(kind, user=users, device=devices) for kind in (Dropped, Opened, Closed)),
    st.builds(Reject, user=users, device=devices, this_device=st.booleans()),
    st.builds(Join, user=users, device=devices, by_membership=st.booleans()),
    *(st.builds(kind, user=users, device=devices, generation=generations) for kind in (Connected, Connected, Failed)),
)
others = st.one_of(
    invites,
    st.builds(Move, path=st.sampled_from(MediaPath)),
    st.builds(RequireRoom, required=st.booleans()),
    st.just(LoseGlare()),
    st.builds(Resume, connected=st.frozensets(st.tuples(users, devices), max_size=4)),
    st.just(Tick()),
)
steps = st.lists(st.tuples(st.one_of(of_devices, of_devices, of_devices, others), st.integers(0, 6_000)), max_size=40)


def at(now: int) -> Moment:
    return Moment(now=now, ring=45_000, delivery=3_000, connect=15_000, direct=3_000, reconnect=20_000, legs_per_user=2)


def fresh(path: MediaPath) -> CallRecord:
    return begin(Beginning(id=CallId("CA_1"), caller=USERS[0], device=DEVICES[0], path=path), at(0)).record


@given(invites, steps)
def test_every_step_is_one_that_the_tables_know(invite: Invite, events: list[tuple[CallEvent, int]]) -> None:
    path = MediaPath.DIRECT if len(invite.targets) == 1 else MediaPath.ROOM
    record, now, overs = fresh(path), 0, 0
    members = {record.caller}
    woken: set[UserId] = set()
    for event, later in [(invite, 0), *events]:
        now += later
        step = handle(record, event, at(now))
        check_step(record, step.record, event)
        for effect in step.effects:
            overs += isinstance(effect, CallOver)
            if isinstance(effect, MembershipSeen):
                assert (effect.user in members) is not effect.is_member
                members ^= {effect.user}
            elif isinstance(effect, PushWanted):
                assert woken.isdisjoint(effect.users)
                woken.update(effect.users)
            elif isinstance(effect, PushOver):
                woken.difference_update(effect.users)
        record = step.record
        check_record(record)
        assert members == {party.user for party in record.members}
        assert woken == {party.user for party in record.parties if party.rings and party.pushed and party.reachable}
    assert overs == (not record.is_open)


@given(invites, steps)
def test_a_call_that_is_left_alone_ends_by_its_deadlines(invite: Invite, events: list[tuple[CallEvent, int]]) -> None:
    record, now = fresh(MediaPath.ROOM), 0
    for event, later in [(invite, 0), *events]:
        now += later
        record = handle(record, event, at(now)).record
    for user in USERS:
        for device in DEVICES:
            record = handle(record, Dropped(user=user, device=device), at(now)).record
    for _ in range(20):
        deadline = next_deadline(record)
        if deadline is None:
            break
        now = max(now, deadline)
        record = handle(record, Tick(), at(now)).record
        assert next_deadline(record) != deadline
    assert record.end is not None
    assert next_deadline(record) is None


def check_step(before: CallRecord, after: CallRecord, event: CallEvent) -> None:
    if after is before:
        return
    assert before.is_open
    assert after.version == before.version + 1
    assert after.generation >= before.generation
    assert (after.path, after.offerer) == (before.path, before.offerer) or after.generation > before.generation
    reached = {before.state}
    for _ in CallState:
        reached |= {to for by in CALL_MOVES.values() for state, to in by.items() if state in reached}
    assert after.state in reached
    for party in after.parties:
        old = before.party(party.user)
        # An invitation begins the ringing of a person anew.
        if old is not None and not isinstance(event, Invite):
            check_legs(old, party)


def check_legs(before: PartyRecord, after: PartyRecord) -> None:
    for leg in before.legs:
        now = after.leg(leg.device)
        assert now is not None
        reached = {leg.state}
        for _ in OPEN_LEGS:
            reached |= {to for by in LEG_MOVES.values() for state, to in by.items() if state in reached}
        assert now.state in reached


def check_record(record: CallRecord) -> None:
    assert (record.state is CallState.ENDED) == (record.end is not None) == (record.ended_at is not None)
    assert view(record).parties[0].user == record.caller
    assert len({party.user for party in record.parties}) == len(record.parties)
    for party in record.parties:
        accepted = [leg for leg in party.legs if leg.state == "accepted"]
        assert len(accepted) == (party.ring is Ring.ACCEPTED)
        assert party.rings or not any(leg.is_open for leg in party.legs)
        assert party.rings == (party.ring_until is not None)
        assert party.is_member == (party.device is not None)
        assert (party.membership is Membership.RECONNECTING) == (party.grace_until is not None)
        assert party.reachable or not party.legs
    if record.is_open:
        assert record.members
        assert record.is_answered or record.anyone_rings or record.state is CallState.CREATED
        assert record.path is MediaPath.ROOM or len(record.members) <= 2
        assert (record.offerer is not None) == (record.path is MediaPath.DIRECT)
        assert not (record.room_required and record.path is MediaPath.DIRECT)
    else:
        assert not record.members
        assert not record.anyone_rings
