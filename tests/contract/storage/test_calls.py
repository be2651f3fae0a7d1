"""Calls in the database, on every engine."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.unit.calls.office import Office
from tureen.calls.events import Accept, HangUp, Invite, LoseGlare, Moment, Rings, Target
from tureen.calls.machine import Beginning, begin, handle
from tureen.calls.record import CallRecord
from tureen.calls.settings import CallSettings
from tureen.model.ids import CallId, DeviceId, UserId
from tureen.protocol.commands import CallHistory
from tureen.protocol.replies import CallPage
from tureen.protocol.resources import CallEnd, CallMedia, CallState, MediaPath
from tureen.storage.calls import DatabaseCallStore
from tureen.storage.database import Database

ANN, BOB, CARL, DORA = UserId("ann"), UserId("bob"), UserId("carl"), UserId("dora")
PHONE = DeviceId("phone")


def moment(now: int) -> Moment:
    return Moment(now=now, ring=45_000, delivery=3_000, connect=15_000, direct=3_000, reconnect=20_000, legs_per_user=8)


def call(
    name: str,
    *users: UserId,
    caller: UserId = ANN,
    now: int = 1_000,
    command: str = "c1",
    blocked: UserId | None = None,
) -> CallRecord:
    """One that rings these people."""
    beginning = Beginning(
        id=CallId(name),
        caller=caller,
        caller_name="Ann ☎",
        device=PHONE,
        command="c1",
        media=CallMedia.VIDEO,
        path=MediaPath.DIRECT if len(users) == 1 else MediaPath.ROOM,
    )
    targets = tuple(Target(user=user, devices=(PHONE,), reachable=user != blocked) for user in users)
    return handle(begin(beginning, moment(now)).record, Invite(targets=targets), moment(now)).record


def ended(record: CallRecord) -> CallRecord:
    return handle(record, HangUp(user=record.caller, device=PHONE), moment(record.created_at + 1)).record


async def test_a_call_comes_back_as_it_was_saved(database: Database) -> None:
    store = DatabaseCallStore(database)
    record = call("CA_1", BOB, CARL)
    for event in (Rings(user=BOB, device=PHONE), Accept(user=CARL, device=PHONE)):
        record = handle(record, event, moment(2_000)).record
    assert await store.save(record, 0)
    assert await store.load(record.id) == record
    assert await store.load(CallId("CA_2")) is None


async def test_only_the_version_that_was_expected_is_replaced(database: Database) -> None:
    store = DatabaseCallStore(database)
    first = call("CA_1", BOB)
    second = handle(first, Rings(user=BOB, device=PHONE), moment(2_000)).record
    third = handle(second, Accept(user=BOB, device=PHONE), moment(3_000)).record
    assert await store.save(first, 0)
    assert not await store.save(second, 0)
    assert await store.save(second, first.version)
    assert not await store.save(third, first.version)
    assert await store.load(first.id) == second
    assert not await store.save(replace(third, id=CallId("CA_2")), second.version)
    assert await store.load(CallId("CA_2")) is None


async def test_the_command_that_began_a_call_finds_it(database: Database) -> None:
    store = DatabaseCallStore(database)
    record = call("CA_1", BOB)
    await store.save(record, 0)
    assert await store.begun_by(ANN, PHONE, "c1") == record
    for other in ((BOB, PHONE, "c1"), (ANN, DeviceId("tablet"), "c1"), (ANN, PHONE, "c2")):
        assert await store.begun_by(*other) is None


async def test_open_calls_and_those_without_a_trace_are_found(database: Database) -> None:
    store = DatabaseCallStore(database)
    one, two, three = (call(f"CA_{number}", BOB) for number in (1, 2, 3))
    for record in (one, two, three):
        await store.save(record, 0)
    assert list(await store.open_calls()) == [one, two, three]
    assert list(await store.untraced()) == []
    await store.save(ended(two), two.version)
    await store.save(ended(three), three.version)
    assert list(await store.open_calls()) == [one]
    assert list(await store.untraced()) == [ended(two), ended(three)]
    await store.mark_traced(two.id)
    assert list(await store.untraced()) == [ended(three)]


async def test_a_call_that_gave_way_is_in_nobodys_history_and_needs_no_trace(database: Database) -> None:
    store = DatabaseCallStore(database)
    record = call("CA_1", BOB)
    await store.save(record, 0)
    await store.save(handle(record, LoseGlare(), moment(2_000)).record, record.version)
    assert list(await store.history(ANN, None, 10)) == []
    assert list(await store.untraced()) == []
    assert list(await store.open_calls()) == []


async def test_the_history_has_ones_own_calls_newest_first_in_pages(database: Database) -> None:
    store = DatabaseCallStore(database)
    records = [call(f"CA_{number}", BOB, now=number * 1_000) for number in range(1, 6)]
    records.append(call("CA_6", CARL, now=6_000))
    for record in records:
        await store.save(record, 0)
    assert [each.id for each in await store.history(ANN, None, 10)] == [f"CA_{number}" for number in range(6, 0, -1)]
    assert [each.id for each in await store.history(BOB, None, 2)] == ["CA_5", "CA_4"]
    assert [each.id for each in await store.history(BOB, 4_000, 2)] == ["CA_3", "CA_2"]
    assert [each.id for each in await store.history(CARL, None, 10)] == ["CA_6"]
    assert list(await store.history(DORA, None, 10)) == []


async def test_calls_of_one_millisecond_are_not_torn_apart_by_a_page(database: Database) -> None:
    store = DatabaseCallStore(database)
    for number, now in ((1, 1_000), (2, 2_000), (3, 2_000), (4, 2_000), (5, 3_000)):
        await store.save(call(f"CA_{number}", BOB, now=now), 0)
    assert [each.id for each in await store.history(BOB, None, 2)] == ["CA_5", "CA_4", "CA_3", "CA_2"]
    assert [each.id for each in await store.history(BOB, 2_000, 2)] == ["CA_1"]


async def test_who_was_not_reached_has_no_such_call(database: Database) -> None:
    store = DatabaseCallStore(database)
    record = call("CA_1", BOB, blocked=BOB)
    await store.save(record, 0)
    assert list(await store.history(BOB, None, 10)) == []
    assert [each.id for each in await store.history(ANN, None, 10)] == ["CA_1"]


async def test_who_is_invited_later_finds_the_call_too(database: Database) -> None:
    store = DatabaseCallStore(database)
    record = call("CA_1", BOB)
    await store.save(record, 0)
    later = handle(record, Invite(targets=(Target(user=CARL),)), moment(2_000)).record
    await store.save(later, record.version)
    assert list(await store.history(CARL, None, 10)) == [later]
    assert list(await store.history(ANN, None, 10)) == [later]


async def test_old_calls_go_in_bounded_steps_and_open_ones_stay(database: Database) -> None:
    store = DatabaseCallStore(database)
    for number in range(5):
        await store.save(ended(call(f"CA_{number}", BOB, now=1_000 + number)), 0)
    await store.save(call("CA_open", BOB, now=10), 0)
    await store.save(ended(call("CA_young", BOB, now=9_000)), 0)
    assert [await store.purge(1_004, 3) for _ in range(3)] == [3, 1, 0]
    assert [each.id for each in await store.history(BOB, None, 9)] == ["CA_young", "CA_4", "CA_open"]
    assert await store.load(CallId("CA_0")) is None
    assert [each.id for each in await store.open_calls()] == ["CA_open"]


@pytest.mark.parametrize(("days", "left"), [(400, []), (0, ["CA_1"])])
async def test_calls_are_remembered_for_as_long_as_the_settings_say(
    database: Database, days: int, left: list[str]
) -> None:
    store = DatabaseCallStore(database)
    office = Office(store=store, settings=CallSettings(history_days=days))
    now = int(office.clock.now() * 1000)
    await store.save(ended(call("CA_1", BOB, now=now - 401 * 24 * 3_600_000)), 0)
    await store.save(ended(call("CA_2", BOB, now=now - 399 * 24 * 3_600_000)), 0)
    assert not await office.service.purge()
    assert [each.id for each in await store.history(BOB, None, 9)] == ["CA_2", *left]


async def test_a_call_goes_through_the_database_and_a_restart(database: Database) -> None:
    office = Office(store=DatabaseCallStore(database))
    ann, one, two = office.device("ann", "a1"), office.device("bob", "b1"), office.device("bob", "b2")
    name = (await ann.start("bob")).id
    await two.ring(name)
    await one.accept(name)
    await ann.connected(name, generation=1)
    await one.connected(name, generation=1)
    assert (ann.sees.state, one.leg, two.leg) == (CallState.ACTIVE, "accepted", "answered_elsewhere")
    await office.restart()
    ann.open()
    one.open()
    await office.quiet()
    assert office.service.open_calls(BOB) == [ann.sees] == [one.sees]
    await one.hang_up(name)
    await office.quiet()
    page = await ann.send(CallHistory(id="h1"))
    assert isinstance(page, CallPage)
    assert [(each.id, each.end) for each in page.calls] == [(name, CallEnd.HUNG_UP)]
    assert [trace.id for trace in office.trace.recorded] == [name]
    await office.restart()
    assert [trace.id for trace in office.trace.recorded] == [name]


async def test_members_who_were_not_called_see_a_call_after_a_restart(database: Database) -> None:
    office = Office(store=DatabaseCallStore(database))
    office.add("CV_soup", "ann", "bob", "dora")
    ann, bob, dora = office.device("ann", "a1"), office.device("bob", "b1"), office.device("dora", "d1")
    name = (await ann.start("bob", conversation="CV_soup")).id
    await bob.accept(name)
    await office.restart()
    for device in (ann, bob, dora):
        device.open()
    assert [call.id for call in office.service.open_calls(UserId("dora"))] == [name]
    assert await office.store.history(UserId("dora"), None, 9) == []
    await dora.join(name)
    assert [record.id for record in await office.store.history(UserId("dora"), None, 9)] == [name]
    office.audience.groups["CV_soup"].clear()
    await office.restart()
    dora.open()
    assert [call.id for call in office.service.open_calls(UserId("dora"))] == [name], "she sits in it"
