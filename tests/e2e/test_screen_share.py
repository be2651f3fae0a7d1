"""A screen is shared and takes the stage at the others."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.meeting import Meeting
from tests.e2e.observed import SCREEN, decodes_on, sees


async def test_a_shared_screen_is_seen_beside_the_camera(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ben.tile_of(ana)).to_be_visible()

    await ana.control("share").click()

    await expect(ben.tile_of(ana, SCREEN)).to_be_visible()
    await sees(ben, ana.identity, SCREEN)
    await decodes_on(ben, ana.identity)
    stage, camera = await ben.tile_of(ana, SCREEN).bounding_box(), await ben.tile_of(ana).bounding_box()
    assert stage is not None
    assert camera is not None
    assert stage["width"] > 2 * camera["width"]


async def test_a_screen_that_is_shared_no_more_disappears_and_can_come_back(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await ana.control("share").click()
    await sees(ben, ana.identity, SCREEN)

    await ana.control("share").click()
    await expect(ben.tile_of(ana, SCREEN)).to_have_count(0)
    await expect(ben.tiles()).to_have_count(2)

    await ana.control("share").click()
    await sees(ben, ana.identity, SCREEN)


async def test_a_late_comer_sees_the_screen_that_is_being_shared(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    await ana.control("share").click()
    await expect(ana.tile_of(ana, SCREEN)).to_be_visible()

    ben = await meeting.join("Ben")

    await sees(ben, ana.identity, SCREEN)


async def test_a_share_that_ends_from_the_browsers_own_bar_ends_for_everybody(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await ana.control("share").click()
    await sees(ben, ana.identity, SCREEN)

    # The bar is no part of the page; what the page gets from it is this event.
    await ana.ask("""() => window.tureenRoom.localParticipant.getTrackPublication('screen_share')
      .track.mediaStreamTrack.dispatchEvent(new Event('ended'))""")

    await expect(ben.tile_of(ana, SCREEN)).to_have_count(0)
    await expect(ana.tile_of(ana, SCREEN)).to_have_count(0)
    await expect(ana.control("share")).to_have_accessible_name("Share your screen")
