"""A group grows and gets another name, from the app."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.household import found_group, move_in
from tests.e2e.meeting import Meeting


async def test_a_third_one_comes_into_a_group_that_is_renamed(meeting: Meeting) -> None:
    ada, bob, cleo = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"), move_in(meeting, "Cleo"))
    await found_group("Soup club", ada, bob)

    await ada.control("conversation-more").click()
    await ada.control("members").click()
    await ada.control("add-members").click()
    await ada.control("member-people-search").fill(cleo.name)
    await ada.control("choose-member").filter(has_text=cleo.name).click()
    await expect(ada.control("member").filter(has_text=cleo.name)).to_be_visible()
    await expect(cleo.control("conversation").filter(has_text="Soup club")).to_be_visible()

    await ada.control("group-rename").fill("Stew club")
    await ada.control("group-rename-save").click()
    await cleo.control("conversation").filter(has_text="Stew club").click()
    await expect(cleo.control("happening").filter(has_text="Stew club")).to_be_visible()

    # A plain member may bring people in, and names nothing.
    await cleo.control("conversation-more").click()
    await cleo.control("members").click()
    await expect(cleo.control("add-members")).to_be_visible()
    await expect(cleo.control("group-rename")).to_have_count(0)
