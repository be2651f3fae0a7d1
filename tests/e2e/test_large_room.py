"""Fifty people on one page, without a server: pages, pins, views, and a page that never stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec import Struct
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.fixture_page import FixturePages
from tests.e2e.guest import Guest
from tests.e2e.small_screen import PHONE, TOUCH, fits
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.alone

PEOPLE = 50
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
WALL: ViewportSize = {"width": 2560, "height": 1440}
MOST_TILES = 49

LONGEST_TASK_MS = 100
ROUNDS = 5
"""A long task that we cause is there in every round; one that another program on the machine causes is not. So every
step must have one calm round, and rounds end when all had theirs."""
WINDOW_MS = 1_000

_OBSERVE = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
  }).observe({ type: 'longtask' });
}"""
_BLOCK = "(ms) => void setTimeout(() => { for (const end = performance.now() + ms; performance.now() < end;); })"
_TAKE_LONGEST = """(ms) => new Promise((resolve) => setTimeout(() => {
  resolve(window.longest);
  window.longest = 0;
}, ms))"""
_NEWS = """() => { for (let at = 0; at < 15; at += 1) setTimeout(() => window.fixture.live(), 50 * at); }"""
_SPEAKS = """(identity) => window.fixture.change((person) => ({ ...person, speaking: person.identity === identity }))"""
_LEAVES = """(identity) => window.fixture.leaves(identity)"""
_PLACES = """() => [...document.querySelectorAll('[data-testid="tile"]')]
  .map((tile) => [tile.dataset.identity, tile.style.transform])"""
_ATTACHED = """() => document.querySelectorAll('video').length"""


class Room(Struct):
    """Opens meetings for one test."""

    browser: Browser
    pages: FixturePages
    guests: list[Guest]

    async def open(
        self, viewport: ViewportSize, people: int = PEOPLE, more: dict[str, Any] | None = None, **wishes: str | int
    ) -> Guest:
        """Somebody who looks at a meeting."""
        context = await self.browser.new_context(viewport=viewport, **(more or {}))
        guest = Guest(context, await context.new_page(), "Ana")
        self.guests.append(guest)
        await guest.page.goto(self.pages.of(people, **wishes))
        await expect(guest.tiles().first).to_be_visible()
        return guest


@pytest_asyncio.fixture(loop_scope="session")
async def room(chromium: Browser, fixture_pages: FixturePages) -> AsyncIterator[Room]:
    """No page may complain on its console or break its policy."""
    room = Room(chromium, fixture_pages, [])
    yield room
    problems = [problem for guest in room.guests for problem in guest.problems]
    for guest in room.guests:
        await guest.close()
    assert problems == []


async def identities(guest: Guest) -> list[str]:
    """Of the people on the page that is looked at, in the order of joining."""
    return [identity for identity, _ in await guest.ask(_PLACES)]


async def test_pages_show_everybody_once_and_play_only_what_is_seen(room: Room) -> None:
    ana = await room.open(DESKTOP, view="grid", cameras=1)
    await expect(ana.tiles()).to_have_count(25)
    await expect(ana.control("page")).to_contain_text("Page 1 of 2")
    first = await identities(ana)

    await ana.control("next-page").click()
    await expect(ana.control("page")).to_contain_text("Page 2 of 2")
    second = await identities(ana)
    assert sorted(first + second) == sorted(f"p{at}" for at in range(PEOPLE))
    assert await ana.ask(_ATTACHED) == len(second)

    await ana.page.keyboard.press("PageDown")  # there is no further one
    await expect(ana.control("next-page")).to_be_disabled()
    await ana.page.keyboard.press("PageUp")
    await expect(ana.control("page")).to_contain_text("Page 1 of 2")
    assert await identities(ana) == first


async def test_a_speaker_from_another_page_comes_in_without_moving_the_rest(room: Room) -> None:
    ana = await room.open(DESKTOP, view="grid")
    before = dict(await ana.ask(_PLACES))
    await ana.ask(_SPEAKS, "p40")

    await expect(ana.tile_of("p40")).to_be_visible()
    after = dict(await ana.ask(_PLACES))
    assert len(after) == len(before)
    moved = {identity for identity in before if after.get(identity) != before[identity]}
    assert len(moved) == 1
    assert after["p40"] == before[moved.pop()]


async def test_speaker_view_follows_who_speaks(room: Room) -> None:
    ana = await room.open(DESKTOP)
    large = ana.page.locator('[data-testid="tile"][data-large="true"]')
    await expect(ana.control("stage")).to_have_attribute("data-view", "speaker")
    await ana.ask(_SPEAKS, "p7")
    await expect(large).to_have_attribute("data-identity", "p7")
    await ana.ask(_SPEAKS, "p0")
    await ana.ask(_SPEAKS, "p30")
    await expect(large).to_have_attribute("data-identity", "p30")
    await expect(large).to_have_count(1)

    await ana.page.keyboard.press("g")
    await expect(ana.control("stage")).to_have_attribute("data-view", "grid")
    await expect(large).to_have_count(0)
    await ana.control("view").click()
    await expect(large).to_have_attribute("data-identity", "p30")


async def test_a_pin_by_keyboard_stays_until_it_is_taken_off_or_the_person_goes(room: Room) -> None:
    ana = await room.open(DESKTOP, people=12, view="grid")
    stage = ana.control("stage")
    pinned = ana.page.locator('[data-testid="tile"][data-pinned="true"]')
    await ana.tile_of("p4").get_by_role("button", name="Pin").press("Enter")
    await expect(pinned).to_have_attribute("data-identity", "p4")
    await expect(stage).to_have_attribute("data-view", "speaker")
    await ana.ask(_SPEAKS, "p7")
    box, other = await pinned.bounding_box(), await ana.tile_of("p0").bounding_box()
    assert box is not None
    assert other is not None
    assert box["width"] > 3 * other["width"]
    await expect(pinned.get_by_role("button", name="Unpin")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await expect(stage).to_have_attribute("data-view", "grid")
    await expect(ana.tile_of("p4").get_by_role("button", name="Pin")).to_be_focused()

    await ana.page.keyboard.press("Enter")
    await expect(pinned).to_have_count(1)
    await ana.ask(_LEAVES, "p4")
    await expect(stage).to_have_attribute("data-view", "grid")
    await expect(pinned).to_have_count(0)


async def test_a_picture_that_the_server_holds_back_says_so(room: Room) -> None:
    ana = await room.open(DESKTOP, people=5, paused=1)
    await expect(ana.tile_of("p2").get_by_test_id("paused")).to_have_text("CA" + "Low bandwidth")
    await expect(ana.tile_of("p2")).to_have_accessible_name("Chidi Anagonye, picture held back for lack of bandwidth")
    # It stays attached: a picture that nobody looks at would never be sent again.
    await expect(ana.tile_of("p2").locator("video")).to_have_count(1)


async def test_nothing_is_said_of_a_connection_before_somebody_has_judged_it(room: Room) -> None:
    ana = await room.open(DESKTOP, people=3, unjudged=1)
    await expect(ana.control("quality")).to_have_count(0)
    ben = await room.open(DESKTOP, people=4)
    await expect(ben.tile_of("p3").get_by_test_id("quality")).to_have_attribute("data-quality", "poor")
    await expect(ben.tile_of("p3")).to_have_accessible_name(
        "Dorothea von Hohenzollern-Sigmaringen, camera off, weak connection"
    )
    await ben.control("own-quality").click()
    await expect(ben.page.get_by_role("region", name="Connection statistics")).to_be_visible()


async def test_pages_turn_by_thumb_and_everything_fits_a_phone(room: Room) -> None:
    ana = await room.open(PHONE, people=12, more=TOUCH, view="grid")
    await expect(ana.tiles()).to_have_count(6)
    await fits(ana)
    await swipe(ana, left=True)
    await expect(ana.control("page")).to_contain_text("Page 2 of 2")
    await fits(ana)
    await swipe(ana, left=False)
    await expect(ana.control("page")).to_contain_text("Page 1 of 2")

    ben = await room.open(PHONE, people=12, more=TOUCH, view="speaker")
    await expect(ben.control("stage")).to_have_attribute("data-view", "speaker")
    await fits(ben)
    await ben.control("own-quality").tap()
    await expect(ben.control("figures")).to_be_visible()
    await fits(ben)


async def swipe(guest: Guest, *, left: bool) -> None:
    """A thumb's stroke across the stage."""
    client = await guest.page.context.new_cdp_session(guest.page)
    start, end = (300, 60) if left else (60, 300)
    for kind, points in (
        ("touchStart", [{"x": start, "y": 300}]),
        ("touchMove", [{"x": (start + end) // 2, "y": 300}]),
        ("touchMove", [{"x": end, "y": 300}]),
        ("touchEnd", []),
    ):
        await client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await client.detach()


async def test_no_task_is_long_with_49_tiles(room: Room) -> None:
    ana = await room.open(WALL, view="grid", cameras=1, life=1)
    await expect(ana.tiles()).to_have_count(MOST_TILES)
    await eventually(lambda: ana.ask(_ATTACHED), lambda seen: seen == MOST_TILES, "all pictures play")
    await ana.ask(_OBSERVE)
    await ana.ask(_BLOCK, 2 * LONGEST_TASK_MS)
    assert await ana.ask(_TAKE_LONGEST, WINDOW_MS) > LONGEST_TASK_MS, "the browser does not tell long tasks"

    steps = {
        "only speakers and connections change": None,
        "the next page": "PageDown",
        "the page before": "PageUp",
        "speaker view": "g",
        "the next page of others": "PageDown",
        "grid view": "g",
    }
    calmest = dict.fromkeys(steps, float("inf"))
    for _round in range(ROUNDS):
        for step, key in steps.items():
            await (ana.page.keyboard.press(key) if key else ana.ask(_NEWS))
            calmest[step] = min(calmest[step], await ana.ask(_TAKE_LONGEST, WINDOW_MS))
        if max(calmest.values()) <= LONGEST_TASK_MS:
            return
    pytest.fail(f"every one of {ROUNDS} rounds had a task over {LONGEST_TASK_MS} ms: {calmest}")
