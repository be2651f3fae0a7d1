"""Exactly one device of a person takes a call, whatever the order in which they ask."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.unit.calls.office import Office
from tureen.calls.events import Accept, CallEvent, Delivered, Invite, Moment, Reject, Rings, Target
from tureen.calls.machine import Beginning, begin, handle
from tureen.calls.record import CallRecord
from tureen.calls.states import OPEN_LEGS
from tureen.model.ids import CallId, DeviceId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import Call, LegState, MediaPath

RACES = 10_000
BOB = UserId("bob")
DEVICES = tuple(DeviceId(f"b{number}") for number in range(5))
AT = Moment(now=0, ring=45_000, delivery=3_000, connect=15_000, direct=3_000, reconnect=20_000, legs_per_user=8)


def ringing() -> CallRecord:
    first = begin(Beginning(id=CallId("CA_1"), caller=UserId("ann"), device=DeviceId("a1"), path=MediaPath.DIRECT), AT)
    return handle(first.record, Invite(targets=(Target(user=BOB, devices=DEVICES),)), AT).record


def test_ten_thousand_races_have_one_winner_each() -> None:
    chance = random.Random(1)
    begun = ringing()
    winners = set()
    for _ in range(RACES):
        record = begun
        racers = chance.sample(DEVICES, chance.randint(2, 5))
        events: list[CallEvent] = [Accept(user=BOB, device=device) for device in racers * 2]
        events += [chance.choice((Rings, Delivered))(user=BOB, device=device) for device in DEVICES]
        chance.shuffle(events)
        first = next(event.device for event in events if isinstance(event, Accept))
        for event in events:
            record = handle(record, event, AT).record
        winners.add(check_won(record, first))
    assert winners == set(DEVICES)


def test_a_race_of_accepts_and_rejections_has_one_outcome() -> None:
    chance = random.Random(2)
    begun = ringing()
    for _ in range(RACES):
        record = begun
        events = [chance.choice((Accept, Reject))(user=BOB, device=device) for device in DEVICES]
        for event in events:
            record = handle(record, event, AT).record
        states = [leg.state for leg in record.parties[1].legs]
        if isinstance(events[0], Accept):
            check_won(record, events[0].device)
        else:
            assert states == [LegState.REJECTED] * 5
            assert not record.is_open


def check_won(record: CallRecord, winner: DeviceId) -> DeviceId:
    """Every leg is final, one is accepted, and it is the first that asked."""
    bob = record.parties[1]
    accepted = [leg.device for leg in bob.legs if leg.state is LegState.ACCEPTED]
    assert accepted == [winner] == [bob.device]
    assert {leg.state for leg in bob.legs if leg.device != winner} == {LegState.ANSWERED_ELSEWHERE}
    assert not any(leg.state in OPEN_LEGS for leg in bob.legs)
    return winner


@pytest.mark.parametrize("races", [1_000, pytest.param(RACES, marks=pytest.mark.slow)])
async def test_the_service_chooses_one_device_and_tells_the_others(races: int) -> None:
    chance = random.Random(3)
    office = Office()
    ann = office.device("ann", "a1")
    bobs = [office.device("bob", name) for name in DEVICES]
    for _ in range(races):
        call = (await ann.start("bob")).id
        racers = chance.sample(bobs, 5)
        answers = await asyncio.gather(*(each.accept(call) for each in racers), return_exceptions=True)
        won = [answer for answer in answers if isinstance(answer, Call)]
        lost = [answer.error_code for answer in answers if isinstance(answer, CommandError)]
        assert (len(won), lost) == (1, [ErrorCode.CONFLICT] * 4)
        assert sorted(str(each.leg) for each in bobs) == ["accepted"] + ["answered_elsewhere"] * 4
        assert next(each.actor.device for each in bobs if each.leg == "accepted") == won[0].parties[1].device
        await ann.hang_up(call)
        await office.quiet()
        office.store.saved.clear()
        office.mailroom.inboxes.clear()
