"""Microphone and camera are switched off and on, and the others notice."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.meeting import Meeting
from tests.e2e.observed import MICROPHONE, hears, received, sees
from tests.e2e.waiting import eventually


async def test_muting_is_seen_and_silences(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    tile = ben.tile_of(ana)
    await expect(tile).to_have_attribute("data-muted", "false")
    await hears(ben, ana.identity)

    await ana.control("mic").click()

    await expect(tile).to_have_attribute("data-muted", "true")
    await expect(ana.tile_of(ana)).to_have_attribute("data-muted", "true")

    async def level() -> float:
        return float((await received(ben, ana.identity, MICROPHONE)).get("audioLevel", 0.0))

    await eventually(level, lambda now: now < 1e-3, "a muted microphone falls silent")


async def test_unmuting_is_seen_and_heard(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    tile = ben.tile_of(ana)
    await ana.control("mic").click()
    await expect(tile).to_have_attribute("data-muted", "true")

    await ana.control("mic").click()

    await expect(tile).to_have_attribute("data-muted", "false")
    await hears(ben, ana.identity)


async def test_a_camera_that_is_switched_off_leaves_an_avatar_and_comes_back(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await sees(ben, ana.identity)
    video = ben.tile_of(ana).locator("video")

    await ana.control("camera").click()
    await expect(video).to_have_count(0)
    await expect(ben.tile_of(ana)).to_be_visible()

    await ana.control("camera").click()
    await expect(video).to_have_count(1)
    await sees(ben, ana.identity)


async def test_devices_that_are_off_in_the_lobby_stay_off_until_they_are_wanted(meeting: Meeting) -> None:
    ben = await meeting.join("Ben")
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.link)
    for control in ("mic", "camera"):
        await expect(ana.control(control)).to_have_attribute("data-on", "true")
        await ana.control(control).click()
        await expect(ana.control(control)).to_have_attribute("data-on", "false")
    await ana.enter()

    tile = ben.tile_of(ana)
    await expect(tile).to_have_attribute("data-muted", "true")
    await expect(tile.locator("video")).to_have_count(0)

    await ana.control("camera").click()
    await sees(ben, ana.identity)
    await ana.control("mic").click()
    await hears(ben, ana.identity)


async def test_whoever_speaks_is_marked_at_everybody(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await ben.control("mic").click()  # the fake microphone beeps: only one of them shall

    await expect(ben.tile_of(ana)).to_have_attribute("data-speaking", "true")
    await expect(ana.tile_of(ana)).to_have_attribute("data-speaking", "true")
    await expect(ana.tile_of(ben)).to_have_attribute("data-speaking", "false")

    await ana.control("mic").click()
    await expect(ben.tile_of(ana)).to_have_attribute("data-speaking", "false")
