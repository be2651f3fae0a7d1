"""Microphone and camera are switched off and on, and the others notice."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser import launch_chromium
from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting
from tests.e2e.observed import MICROPHONE, hears, received, sees, shows_moving_picture
from tests.e2e.waiting import eventually

_KEEP_TRACKS = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.opened = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.opened.push(...stream.getTracks());
    return stream;
  };
}"""
_LIVE_TRACKS = "() => window.opened.filter(({ readyState }) => readyState === 'live').length"
_CAMERA_LABEL = """() => window.tureenRoom.localParticipant.getTrackPublication('camera')
  .track.mediaStreamTrack.label"""


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


async def test_leaving_frees_camera_and_microphone(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.add_init_script(f"({_KEEP_TRACKS})()")
    await ana.page.goto(meeting.link)
    await expect(ana.control("camera")).to_have_attribute("data-on", "true")
    assert await ana.ask(_LIVE_TRACKS) == 2
    await ana.enter()

    await ana.leave()

    async def live() -> int:
        return int(await ana.ask(_LIVE_TRACKS))

    await eventually(live, lambda count: count == 0, "all devices are closed")


async def test_another_camera_is_chosen_during_the_meeting(meeting: Meeting) -> None:
    async with launch_chromium("--use-fake-device-for-media-stream=device-count=2") as browser:
        ana = Guest(context := await browser.new_context(), await context.new_page(), "Ana")
        await ana.page.goto(meeting.link)
        await ana.enter()
        await shows_moving_picture(ana, ana.identity)
        before = await ana.ask(_CAMERA_LABEL)
        await ana.control("settings").click()
        menu = ana.page.get_by_role("dialog").get_by_label("Camera", exact=True)
        names = await menu.locator("option").all_inner_texts()
        other = next(name for name in names if name != before)

        await menu.select_option(label=other)

        async def label() -> str:
            return str(await ana.ask(_CAMERA_LABEL))

        await eventually(label, lambda now: now == other, "the other camera is published")
        # No further than the own tile: Chromium encodes nothing more of a fake camera that replaced another one,
        # between two connections of one page just the same.
        await shows_moving_picture(ana, ana.identity)
        assert ana.problems == []


async def test_two_tabs_of_one_browser_are_two_people(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    second = Guest(ana.page.context, await ana.page.context.new_page(), "Ana")
    await second.page.goto(meeting.link)
    await expect(second.control("name")).to_have_value("Ana")
    await second.control("join").click()
    await second.arrive()

    assert second.identity != ana.identity
    await expect(ana.tiles()).to_have_count(2)
    await expect(second.tiles()).to_have_count(2)
