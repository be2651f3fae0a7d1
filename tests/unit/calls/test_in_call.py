"""From the answer to the end: paths, what devices exchange, losses, what is left of a call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.calls.office import STUN, Office, conference, failure, talking
from tureen.model.ids import CallId
from tureen.protocol.commands import (
    CallConnected,
    CallFailed,
    CallHangUp,
    CallHistory,
    CallInvite,
    CallJoin,
    CallMove,
    CallReject,
    CallRinging,
    CallSignal,
    CallTicket,
    Command,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.replies import CallAnswered, CallPage, Done, Ticket
from tureen.protocol.resources import CallEnd, CallState, MediaPath


@pytest.fixture
async def office() -> Office:
    return Office()


# --- connecting -----------------------------------------------------------------------------------------------


async def test_media_on_both_sides_makes_a_call_active(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.accept(call)
    await ann.connected(call)
    assert ann.states()[-1] is CallState.CONNECTING
    await bob.connected(call)
    assert bob.sees.state is CallState.ACTIVE
    assert bob.sees.connected_at == round(office.clock.now() * 1000)
    await office.advance(100)
    assert (bob.sees.state, bob.sees.path, bob.sees.generation) == (CallState.ACTIVE, MediaPath.DIRECT, 1)


async def test_media_before_the_accept_counts_for_nothing(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await ann.connected(call)
    await bob.connected(call)
    await bob.accept(call)
    await bob.connected(call)
    assert ann.sees.state is CallState.CONNECTING


async def test_a_direct_path_that_does_not_open_in_three_seconds_goes_through_the_server(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.accept(call)
    await ann.connected(call)
    await office.advance(2.9)
    assert bob.sees.path is MediaPath.DIRECT
    await office.advance(0.1)
    assert (bob.sees.path, bob.sees.generation, bob.sees.offerer) == (MediaPath.ROOM, 2, None)
    await bob.connected(call, generation=1)
    await ann.connected(call, generation=2)
    assert bob.states()[-1] is CallState.CONNECTING
    await bob.connected(call, generation=2)
    assert bob.states()[-1] is CallState.ACTIVE


async def test_a_call_that_nothing_connects_is_lost(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.accept(call)
    await office.advance(3)
    await office.advance(14.9)
    assert ann.states()[-1] is CallState.CONNECTING
    await office.advance(0.1)
    assert (ann.sees.end, bob.sees.end) == (CallEnd.LOST, CallEnd.LOST)
    assert bob.party("bob") == "left"


async def test_a_direct_path_that_breaks_goes_through_the_server_without_hang_up(office: Office) -> None:
    ann, bob, call = await talking(office)
    await bob.do(CallFailed, call, generation=1, reason="ice failed")
    await ann.do(CallFailed, call, generation=1)
    assert (ann.sees.state, ann.sees.path, ann.sees.generation) == (CallState.ACTIVE, MediaPath.ROOM, 2)


async def test_a_room_that_breaks_for_both_has_time_to_come_back(office: Office) -> None:
    ann, bob, call = await talking(office)
    await ann.do(CallMove, call, path=MediaPath.ROOM)
    await ann.connected(call)
    await bob.connected(call)
    await bob.do(CallFailed, call, generation=2)
    await office.advance(10)
    await bob.connected(call)
    await office.advance(10)
    assert ann.sees.end is None
    await bob.do(CallFailed, call, generation=2)
    await office.advance(15)
    assert ann.sees.end is CallEnd.LOST


async def test_two_may_move_to_the_server_and_back(office: Office) -> None:
    ann, bob, call = await talking(office)
    moved = await bob.do(CallMove, call, path=MediaPath.ROOM)
    assert isinstance(moved, CallAnswered)
    assert (moved.call.path, moved.call.generation) == (MediaPath.ROOM, 2)
    await ann.connected(call)
    await bob.connected(call)
    await bob.do(CallMove, call, path=MediaPath.DIRECT)
    assert (ann.sees.path, ann.sees.generation, ann.sees.offerer) == (MediaPath.DIRECT, 3, "a1")
    await office.advance(3)
    assert (ann.sees.path, ann.sees.generation, ann.sees.end) == (MediaPath.ROOM, 4, None)


async def test_what_the_server_takes_part_in_stays_there(office: Office) -> None:
    _ann, bob, call = await talking(office)
    await office.service.require_room(CallId(call))
    assert (bob.sees.path, bob.sees.generation) == (MediaPath.ROOM, 2)
    with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
        await bob.do(CallMove, call, path=MediaPath.DIRECT)
    await office.service.release_room(CallId(call))
    await bob.do(CallMove, call, path=MediaPath.DIRECT)
    assert bob.sees.path is MediaPath.DIRECT
    with pytest.raises(CommandError, check=failure(ErrorCode.NOT_FOUND)):
        await office.service.require_room(CallId("CA_none"))


# --- what devices exchange ------------------------------------------------------------------------------------


async def test_descriptions_and_candidates_go_to_the_other_device_alone(office: Office) -> None:
    ann, bob, call = await talking(office)
    other = office.device("bob", "b2")
    await ann.do(CallSignal, call, generation=1, description="v=0", description_type="offer")
    await bob.do(CallSignal, call, generation=1, candidates=["{}", ""])
    assert (bob.signals[0].description, bob.signals[0].description_type, bob.signals[0].device) == (
        "v=0",
        "offer",
        "a1",
    )
    assert ann.signals[0].candidates == ["{}", ""]
    assert other.signals == []


async def test_what_belongs_to_an_older_path_is_dropped_and_answered(office: Office) -> None:
    ann, bob, call = await talking(office)
    for generation in (0, 2):
        assert isinstance(await ann.do(CallSignal, call, generation=generation, candidates=[""]), Done)
    await ann.do(CallMove, call, path=MediaPath.ROOM)
    await ann.do(CallSignal, call, generation=2, candidates=[""])
    assert bob.signals == []


async def test_nothing_is_exchanged_before_a_device_was_chosen(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    for device in (ann, one):
        with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
            await device.do(CallSignal, call, generation=1, candidates=[""])
    await one.accept(call)
    with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
        await two.do(CallSignal, call, generation=1, candidates=[""])
    with pytest.raises(CommandError, check=failure(ErrorCode.INVALID)):
        await one.do(CallSignal, call, generation=1, description="v=0")


async def test_a_signal_to_a_device_that_is_away_is_to_be_sent_again(office: Office) -> None:
    ann, bob, call = await talking(office)
    bob.drop()
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)) as refused:
        await ann.do(CallSignal, call, generation=1, candidates=[""])
    assert refused.value.retry_after_ms
    bob.open()
    await ann.do(CallSignal, call, generation=1, candidates=[""])
    assert len(bob.signals) == 1


async def test_tickets_lead_into_the_room_only_whom_the_call_chose(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    for device in (ann, one, two):
        early = await device.do(CallTicket, call)
        assert isinstance(early, Ticket)
        assert (early.ice_servers, early.room) == ([STUN], None)
    await one.accept(call)
    ticket = await one.do(CallTicket, call)
    assert isinstance(ticket, Ticket)
    assert ticket.room is not None
    assert (ticket.room.room, ticket.room.token) == (f"call-{call}", f"bob in call-{call}")
    with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
        await two.do(CallTicket, call)


# --- being away -----------------------------------------------------------------------------------------------


async def test_a_short_drop_is_held_over(office: Office) -> None:
    ann, bob, _call = await talking(office)
    bob.drop()
    await office.quiet()
    assert ann.party("bob") == "reconnecting"
    await office.advance(19.9)
    bob.open()
    await office.quiet()
    assert (ann.party("bob"), bob.party("bob")) == ("joined", "joined")
    await office.advance(100)
    assert ann.sees.end is None


async def test_who_does_not_come_back_in_twenty_seconds_has_lost_the_call(office: Office) -> None:
    ann, bob, _call = await talking(office)
    bob.drop()
    await office.advance(20)
    assert (ann.sees.end, ann.party("bob")) == (CallEnd.LOST, "left")


async def test_a_session_that_is_closed_ends_a_pair_and_leaves_a_group(office: Office) -> None:
    ann, bob, _ = await talking(office)
    bob.close()
    await office.quiet()
    assert ann.sees.end is CallEnd.LOST
    ann, bob, carl, _call = await conference(Office())
    carl.close()
    await carl.office.quiet()
    assert (ann.sees.state, ann.party("carl"), ann.party("bob")) == (CallState.ACTIVE, "left", "joined")


async def test_another_device_of_a_member_may_come_and_go(office: Office) -> None:
    ann, _bob, call = await talking(office)
    other = office.device("bob", "b2")
    other.drop()
    other.close()
    await other.do(CallHangUp, call)
    await office.quiet()
    assert (ann.sees.state, ann.party("bob")) == (CallState.ACTIVE, "joined")


async def test_a_caller_who_is_lost_rings_nobody_any_more(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    await ann.start("bob")
    ann.drop()
    await office.advance(20)
    assert (bob.leg, bob.sees.end) == ("cancelled", CallEnd.LOST)


async def test_the_grace_decides_about_a_path_that_could_not_open(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    await bob.accept(call)
    bob.drop()
    await office.advance(19)
    bob.open()
    await ann.connected(call)
    await bob.connected(call)
    assert ann.sees.state is CallState.ACTIVE


async def test_a_member_takes_the_call_over_to_another_device(office: Office) -> None:
    ann, bob, call = await talking(office)
    other = office.device("bob", "b2")
    await other.do(CallJoin, call)
    assert [party.device for party in bob.sees.parties] == ["a1", "b2"]
    assert (ann.sees.generation, ann.sees.path, ann.sees.state) == (2, MediaPath.DIRECT, CallState.ACTIVE)
    bob.close()
    await office.quiet()
    assert ann.sees.end is None


async def test_a_new_page_on_the_same_device_begins_a_new_path(office: Office) -> None:
    ann, bob, call = await talking(office)
    bob.drop()
    bob.open()
    answer = await bob.do(CallJoin, call)
    assert isinstance(answer, CallAnswered)
    assert (answer.call.generation, answer.call.path, answer.call.state) == (2, MediaPath.DIRECT, CallState.ACTIVE)
    await ann.do(CallSignal, call, generation=1, candidates=[""])
    assert bob.signals == []
    await ann.do(CallSignal, call, generation=2, candidates=[""])
    assert len(bob.signals) == 1
    await office.advance(3)
    assert (ann.sees.path, ann.sees.generation, ann.sees.end) == (MediaPath.ROOM, 3, None)


async def test_a_new_page_that_gets_no_media_from_the_server_loses_the_call(office: Office) -> None:
    ann, bob, call = await talking(office)
    await ann.do(CallMove, call, path=MediaPath.ROOM)
    for device in (ann, bob):
        await device.connected(call)
    await bob.do(CallJoin, call)
    assert (ann.sees.path, ann.sees.generation) == (MediaPath.ROOM, 2)
    await office.advance(14.9)
    assert ann.sees.end is None
    await office.advance(0.1)
    assert ann.sees.end is CallEnd.LOST


async def test_a_caller_with_a_new_page_goes_on_ringing(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob")).id
    version = ann.sees.version
    await ann.do(CallJoin, call)
    assert (ann.sees.version, ann.sees.generation) == (version, 1)
    await bob.accept(call)
    assert ann.sees.generation == 1


# --- afterwards -----------------------------------------------------------------------------------------------


async def test_late_commands_to_a_call_that_is_over_are_harmless_or_told_so(office: Office) -> None:
    ann, bob, call = await talking(office)
    await ann.hang_up(call)
    await office.quiet()
    harmless: list[tuple[type[Command], dict[str, Any]]] = [
        (CallHangUp, {}),
        (CallReject, {}),
        (CallConnected, {"generation": 1}),
        (CallFailed, {"generation": 1}),
    ]
    for kind, fields in harmless:
        assert isinstance(await bob.do(kind, call, **fields), Done)
    refused: list[tuple[type[Command], dict[str, Any]]] = [
        (CallJoin, {}),
        (CallRinging, {}),
        (CallTicket, {}),
        (CallMove, {"path": MediaPath.ROOM}),
        (CallInvite, {"users": ["carl"]}),
    ]
    for kind, fields in refused:
        with pytest.raises(CommandError, check=failure(ErrorCode.GONE)):
            await bob.do(kind, call, **fields)


async def test_every_call_leaves_one_trace(office: Office) -> None:
    ann, bob, call = await talking(office)
    await ann.hang_up(call)
    await bob.hang_up(call)
    await office.quiet()
    [trace] = office.trace.recorded
    assert (trace.id, trace.end, trace.parties[1].state) == (call, CallEnd.HUNG_UP, "left")
    assert office.clock.pending == 0


async def test_a_trace_that_cannot_be_recorded_is_tried_again(office: Office) -> None:
    ann, _bob, call = await talking(office)
    office.trace.failures = 2
    await ann.hang_up(call)
    await office.advance(1)
    await office.restart()
    assert [trace.id for trace in office.trace.recorded] == [call]


async def test_the_history_shows_ones_own_calls_newest_first(office: Office) -> None:
    ann = office.device("ann", "a1")
    first = (await ann.start("bob")).id
    await office.advance(60)
    second = (await ann.start("carl")).id
    page = await ann.send(CallHistory(id="h1"))
    assert isinstance(page, CallPage)
    assert [call.id for call in page.calls] == [second, first]
    older = await ann.send(CallHistory(id="h2", before=page.calls[0].created_at))
    assert isinstance(older, CallPage)
    assert [call.id for call in older.calls] == [first]
    bobs = await office.device("bob", "b1").send(CallHistory(id="h3"))
    assert isinstance(bobs, CallPage)
    assert [(call.id, call.end) for call in bobs.calls] == [(first, CallEnd.UNREACHABLE)]
