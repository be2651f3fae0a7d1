"""A group grows and gets another name, from the app."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.household import CALL_TIMEOUT_MS, found_group, move_in
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


async def test_whoever_comes_into_a_group_later_joins_its_call(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo", "Dora")
    ada, bob, cleo, dora = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await found_group("Kitchen", ada, bob)
    await ada.control("call-audio").click()
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())

    await bob.control("minimise").click()
    await bob.control("conversation").filter(has_text="Kitchen").click()
    await bob.control("conversation-more").click()
    await bob.control("members").click()
    await bob.control("add-members").click()
    for newcomer in (cleo, dora):
        await bob.control("member-people-search").fill(newcomer.name)
        await bob.control("choose-member").filter(has_text=newcomer.name).click()
        await expect(bob.control("group-said")).to_have_text(f"{newcomer.name} is in the group now.")
    await bob.page.keyboard.press("Escape")
    await bob.control("open-call").click()

    for newcomer in (cleo, dora):
        await newcomer.control("conversation").filter(has_text="Kitchen").click()
        await expect(newcomer.control("running-call")).to_contain_text("Call in progress")
        await expect(newcomer.control("ringing")).to_have_count(0)
    await cleo.page.reload()
    await expect(cleo.control("join-call")).to_have_text("Join")
    await cleo.control("join-call").click()
    await cleo.is_in_call()
    for who in (ada, bob, cleo):
        await expect(who.control("tile")).to_have_count(3, timeout=CALL_TIMEOUT_MS)
    await expect(dora.control("running-call")).to_contain_text(cleo.name)

    # Who was neither called nor came in has missed nothing.
    await asyncio.gather(*(member.hears_all(3) for member in (ada, bob, cleo)))
    for member in (ada, bob, cleo):
        await member.control("leave").click()
    await expect(dora.control("running-call")).to_have_count(0)
    await expect(dora.control("happening").last).to_contain_text("Call")
    await dora.control("tab-calls").click()
    await expect(dora.control("past-call")).to_have_count(0)


async def test_one_call_is_left_for_another(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo", "Dora")
    ada, bob, cleo, dora = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await ada.call(dora)
    await dora.control("accept").click()
    await asyncio.gather(ada.is_in_call(), dora.is_in_call())
    await found_group("Kitchen", bob, cleo)
    await bob.control("call-audio").click()
    await cleo.control("accept").click()
    await asyncio.gather(bob.is_in_call(), cleo.is_in_call())
    await bob.control("minimise").click()
    await bob.control("conversation-more").click()
    await bob.control("members").click()
    await bob.control("add-members").click()
    await bob.control("member-people-search").fill(ada.name)
    await bob.control("choose-member").filter(has_text=ada.name).click()
    await expect(bob.control("group-said")).to_contain_text(ada.name)
    await bob.page.keyboard.press("Escape")
    await bob.control("open-call").click()

    await ada.control("minimise").click()
    await ada.control("tab-chats").click()
    await ada.control("conversation").filter(has_text="Kitchen").click()
    await expect(ada.control("join-call")).to_have_text("Leave the other call and join")
    await expect(ada.control("running-call")).to_contain_text(dora.name)
    await ada.control("join-call").click()
    for who in (ada, bob, cleo):
        await expect(who.control("tile")).to_have_count(3, timeout=CALL_TIMEOUT_MS)
    await expect(dora.control("call")).to_have_count(0)
