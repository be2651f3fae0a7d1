"""Calls that come at a bad moment: to both at once, to somebody who is writing, to somebody who is in another one."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.household import CALL_TIMEOUT_MS, found_group, move_in
from tests.e2e.meeting import Meeting

_PRESS_AT = """(at) => new Promise((resolve) => setTimeout(() => {
  document.querySelector('[data-testid="call-audio"]').click();
  resolve();
}, at - Date.now()))"""
_NOW = "() => Date.now()"
_EXACTLY_MS = 400


async def test_two_who_call_each_other_at_once_are_in_one_call(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.write_to(bob)
    await bob.write_to(ada)
    for lead_ms in (0, 0, 15, -40):
        at = await ada.guest.ask(_NOW) + _EXACTLY_MS
        await asyncio.gather(ada.guest.ask(_PRESS_AT, at), bob.guest.ask(_PRESS_AT, at + lead_ms))
        await asyncio.gather(ada.is_in_call(), bob.is_in_call())
        await asyncio.gather(ada.meets_elsewhere(meeting.server.port), bob.meets_elsewhere(meeting.server.port))
        for who in (ada, bob):
            await expect(who.control("tile")).to_have_count(2)
            await expect(who.control("ringing")).to_have_count(0)
        await ada.control("leave").click()
        for who in (ada, bob):
            await expect(who.control("call")).to_have_count(0)


async def test_whoever_writes_declines_nothing(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await bob.write_to(ada)
    await bob.control("message-input").press_sequentially("Half a sen")
    await ada.call(bob)
    ringing = bob.control("ringing")
    await expect(ringing).to_be_focused()
    await expect(ringing).to_have_accessible_name(ada.name)
    await expect(ringing).to_have_accessible_description("calls you")
    await bob.page.keyboard.type("tence \n and on")
    await bob.page.keyboard.press("Tab")
    await bob.page.keyboard.press("Escape")
    await bob.page.keyboard.press("Escape")
    await expect(ringing).to_be_visible()
    await expect(ada.control("calling-state")).to_have_text("Ringing…")
    await ada.control("cancel-call").click()
    await expect(ringing).to_have_count(0)
    await expect(bob.control("message-input")).to_have_value("Half a sen")
    await expect(bob.control("message-input")).to_be_focused()


async def test_escape_closes_what_is_open_within_a_call_and_not_the_call(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    for button, inside in (("add-people", "call-people-search"), ("call-path", "call-path-change")):
        await ada.control(button).click()
        await expect(ada.control(inside)).to_be_visible()
        await ada.page.keyboard.press("Escape")
        await expect(ada.control(inside)).to_be_hidden()
    await ada.page.keyboard.press("Escape")
    await ada.page.keyboard.press("Escape")
    await expect(ada.control("call")).to_be_visible()
    await ada.is_in_call()


async def test_a_group_call_can_be_joined_later_and_come_back_to(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo")
    ada, bob, cleo = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await found_group("Kitchen", ada, bob, cleo)
    for other in (bob, cleo):
        await other.control("conversation").filter(has_text="Kitchen").click()
    await ada.control("call-audio").click()
    await expect(ada.control("call").get_by_role("heading", name="Kitchen")).to_be_visible()
    await expect(bob.control("ringing")).to_have_accessible_description("calls Kitchen")
    await bob.control("accept").click()
    await cleo.control("reject").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())

    await expect(cleo.control("running-call")).to_contain_text("Call in progress")
    for mark in ("row-call", "tab-call"):
        await expect(cleo.control(mark)).to_be_visible()
    await cleo.page.reload()
    await expect(cleo.control("running-call")).to_contain_text(ada.name)
    await cleo.control("call-audio").click()
    for who in (ada, bob, cleo):
        await expect(who.control("tile")).to_have_count(3, timeout=CALL_TIMEOUT_MS)
        await expect(who.control("ringing")).to_have_count(0)
    await expect(cleo.control("running-call")).to_have_count(0)
    await asyncio.gather(*(who.hears_all(3) for who in (ada, bob, cleo)))

    await bob.control("leave").click()
    await expect(bob.page.get_by_text("You left the call")).to_be_visible()
    await bob.control("tab-calls").click()
    await expect(bob.control("join-running")).to_have_count(1)
    await bob.control("join-call").click()
    await bob.is_in_call()
    await expect(bob.control("tile")).to_have_count(3, timeout=CALL_TIMEOUT_MS)
    await expect(ada.control("call")).to_have_count(1)


async def test_a_second_call_says_that_answering_ends_the_first(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo")
    ada, bob, cleo = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await bob.list_person(cleo)
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await cleo.call(bob)
    await expect(bob.control("accept")).to_have_text("End and answer")
    await expect(bob.control("ringing")).to_have_accessible_description(
        f"calls you Answering takes you out of the call with {ada.name}."
    )
    await bob.control("accept").click()
    await asyncio.gather(bob.is_in_call(), cleo.is_in_call())
    await expect(ada.page.get_by_text("The call has ended")).to_be_visible()


async def test_whoever_calls_somebody_else_is_asked_before_the_first_call_is_left(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo")
    ada, bob, cleo = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await ada.control("minimise").click()
    await ada.write_to(cleo)
    await ada.control("call-audio").click()
    await expect(ada.control("leave-for")).to_contain_text(bob.name)
    await ada.control("leave-for-no").click()
    await expect(ada.control("leave-for")).to_have_count(0)
    await expect(ada.control("call-bar")).to_contain_text(bob.name)
    await ada.control("call-audio").click()
    await ada.control("leave-for-yes").click()
    await expect(cleo.control("ringing")).to_be_visible()
    await expect(bob.control("call")).to_have_count(0)
    await cleo.control("accept").click()
    await asyncio.gather(ada.is_in_call(), cleo.is_in_call())
    await expect(ada.control("call")).to_contain_text(cleo.name)


async def test_whoever_gives_up_ringing_reads_so(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await ada.control("cancel-call").click()
    await expect(ada.page.locator(".toast")).to_have_text("Cancelled")
