"""Calls of more than two."""

from __future__ import annotations

import pytest

from tests.unit.calls.office import Office, conference, failure, talking
from tureen.calls import CallSettings
from tureen.protocol.commands import (
    CallInvite,
    CallJoin,
    CallMove,
    CallReject,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import CallEnd, CallState, MediaPath


@pytest.fixture
async def office() -> Office:
    return Office()


async def test_ringing_ends_for_each_person_separately(office: Office) -> None:
    ann, bob, carl = office.device("ann", "a1"), office.device("bob", "b1"), office.device("carl", "c1")
    call = (await ann.start("bob", "carl", "dora")).id
    await bob.do(CallReject, call)
    assert (carl.leg, ann.party("bob"), ann.sees.end) == ("pending", "rejected", None)
    await carl.accept(call)
    assert (ann.sees.state, ann.party("dora")) == (CallState.CONNECTING, "called")
    for member in (ann, carl):
        await member.connected(call)
    await office.advance(45)
    assert (ann.sees.state, ann.party("dora"), ann.party("bob")) == (CallState.ACTIVE, "missed", "rejected")


async def test_a_group_that_nobody_answers_ends(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob", "carl")).id
    await bob.do(CallReject, call)
    await office.advance(45)
    assert ann.sees.end is CallEnd.REJECTED


async def test_a_group_lives_until_the_last_one_has_left(office: Office) -> None:
    ann, bob, carl, call = await conference(office)
    await ann.hang_up(call)
    await bob.hang_up(call)
    await office.advance(1000)
    assert (carl.sees.state, carl.sees.end) == (CallState.ACTIVE, None)
    await carl.hang_up(call)
    assert carl.sees.end is CallEnd.HUNG_UP


async def test_who_left_or_refused_may_join_later(office: Office) -> None:
    ann, bob, _carl, call = await conference(office)
    await bob.hang_up(call)
    assert ann.party("bob") == "left"
    await office.device("bob", "b2").do(CallJoin, call)
    assert ann.party("bob") == "joined"


async def test_joining_a_call_that_rings_is_accepting_it(office: Office) -> None:
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    call = (await ann.start("bob")).id
    await one.do(CallJoin, call)
    assert (one.leg, two.leg) == ("accepted", "answered_elsewhere")


async def test_a_third_person_brings_a_direct_call_to_the_server(office: Office) -> None:
    ann, bob, call = await talking(office)
    carl = office.device("carl", "c1")
    await bob.do(CallInvite, call, users=["carl", "ann"])
    assert (ann.sees.state, ann.sees.path, ann.sees.generation) == (CallState.ACTIVE, MediaPath.ROOM, 2)
    assert (carl.leg, ann.party("carl")) == ("pending", "called")
    with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
        await ann.do(CallMove, call, path=MediaPath.DIRECT)
    await carl.accept(call)
    assert ann.party("carl") == "joined"
    await bob.hang_up(call)
    await ann.do(CallMove, call, path=MediaPath.DIRECT)
    assert carl.sees.path is MediaPath.DIRECT


async def test_who_missed_an_invitation_is_rung_again(office: Office) -> None:
    ann, _bob, carl, call = await conference(office)
    dora = office.device("dora", "d1")
    await ann.do(CallInvite, call, users=["dora"])
    await dora.do(CallReject, call)
    await carl.do(CallInvite, call, users=["dora"])
    assert (dora.leg, ann.party("dora")) == ("pending", "called")
    await dora.accept(call)
    assert ann.party("dora") == "joined"


async def test_only_members_invite_and_not_too_many(office: Office) -> None:
    office = Office(CallSettings(users_per_call=4))
    ann, bob, _carl, call = await conference(office)
    await bob.hang_up(call)
    with pytest.raises(CommandError, check=failure(ErrorCode.CONFLICT)):
        await bob.do(CallInvite, call, users=["dora"])
    with pytest.raises(CommandError, check=failure(ErrorCode.LIMIT_EXCEEDED)):
        await ann.do(CallInvite, call, users=["dora", "eve"])
    await ann.do(CallInvite, call, users=["dora", "bob"])


async def test_everyone_leaving_stops_what_still_rings(office: Office) -> None:
    ann, bob, call = await talking(office)
    carl = office.device("carl", "c1")
    await ann.do(CallInvite, call, users=["carl"])
    await ann.hang_up(call)
    await bob.hang_up(call)
    assert (carl.leg, carl.sees.end) == ("cancelled", CallEnd.HUNG_UP)
