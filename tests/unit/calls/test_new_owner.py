"""Calls outlive the server that owns them."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.calls.office import Office, failure, talking
from tureen.model.ids import CallId
from tureen.protocol.commands import (
    CallHangUp,
    CallMove,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import CallEnd, CallState, MediaPath


@pytest.fixture
async def office() -> Office:
    return Office()


async def test_a_call_outlives_the_server(office: Office) -> None:
    ann, bob, call = await talking(office)
    await office.restart()
    assert [each.id for each in office.service.open_calls(ann.actor.user)] == [call]
    ann.open()
    bob.open()
    await office.quiet()
    assert (ann.party("ann"), ann.party("bob"), ann.sees.state) == ("joined", "joined", CallState.ACTIVE)
    await office.advance(100)
    assert ann.sees.end is None


async def test_deadlines_go_on_after_a_restart(office: Office) -> None:
    ann = office.device("ann", "a1")
    call = (await ann.start("bob")).id
    await office.advance(40)
    await office.restart()
    ann.open()
    await office.advance(5)
    assert office.stored(call).end is CallEnd.UNREACHABLE


async def test_members_who_do_not_find_the_new_owner_are_lost(office: Office) -> None:
    ann, _bob, _call = await talking(office)
    await office.restart()
    ann.open()
    await office.advance(20)
    assert ann.sees.end is CallEnd.LOST


async def test_an_owner_that_was_replaced_changes_nothing_more(office: Office) -> None:
    ann, bob, call = await talking(office)
    old = office.service
    office.service = office.new_service()
    await office.service.restore()
    await office.service.require_room(CallId(call))
    heard = len(bob.changes)
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
        await old.handlers()[CallHangUp](ann.actor, CallHangUp(id="late", call=call))
    assert (len(bob.changes), office.stored(call).end) == (heard, None)
    assert old.open_calls(ann.actor.user) == []


async def test_a_new_owner_tells_what_the_old_one_could_not(office: Office) -> None:
    ann, bob, call = await talking(office)
    office.store.silent_failures = 1
    with pytest.raises(CommandError, check=failure(ErrorCode.UNAVAILABLE)):
        await ann.do(CallMove, call, path=MediaPath.ROOM)
    office.service.close()
    office.service = office.new_service()
    await office.service.restore()
    await office.quiet()
    assert (ann.sees.path, bob.sees.path, bob.sees.generation) == (MediaPath.ROOM, MediaPath.ROOM, 2)


async def test_what_an_owner_wrote_before_it_was_replaced_is_kept(office: Office) -> None:
    """The new one has read the call, and the old one writes once more."""
    ann, bob, call = await talking(office)
    old = office.service
    office.service = office.new_service()
    office.store.gate.clear()
    move = CallMove(id="m", call=call, path=MediaPath.ROOM)
    moving = asyncio.ensure_future(old.handlers()[CallMove](ann.actor, move))
    restoring = asyncio.create_task(office.service.restore())
    await asyncio.sleep(0)
    office.store.gate.set()
    await asyncio.gather(moving, restoring)
    await office.quiet()
    assert (bob.sees.path, office.stored(call).tenure) == (MediaPath.ROOM, 2)
    await bob.hang_up(call)
    assert ann.sees.end is CallEnd.HUNG_UP
