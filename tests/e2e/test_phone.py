"""The web app on a phone held upright: 360 CSS pixels wide, no mouse."""

from __future__ import annotations

from typing import Any

from playwright.async_api import ViewportSize, expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting

PHONE: ViewportSize = {"width": 360, "height": 740}
TOUCH: dict[str, Any] = {"has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
"""With the least motion: every movement has an end, and `fits` waits for it."""
LONG_NAME = "Dorothea Wilhelmine von Hohenzollern-Sigmaringen-Donaudampf"
SMALLEST_TARGET = 44
"""CSS pixels, both ways; WCAG 2.2, success criterion 2.5.5."""

_WIDTH = "() => document.documentElement.scrollWidth"
_SMALL_TARGETS = """(least) => [...document.querySelectorAll('button, select, input, textarea, a')].filter((one) => {
  const inText = one.closest('.message-text') !== null;
  if (inText || one.closest('[inert]') !== null || !one.checkVisibility({ visibilityProperty: true })) return false;
  const { width, height } = (one.closest('label') ?? one).getBoundingClientRect();
  return width < least || height < least;
}).map((one) => `${one.outerHTML.slice(0, 160)}: ${one.offsetWidth} by ${one.offsetHeight}`)"""
_OUTSIDE = """() => [...document.querySelectorAll('button, select, input, textarea')].filter((one) => {
  const scrolls = one.closest('.filmstrip, .grid, .lobby, .landing, .settings, .invite') !== null;
  if (scrolls || one.closest('[inert]') !== null || !one.checkVisibility()) return false;
  const { left, right, top, bottom } = one.getBoundingClientRect();
  return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
}).map((one) => one.outerHTML.slice(0, 160))"""
_FOCUS_IN_COVERED_PAGE = "() => document.activeElement.closest('header.topbar, main, nav') !== null"
_SHARES = """() => {
  window.shared = [];
  navigator.share = (what) => { window.shared.push(what); return Promise.resolve(); };
}"""


async def fits(guest: Guest) -> None:
    """Nothing wider than the screen, nothing too small for a thumb, no control beyond an edge."""
    await guest.stand_still()
    assert await guest.ask(_WIDTH) <= PHONE["width"]
    assert await guest.ask(_SMALL_TARGETS, SMALLEST_TARGET) == []
    assert await guest.ask(_OUTSIDE) == []


async def phone(meeting: Meeting, name: str, **more: Any) -> Guest:
    return await meeting.visitor(name, PHONE, **TOUCH, **more)


async def test_every_page_on_the_way_fits(meeting: Meeting) -> None:
    ana = await phone(meeting, LONG_NAME)
    await ana.page.goto(meeting.server.url)
    await expect(ana.control("new-meeting")).to_be_visible()
    await fits(ana)
    await ana.control("room-input").fill("///")
    await ana.control("go").tap()
    await expect(ana.page.get_by_role("alert")).to_be_visible()
    await fits(ana)

    await ana.page.goto(meeting.link)
    await expect(ana.page.get_by_label("Camera", exact=True)).to_be_visible()
    await fits(ana)
    await ana.enter()
    await expect(ana.page.get_by_role("complementary", name="Invite people")).to_be_visible()
    await fits(ana)
    await ana.control("settings").tap()
    await expect(ana.page.get_by_role("dialog", name="Settings")).to_be_visible()
    await fits(ana)
    await ana.page.keyboard.press("Escape")
    await ana.leave()
    await fits(ana)


async def test_a_meeting_of_four_with_long_names_and_a_shared_screen_fits(meeting: Meeting) -> None:
    ana = await phone(meeting, LONG_NAME)
    await ana.page.goto(meeting.link)
    await ana.enter()
    ben, *_others = await meeting.join_together("Bendiktus", LONG_NAME, "مريم")
    await expect(ana.tiles()).to_have_count(4)
    await fits(ana)

    await ana.control("people-toggle").tap()
    await expect(ana.control("person")).to_have_count(4)
    await fits(ana)
    await ana.page.get_by_role("button", name="Close people").tap()

    await ben.control("chat-toggle").click()
    await ben.control("chat-input").fill("https://example.org/" + "soup" * 80)
    await ben.control("chat-send").click()
    await ana.control("chat-toggle").tap()
    await expect(ana.control("chat-message")).to_have_count(1)
    await fits(ana)
    await ana.page.get_by_role("button", name="Close chat").tap()

    await ben.control("share").click()
    await expect(ana.tiles()).to_have_count(5)
    await fits(ana)


async def test_a_panel_that_covers_the_page_takes_it_from_the_keyboard_and_gives_it_back(meeting: Meeting) -> None:
    ana = await phone(meeting, "Ana")
    await ana.page.goto(meeting.link)
    await ana.enter()
    await ana.control("chat-toggle").tap()
    await expect(ana.control("chat-input")).to_be_focused()
    for _ in range(8):
        await ana.page.keyboard.press("Tab")
        assert await ana.ask(_FOCUS_IN_COVERED_PAGE) is False

    await ana.page.get_by_role("button", name="Close chat").tap()

    await expect(ana.control("chat-toggle")).to_be_focused()


async def test_the_link_goes_to_the_sharing_sheet(meeting: Meeting) -> None:
    ana = await phone(meeting, "Ana")
    await ana.page.add_init_script(f"({_SHARES})()")
    await ana.page.goto(meeting.link)
    await ana.enter()

    await ana.control("invite").tap()

    assert await ana.ask("() => window.shared") == [{"title": meeting.room, "url": meeting.link}]


async def test_the_link_goes_to_the_clipboard_elsewhere(meeting: Meeting) -> None:
    ana = await meeting.join("Ana", permissions=["clipboard-read", "clipboard-write"])

    await ana.control("invite").click()

    await expect(ana.page.get_by_role("log", name="News")).to_contain_text("Invitation link copied")
    assert await ana.ask("() => navigator.clipboard.readText()") == meeting.link
