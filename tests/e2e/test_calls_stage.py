"""How a call of two stands on the page, and beside the rest of the app."""

from __future__ import annotations

import asyncio

from playwright.async_api import FloatRect, Locator, ViewportSize, expect

from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import VIEWPORT, Meeting

PHONE: ViewportSize = {"width": 390, "height": 844}
_PLAYS = """async () => {
  const sounds = [...document.querySelectorAll('audio')].filter((one) => one.srcObject !== null);
  const before = sounds.map((one) => one.currentTime);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return sounds.length > 0 && sounds.every((one, at) => !one.paused && one.currentTime > before[at]);
}"""


async def meet(meeting: Meeting, button: str = "call-video") -> tuple[Resident, Resident]:
    """A call between somebody at a desk and somebody with a phone."""
    ada, bob = await asyncio.gather(move_in(meeting, "Ada", VIEWPORT), move_in(meeting, "Bob", PHONE))
    await ada.call(bob, button)
    await bob.control("accept").last.click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    return ada, bob


async def box(of: Locator) -> FloatRect:
    found = await of.bounding_box()
    assert found is not None, "it is not shown"
    return found


def overlap(one: FloatRect, other: FloatRect) -> bool:
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    return across and one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]


async def test_the_other_one_fills_the_stage_and_oneself_stands_in_a_corner(meeting: Meeting) -> None:
    ada, bob = await meet(meeting)
    for who, is_wide in ((ada, True), (bob, False)):
        await expect(who.control("stage")).to_have_attribute("data-view", "pair")
        await who.guest.stand_still()
        large = who.page.locator('[data-testid="tile"][data-large="true"]')
        small = who.page.locator('[data-testid="tile"][data-inset="true"]')
        await expect(small.locator("video")).to_be_visible()
        [stage, other, own] = [await box(one) for one in (who.control("stage"), large, small)]
        assert (other["width"], other["height"]) == (stage["width"], stage["height"])
        assert (own["width"] > own["height"]) == is_wide
        assert own["width"] * own["height"] < 0.1 * other["width"] * other["height"]
        assert not overlap(own, await box(large.locator(".tile-caption")))
        for tool in ("add-people", "call-path"):
            assert not overlap(other, await box(who.control(tool))), f"{tool} lies on a face"


async def test_pictures_change_places_when_the_small_one_is_pressed(meeting: Meeting) -> None:
    ada, bob = await meet(meeting)
    await expect(bob.control("stage")).to_have_attribute("data-view", "pair")
    large = bob.page.locator('[data-testid="tile"][data-large="true"]')
    await expect(large).to_have_attribute("data-identity", await ada.user())
    await bob.control("swap").click()
    await expect(large).to_have_attribute("data-identity", await bob.user())
    await bob.control("swap").click()
    await expect(large).to_have_attribute("data-identity", await ada.user())


async def test_whoever_rings_can_be_mute_before_anybody_answers(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await expect(ada.control("mic")).to_have_attribute("data-on", "true")
    await ada.control("mic").click()
    await ada.control("camera").click()
    await expect(ada.control("calling-own").locator("video")).to_be_visible()
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await expect(ada.control("mic")).to_have_attribute("data-on", "false")
    tile = bob.guest.tile_of(await ada.user())
    await expect(tile.locator("video")).to_be_visible()
    await expect(tile).to_have_attribute("data-muted", "true")


async def test_a_call_goes_on_as_a_bar_while_the_app_is_used(meeting: Meeting) -> None:
    ada, bob = await meet(meeting, "call-audio")
    await ada.control("minimise").click()
    await expect(ada.control("call")).to_be_hidden()
    await expect(ada.control("call-bar")).to_contain_text(bob.name)
    await expect(ada.control("open-call")).to_be_focused()
    await expect(ada.control("call-time")).to_have_text("0:03", timeout=15_000)
    assert await ada.guest.ask(_PLAYS), "the other one is heard"
    await ada.say("Written beside the call")
    await expect(ada.messages()).to_contain_text("Written beside the call")
    await expect(bob.control("chat-toggle")).to_contain_text("1")
    await ada.control("call-audio").click()
    await expect(ada.page.get_by_text("You are in a call with them already.")).to_be_visible()
    await ada.control("call-bar").get_by_test_id("mic").click()
    await expect(bob.guest.tile_of(await ada.user())).to_have_attribute("data-muted", "true")

    await ada.control("open-call").click()
    await expect(ada.control("call")).to_be_visible()
    await expect(ada.control("call-bar")).to_have_count(0)
    await ada.control("minimise").click()
    await ada.control("hang-up").click()
    for who in (ada, bob):
        await expect(who.control("call")).to_have_count(0)
    await expect(ada.control("call-bar")).to_have_count(0)


async def test_the_browsers_back_makes_a_call_small_and_leaves_it_on(meeting: Meeting) -> None:
    ada, bob = await meet(meeting, "call-audio")
    conversation = ada.page.url
    await ada.page.go_back()
    await expect(ada.control("call-bar")).to_be_visible()
    assert ada.page.url == conversation
    await ada.page.go_forward()
    await expect(ada.control("call")).to_be_visible()
    await bob.control("leave").click()
    await expect(ada.control("call")).to_have_count(0)
    assert ada.page.url == conversation
    # What Back leads to is what was there before the call.
    await ada.page.go_back()
    await expect(ada.control("message-input")).to_have_count(0)
