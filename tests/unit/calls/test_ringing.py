"""From the invitation to the answer: each row of the table of events."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.calls.office import Office, actor, failure
from tureen.calls import CallSettings
from tureen.model.grant import PeopleGrant
from tureen.protocol.commands import CallAccept, CallDelivered, CallHangUp, CallJoin, CallReject, CallRinging, CallStart
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.replies import CallAnswered
from tureen.protocol.resources import CallEnd, CallMedia, CallState, LegState, MediaPath, PartyState


@pytest.fixture
async def office() -> Office:
    return Office()


async def test_every_device_rings_and_the_caller_hears_only_of_ringing(office: Office) -> None:
    ann = office.device("ann", "a1")
    bobs = [office.device("bob", name) for name in ("b1", "b2", "b3", "b4", "b5")]
    call = await ann.start("bob", media=CallMedia.VIDEO)
    assert call.state is CallState.INVITING
    assert [each.leg for each in bobs] == ["pending"] * 5
    assert bobs[0].sees.media is CallMedia.VIDEO
    heard = len(ann.changes)
    await bobs[0].do(CallDelivered, call.id)
    assert (len(ann.changes), bobs[0].leg, bobs[1].leg) == (heard, "delivered", "pending")
    await bobs[1].ring(call.id)
    assert (ann.sees.state, ann.party("bob")) == (CallState.RINGING, "ringing")
    assert all(change.leg is None for change in ann.changes)


async def test_a_second_device_that_rings_is_no_news_to_the_caller(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    await one.ring(call)
    heard = len(ann.changes)
    await two.ring(call)
    assert (len(ann.changes), two.leg) == (heard, "ringing")


async def test_a_device_that_comes_while_it_rings_rings_too(office: Office) -> None:
    ann = office.device("ann", "a1")
    call = (await ann.start("bob")).id
    bob = office.device("bob", "b1")
    await office.quiet()
    assert bob.leg == "pending"
    await bob.ring(call)
    assert ann.sees.state is CallState.RINGING


async def test_a_device_that_was_away_hears_of_its_leg_again(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    await ann.start("bob")
    bob.drop()
    bob.heard.clear()
    bob.open()
    assert bob.leg == "pending"


async def test_nobody_connected_is_woken_at_once_with_the_time_that_is_left(office: Office) -> None:
    ann = office.device("ann", "a1")
    call = await ann.start("bob")
    [(user, notice)] = office.push.sent
    assert (user, notice.kind, notice.about, notice.title, notice.urgent) == ("bob", "call", call.id, "Ann", True)
    assert notice.expires_at == pytest.approx(office.clock.now() + 45)


async def test_closed_devices_are_woken_when_connected_ones_did_not_take_it_in_three_seconds(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await office.advance(2.9)
    assert office.push.kinds("bob") == []
    await office.advance(0.1)
    assert office.push.kinds("bob") == ["call"]
    await bob.accept(call)
    assert office.push.kinds("bob") == ["call", "call_over"]


async def test_who_answers_at_once_wakes_nobody(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.accept(call)
    await office.advance(60)
    assert office.push.sent == []


async def test_a_missed_call_is_said_to_closed_devices(office: Office) -> None:
    await office.device("ann", "a1").start("bob")
    await office.advance(45)
    assert office.push.kinds("bob") == ["call", "call_over"]
    assert office.push.sent[-1][1].body == "Missed call"


async def test_the_first_accept_wins_and_the_others_hear_that_it_was_answered_elsewhere(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    won, lost = await asyncio.gather(one.accept(call), two.accept(call), return_exceptions=True)
    assert isinstance(lost, CommandError)
    assert lost.error_code is ErrorCode.CONFLICT
    assert not isinstance(won, BaseException)
    assert won.parties[1].device == "b1"
    assert (one.leg, two.leg) == ("accepted", "answered_elsewhere")
    assert ann.sees.state is CallState.CONNECTING
    assert ann.states() == [CallState.INVITING, CallState.CONNECTING]


async def test_an_accept_that_is_sent_twice_is_answered_alike(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    assert await bob.accept(call) == await bob.accept(call)


async def test_a_rejection_ends_all_legs_of_the_person(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    await two.ring(call)
    await one.do(CallReject, call)
    assert (one.leg, two.leg) == ("rejected", "rejected")
    assert (ann.sees.end, ann.party("bob")) == (CallEnd.REJECTED, "rejected")


async def test_a_rejection_of_one_device_lets_the_others_ring(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    await one.do(CallReject, call, this_device=True)
    assert (one.leg, two.leg, ann.sees.end) == ("rejected", "pending", None)
    with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
        await one.accept(call)
    await two.do(CallReject, call, this_device=True)
    assert ann.sees.end is CallEnd.REJECTED


async def test_a_cancelled_call_is_over_for_everyone_and_a_late_accept_learns_it(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.ring(call)
    await ann.hang_up(call)
    assert (bob.leg, bob.sees.end, bob.party("bob")) == ("cancelled", CallEnd.CANCELLED, "missed")
    with pytest.raises(CommandError, check=failure(ErrorCode.GONE)):
        await bob.accept(call)
    await office.quiet()
    with pytest.raises(CommandError, check=failure(ErrorCode.GONE)):
        await bob.accept(call)


async def test_a_cancel_after_the_accept_is_a_hang_up(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await asyncio.gather(bob.accept(call), ann.hang_up(call))
    assert (ann.sees.end, bob.sees.end) == (CallEnd.HUNG_UP, CallEnd.HUNG_UP)
    assert bob.party("bob") == "left"


async def test_at_the_ring_deadline_legs_time_out_or_were_never_reached(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    await one.do(CallDelivered, call)
    await office.advance(44.9)
    assert ann.states() == [CallState.INVITING]
    await office.advance(0.1)
    assert (one.leg, two.leg) == ("timeout", "unreachable")
    assert (ann.sees.end, ann.party("bob")) == (CallEnd.MISSED, "missed")


async def test_who_never_confirmed_anything_was_unreachable(office: Office) -> None:
    ann = office.device("ann", "a1")
    office.device("bob", "b1")
    await ann.start("bob")
    await office.advance(45)
    assert (ann.sees.end, ann.party("bob")) == (CallEnd.UNREACHABLE, "missed")


async def test_a_block_looks_like_someone_who_does_not_answer(office: Office) -> None:
    """Also in the versions and the times: nothing tells one from the other."""
    ann = office.device("ann", "a1")
    bob = office.device("bob", "b1")
    office.directory.blocked.add(frozenset({"ann", "bob"}))
    office.directory.unknown.add("nobody")
    seen = []
    for user in ("bob", "carl", "nobody"):
        ann.heard.clear()
        await ann.start(user)
        await office.advance(60)
        told = [(change.call.version, change.call.state, change.call.end, ann.party(user)) for change in ann.changes]
        seen.append(told)
    assert seen[0] == seen[1] == seen[2]
    assert bob.heard == []
    # The trace would reach both.
    assert [call.parties[-1].user for call in office.trace.recorded] == ["carl"]
    assert [call.id for call in await office.store.untraced()] == []
    assert [user for user, _ in office.push.sent] == ["carl", "carl"]


async def test_a_blocked_person_knows_nothing_of_the_call(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    office.directory.blocked.add(frozenset({"ann", "bob"}))
    call = (await ann.start("bob")).id
    for kind in (CallAccept, CallRinging, CallHangUp, CallJoin):
        with pytest.raises(CommandError, check=failure(ErrorCode.NOT_FOUND)):
            await bob.do(kind, call)
    assert office.service.open_calls(bob.actor.user) == []


async def test_a_call_leaves_its_trace_where_its_caller_may_write(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    office.trace.closed.add("CV_foreign")
    with pytest.raises(CommandError, check=failure(ErrorCode.NOT_FOUND)):
        await ann.start("bob", conversation="CV_foreign")
    assert bob.heard == []
    call = await ann.start("bob", conversation="CV_own")
    await ann.hang_up(call.id)
    await office.quiet()
    assert [recorded.conversation for recorded in office.trace.recorded] == ["CV_own"]


async def test_strangers_are_answered_as_if_there_were_no_call(office: Office) -> None:
    ann, eve = office.device("ann", "a1"), office.device("eve", "e1")
    call = (await ann.start("bob")).id
    texts = []
    for name in (call, "CA_no_such_call"):
        with pytest.raises(CommandError, check=failure(ErrorCode.NOT_FOUND)) as refused:
            await eve.accept(name)
        texts.append(str(refused.value))
    assert texts[0] == texts[1]


async def test_busy_is_answered_where_call_waiting_is_off() -> None:
    office = Office(call_waiting=False)
    ann, bob, carl = office.device("ann", "a1"), office.device("bob", "b1"), office.device("carl", "c1")
    await bob.accept((await ann.start("bob")).id)
    bob.heard.clear()
    call = await carl.start("bob")
    assert (call.state, call.end, call.parties[1].state) == (CallState.ENDED, CallEnd.BUSY, PartyState.BUSY)
    assert bob.leg == LegState.BUSY
    assert bob.sees.state is CallState.ENDED


async def test_with_call_waiting_a_second_call_rings(office: Office) -> None:
    ann, bob, carl = office.device("ann", "a1"), office.device("bob", "b1"), office.device("carl", "c1")
    await bob.accept((await ann.start("bob")).id)
    second = await carl.start("bob")
    assert (second.state, bob.leg) == (CallState.INVITING, "pending")


async def test_call_waiting_is_decided_for_each_person(office: Office) -> None:
    office.call_waiting.off.add("bob")
    ann, bob, carl = office.device("ann", "a1"), office.device("bob", "b1"), office.device("carl", "c1")
    dora = office.device("dora", "d1")
    await bob.accept((await ann.start("bob")).id)
    states = {party.user: party.state for party in (await carl.start("ann", "bob")).parties}
    assert (states["ann"], states["bob"]) == (PartyState.CALLED, PartyState.BUSY)
    assert (await dora.start("carl")).state is CallState.INVITING


async def test_presence_hears_of_the_first_and_the_last_call(office: Office) -> None:
    ann, bob, carl = office.device("ann", "a1"), office.device("bob", "b1"), office.device("carl", "c1")
    first = (await ann.start("bob")).id
    await bob.accept(first)
    second = (await carl.start("bob")).id
    await bob.accept(second)
    await ann.hang_up(first)
    assert office.busy.now() == {"bob", "carl"}
    await carl.hang_up(second)
    assert office.busy.heard == [
        ("ann", True),
        ("bob", True),
        ("carl", True),
        ("ann", False),
        ("carl", False),
        ("bob", False),
    ]


async def test_who_call_each_other_meet_in_the_older_call(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    other = office.device("bob", "b2")
    first = await ann.start("bob")
    second = await bob.start("ann")
    assert (second.id, second.state) == (first.id, CallState.CONNECTING)
    assert (bob.leg, other.leg) == ("accepted", "answered_elsewhere")
    assert [record.id for record in office.store.all()] == [first.id]


async def test_who_call_each_other_at_the_same_time_meet_too(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    calls = await asyncio.gather(ann.start("bob"), bob.start("ann"))
    assert calls[0].id == calls[1].id
    assert ann.sees.state is CallState.CONNECTING


async def test_the_lower_id_survives_even_if_it_came_later(office: Office) -> None:
    """Clocks of two owners differ."""
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    first = await ann.start("bob")
    office.clock._now -= 10
    await office.restart()
    ann.open()
    bob.open()
    second = await bob.start("ann")
    assert second.id < first.id
    assert second.state is CallState.CONNECTING
    assert {party.device for party in second.parties} == {"a1", "b1"}
    await office.quiet()
    assert office.stored(first.id).end is CallEnd.GLARE
    assert office.trace.recorded == []


async def test_a_blocked_caller_does_not_meet_who_calls_back(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    office.directory.blocked.add(frozenset({"ann", "bob"}))
    first = await ann.start("bob")
    second = await bob.start("ann")
    assert second.id != first.id
    assert second.state is CallState.INVITING


async def test_calling_the_one_that_one_talks_to_is_the_same_call(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    first = (await ann.start("bob")).id
    assert (await ann.start("bob")).id == first
    await bob.accept(first)
    assert (await bob.start("ann")).id == first


async def test_a_start_that_is_sent_again_begins_nothing_new(office: Office) -> None:
    ann = office.device("ann", "a1")
    command = CallStart(id="same", users=["bob", "carl"])
    replies = await asyncio.gather(ann.send(command), ann.send(command))
    assert replies[0] == replies[1]
    call = office.store.all()[0].id
    await ann.hang_up(call)
    await office.quiet()
    later = await ann.send(command)
    assert isinstance(later, CallAnswered)
    assert (later.call.id, later.call.end) == (call, CallEnd.CANCELLED)


async def test_two_are_direct_and_more_meet_in_the_room(office: Office) -> None:
    ann = office.device("ann", "a1")
    pair, group = await ann.start("bob"), await ann.start("bob", "carl")
    assert (pair.path, pair.offerer) == (MediaPath.DIRECT, "a1")
    assert (group.path, group.offerer) == (MediaPath.ROOM, None)
    assert group.room == f"call-{group.id}"
    assert (await ann.start("dora", path=MediaPath.ROOM)).path is MediaPath.ROOM


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (CallStart(id="c", users=["ann"]), ErrorCode.INVALID),
        (CallStart(id="c", users=["bob", "carl"], path=MediaPath.DIRECT), ErrorCode.INVALID),
        (CallStart(id="c", users=[f"u{number}" for number in range(100)]), ErrorCode.LIMIT_EXCEEDED),
    ],
)
async def test_what_cannot_be_called_is_refused(office: Office, command: CallStart, code: ErrorCode) -> None:
    ann = office.device("ann", "a1")
    with pytest.raises(CommandError, check=failure(code)):
        await ann.send(command)
    assert office.store.saved == {}


async def test_a_token_for_rooms_alone_calls_nobody(office: Office) -> None:
    ann = office.device("ann", "a1")
    grant = type(ann.actor.grant)(identity=ann.actor.grant.identity, api_key="devkey", expires_at=0.0)
    assert grant.people == PeopleGrant()
    ann.actor = type(ann.actor)(
        user=ann.actor.user, device=ann.actor.device, session=actor("ann", "a1").session, grant=grant
    )
    with pytest.raises(CommandError, check=failure(ErrorCode.FORBIDDEN)):
        await ann.start("bob")


async def test_open_calls_of_a_person_are_bounded() -> None:
    office = Office(CallSettings(open_calls_per_user=2))
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    await ann.start("bob")
    await ann.start("carl")
    with pytest.raises(CommandError, check=failure(ErrorCode.LIMIT_EXCEEDED)):
        await ann.start("dora")
    await office.device("eve", "e1").start("bob")
    flooded = await office.device("finn", "f1").start("bob")
    assert flooded.end is CallEnd.BUSY
    assert len([change for change in bob.changes if change.leg == "pending"]) == 2


async def test_a_call_that_cannot_be_stored_has_not_begun(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    office.store.failures = 1
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
        await ann.start("bob")
    assert (bob.heard, office.service.open_calls(ann.actor.user), office.busy.now()) == ([], [], set())
    await office.advance(60)
    assert (bob.heard, office.store.saved, office.clock.pending) == ([], {}, 0)
    assert (await ann.start("bob")).state is CallState.INVITING


async def test_a_start_that_failed_and_is_sent_again_begins_one_call(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    for failures in ("failures", "silent_failures"):
        setattr(office.store, failures, 1)
        command = CallStart(id=failures, users=["bob"])
        with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
            await ann.send(command)
        reply = await ann.send(command)
        assert isinstance(reply, CallAnswered)
        assert (reply.call.state, bob.sees) == (CallState.INVITING, reply.call)
        await ann.hang_up(reply.call.id)
    await office.quiet()
    assert len(office.store.saved) == 2


async def test_a_call_that_began_without_anyone_noticing_rings_a_little_later(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    office.store.silent_failures = 1
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
        await ann.start("bob")
    await office.advance(1)
    assert (bob.leg, ann.sees.state) == ("pending", CallState.INVITING)


async def test_a_step_that_cannot_be_stored_is_told_to_nobody_until_it_is(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    office.store.failures = 1
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
        await bob.accept(call)
    assert ann.states() == [CallState.INVITING]
    await office.advance(1)
    assert ann.states() == [CallState.INVITING, CallState.CONNECTING]


async def test_a_commit_whose_confirmation_was_lost_counts(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    office.store.silent_failures = 1
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
        await bob.accept(call)
    bob.drop()
    await office.advance(1)
    assert (ann.states()[-1], bob.leg, ann.party("bob")) == (CallState.CONNECTING, "pending", "reconnecting")
    bob.open()
    assert bob.leg == "accepted"
