"""The web app on a phone held upright: 360 CSS pixels wide, no mouse."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting
from tests.e2e.small_screen import PHONE, TOUCH, fits

LONG_NAME = "Dorothea Wilhelmine von Hohenzollern-Sigmaringen-Donaudampf"

_FOCUS_IN_COVERED_PAGE = "() => document.activeElement.closest('header.topbar, main, nav') !== null"
_SHARES = """() => {
  window.shared = [];
  navigator.share = (what) => { window.shared.push(what); return Promise.resolve(); };
}"""


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
