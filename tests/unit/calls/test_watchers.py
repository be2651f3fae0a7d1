"""Members of a group see its calls without being called, and come in."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.calls.office import Device, Office, failure
from tureen.calls import CallSettings
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.commands import CallHangUp, CallInvite, CallJoin, CallReject
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import CallEnd, CallState, MediaPath

GROUP = "CV_soup"


@pytest.fixture
async def office() -> Office:
    made = Office()
    made.add(GROUP, "ann", "bob", "dora")
    return made


async def group_call(office: Office) -> tuple[Device, Device, str]:
    """Ann and Bob, in a call of the group; nobody else was called."""
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob", conversation=GROUP)).id
    await bob.accept(call)
    for member in (ann, bob):
        await member.connected(call)
    return ann, bob, call


def open_to(office: Office, user: str) -> list[str]:
    return [call.id for call in office.service.open_calls(UserId(user))]


async def answer_to_join(device: Device, call: str) -> tuple[ErrorCode, str, str | None]:
    with pytest.raises(CommandError) as caught:
        await device.join(call)
    return caught.value.error_code, str(caught.value), caught.value.hint


async def test_a_member_who_was_not_called_sees_the_call_and_does_not_ring(office: Office) -> None:
    dora = office.device("dora", "d1")
    _, _, call = await group_call(office)
    assert {change.leg for change in dora.changes} == {None}
    assert dora.sees.id == call
    assert [party.user for party in dora.sees.parties] == ["ann", "bob"]
    assert open_to(office, "dora") == [call]
    assert office.push.kinds("dora") == []


async def test_watchers_hear_who_is_in_it_and_that_it_is_over_and_nothing_else(office: Office) -> None:
    dora = office.device("dora", "d1")
    ann, bob, _ = await group_call(office)
    inside = [[party.user for party in change.call.parties if party.state.value == "joined"] for change in dora.changes]
    assert inside == [["ann"], ["ann", "bob"]]
    assert len(ann.changes) > len(dora.changes)
    await bob.hang_up(ann.sees.id)
    assert len(dora.changes) == 3
    assert (dora.sees.state, dora.sees.end) == (CallState.ENDED, CallEnd.HUNG_UP)
    assert open_to(office, "dora") == []


async def test_a_member_joins_and_is_seen(office: Office) -> None:
    dora = office.device("dora", "d1")
    ann, bob, call = await group_call(office)
    joined = await dora.join(call)
    assert joined.path is MediaPath.ROOM
    assert ann.party("dora") == bob.party("dora") == "joined"
    await dora.connected(call)
    await dora.hang_up(call)
    assert (ann.party("dora"), ann.sees.state) == ("left", CallState.ACTIVE)
    assert (await dora.join(call)).id == call


async def test_who_comes_into_the_group_later_sees_its_call_at_once(office: Office) -> None:
    eve = office.device("eve", "e1")
    ann, _, call = await group_call(office)
    assert eve.changes == []
    office.add(GROUP, "eve")
    assert eve.sees.id == call
    await eve.join(call)
    assert ann.party("eve") == "joined"


async def test_ringing_goes_on_when_the_one_whom_it_rings_comes_into_the_group(office: Office) -> None:
    ann, carl = office.device("ann", "a1"), office.device("carl", "c1")
    call = (await ann.start("carl", conversation=GROUP)).id
    office.add(GROUP, "carl")
    assert carl.leg == "pending"
    await carl.accept(call)
    assert ann.party("carl") == "joined"


async def test_a_member_answers_a_call_that_rings_for_others(office: Office) -> None:
    ann, bob, dora = office.device("ann", "a1"), office.device("bob", "b1"), office.device("dora", "d1")
    call = (await ann.start("bob", conversation=GROUP)).id
    await dora.join(call)
    assert (ann.sees.state, ann.sees.path, bob.leg) == (CallState.CONNECTING, MediaPath.ROOM, "pending")


async def test_strangers_and_former_members_get_the_answer_of_an_unknown_call(office: Office) -> None:
    stranger, dora = office.device("mallory", "m1"), office.device("dora", "d1")
    _, _, call = await group_call(office)
    unknown = await answer_to_join(stranger, "CA_nowhere")
    assert unknown[0] is ErrorCode.NOT_FOUND
    assert await answer_to_join(stranger, call) == unknown
    office.remove(GROUP, "dora")
    assert await answer_to_join(dora, call) == unknown
    assert open_to(office, "dora") == open_to(office, "mallory") == []


async def test_who_leaves_the_group_hears_no_more(office: Office) -> None:
    dora = office.device("dora", "d1")
    _, bob, call = await group_call(office)
    heard = len(dora.changes)
    office.remove(GROUP, "dora")
    await bob.hang_up(call)
    assert len(dora.changes) == heard


async def test_who_sits_in_it_stays_when_removed_but_does_not_come_back(office: Office) -> None:
    dora = office.device("dora", "d1")
    dora_phone = office.device("dora", "d2")
    ann, bob, call = await group_call(office)
    await dora.join(call)
    office.remove(GROUP, "dora")
    await ann.do(CallInvite, call, users=["carl"])
    assert any(party.user == "carl" for party in dora.sees.parties)
    await dora.hang_up(call)
    # The last that they hear, at every device.
    assert dora_phone.party("dora") == "left"
    heard = len(dora_phone.changes)
    await bob.hang_up(call)
    assert len(dora_phone.changes) == heard
    assert open_to(office, "dora") == []
    assert (await answer_to_join(dora, call))[0] is ErrorCode.NOT_FOUND


async def test_whom_a_member_calls_from_outside_of_the_group_is_a_party_like_any(office: Office) -> None:
    ann, _, call = await group_call(office)
    guest = office.device("gus", "g1")
    await ann.do(CallInvite, call, users=["gus"])
    await guest.do(CallReject, call)
    await guest.join(call)
    assert ann.party("gus") == "joined"


async def test_one_whom_it_rings_and_who_is_removed_can_still_stop_the_ringing(office: Office) -> None:
    bob, bob_phone = office.device("bob", "b1"), office.device("bob", "b2")
    ann = office.device("ann", "a1")
    call = (await ann.start("bob", "carl", conversation=GROUP)).id
    office.remove(GROUP, "bob")
    await bob.do(CallReject, call)
    assert (bob.leg, bob_phone.leg) == ("rejected", "rejected")
    assert (await answer_to_join(bob, call))[0] is ErrorCode.NOT_FOUND


async def test_members_see_the_call_after_a_restart(office: Office) -> None:
    dora = office.device("dora", "d1")
    _, _, call = await group_call(office)
    await office.restart()
    dora.open()
    assert open_to(office, "dora") == [call]
    await dora.join(call)
    assert office.stored(call).members[-1].user == "dora"


async def test_those_who_went_while_the_server_was_down_see_nothing(office: Office) -> None:
    dora = office.device("dora", "d1")
    _, _, call = await group_call(office)
    await dora.join(call)
    await dora.hang_up(call)
    office.audience.groups[GROUP].remove(UserId("dora"))
    await office.restart()
    dora.open()
    assert open_to(office, "dora") == []
    assert (await answer_to_join(dora, call))[0] is ErrorCode.NOT_FOUND


async def test_blocking_stays_silent_a_member_who_could_not_be_called_sees_a_call_of_others(office: Office) -> None:
    dora = office.device("dora", "d1")
    office.directory.blocked.add(frozenset({"ann", "dora"}))
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob", "dora", conversation=GROUP)).id
    await bob.accept(call)
    shown = [dora.sees, *office.service.open_calls(UserId("dora"))]
    assert [[party.user for party in each.parties] for each in shown] == [["ann", "bob"], ["ann", "bob"]]
    assert {change.leg for change in dora.changes} == {None}
    await dora.join(call)
    assert ann.party("dora") == "joined"


async def test_a_muted_member_is_told_why_they_cannot_come_in(office: Office) -> None:
    dora = office.device("dora", "d1")
    _, _, call = await group_call(office)
    office.audience.muted.add("dora")
    assert (await answer_to_join(dora, call))[0] is ErrorCode.FORBIDDEN


async def test_a_full_call_takes_nobody(office: Office) -> None:
    small = Office(CallSettings(users_per_call=2))
    small.add(GROUP, "ann", "bob", "dora")
    dora = small.device("dora", "d1")
    _, _, call = await group_call(small)
    assert (await answer_to_join(dora, call))[0] is ErrorCode.LIMIT_EXCEEDED


async def test_whoever_is_in_too_many_calls_comes_into_no_further_one(office: Office) -> None:
    small = Office(CallSettings(open_calls_per_user=1))
    small.add(GROUP, "ann", "bob", "dora")
    dora = small.device("dora", "d1")
    await dora.start("zoe")
    _, _, call = await group_call(small)
    assert (await answer_to_join(dora, call))[0] is ErrorCode.LIMIT_EXCEEDED


async def test_removed_while_the_join_is_on_its_way(office: Office) -> None:
    dora = office.device("dora", "d1")
    ann, _, call = await group_call(office)
    joining = asyncio.ensure_future(dora.do(CallJoin, call))
    await asyncio.sleep(0)
    office.remove(GROUP, "dora")
    with pytest.raises(CommandError, check=failure(ErrorCode.NOT_FOUND)):
        await joining
    assert all(party.user != "dora" for party in ann.sees.parties)


async def test_a_direct_conversation_has_no_watchers(office: Office) -> None:
    ann, bob = office.device("ann", "a1"), office.device("bob", "b1")
    call = (await ann.start("bob", conversation="CV_two")).id
    await bob.do(CallHangUp, call)
    assert not any(party.by_membership for party in office.stored(call).parties)


async def test_members_of_a_deleted_group_hear_no_more(office: Office) -> None:
    dora = office.device("dora", "d1")
    _, bob, call = await group_call(office)
    office.audience.groups.clear()
    office.service.handle_members_left(ConversationId(GROUP), None)
    heard = len(dora.changes)
    await bob.hang_up(call)
    assert len(dora.changes) == heard
    assert (await answer_to_join(dora, call))[0] is ErrorCode.NOT_FOUND


async def test_no_step_of_a_call_reads_the_group(office: Office) -> None:
    await group_call(office)
    assert office.audience.asked == 1


async def test_nothing_of_a_group_is_kept_after_its_last_call(office: Office) -> None:
    _, bob, call = await group_call(office)
    await bob.hang_up(call)
    await office.quiet()
    assert list(office.service._watchers.members(ConversationId(GROUP))) == []
    assert office.service._watchers.calls_of(UserId("dora")) == []


async def test_a_class_of_hundreds_is_told_with_one_event(office: Office) -> None:
    pupils = [f"p{index}" for index in range(300)]
    office.add(GROUP, *pupils)
    devices = [office.device(pupil, "x") for pupil in pupils]
    await group_call(office)
    assert len({id(device.changes[-1]) for device in devices}) == 1
    assert {len(device.changes) for device in devices} == {2}
