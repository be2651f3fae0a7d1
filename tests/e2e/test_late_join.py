"""Somebody comes when the others have been talking for a while."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.meeting import Meeting
from tests.e2e.observed import decodes_on, hears, received, sees
from tests.e2e.waiting import eventually

FIRST_FRAME_S = 3.0
"""From being connected to the first decoded frame; a fraction of it on a machine that has nothing else to do."""


async def test_a_third_person_sees_the_first_frames_at_once(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await asyncio.gather(decodes_on(ana, ben.identity), decodes_on(ben, ana.identity))

    cleo = await meeting.join("Cleo")

    async def frames() -> list[int]:
        stats = [await received(cleo, other.identity, "camera") for other in (ana, ben)]
        return [int(each.get("framesDecoded", 0)) for each in stats]

    await eventually(frames, lambda seen: all(count > 0 for count in seen), "a first frame of both", FIRST_FRAME_S)


async def test_a_third_person_meets_both_others_and_they_meet_them(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await asyncio.gather(decodes_on(ana, ben.identity), decodes_on(ben, ana.identity))

    cleo = await meeting.join("Cleo")

    for guest in (ana, ben, cleo):
        await expect(guest.tiles()).to_have_count(3)
    pairs = [(seer, seen) for seer in (ana, ben, cleo) for seen in (ana, ben, cleo) if seer is not seen]
    await asyncio.gather(*(sees(seer, seen.identity) for seer, seen in pairs))
    await asyncio.gather(*(hears(cleo, other.identity) for other in (ana, ben)))


async def test_what_was_off_before_is_known_to_a_late_comer(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    await ana.control("mic").click()
    await ana.control("camera").click()
    await expect(ana.tile_of(ana)).to_have_attribute("data-muted", "true")
    await expect(ana.tile_of(ana).locator("video")).to_have_count(0)

    ben = await meeting.join("Ben")

    await expect(ben.tile_of(ana)).to_have_attribute("data-muted", "true")
    await expect(ben.tile_of(ana).locator("video")).to_have_count(0)
