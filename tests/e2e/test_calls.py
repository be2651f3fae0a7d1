"""People ring each other: directly between two browsers, and through the media server where it has to be."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.household import CALL_TIMEOUT_MS, move_in
from tests.e2e.meeting import Meeting


async def test_a_call_of_two_flows_from_browser_to_browser(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob, "call-video")
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    for who in (ada, bob):
        await expect(who.control("tile")).to_have_count(2)
        (pair,) = await who.pairs()
        assert pair["remote"] != meeting.server.port, "media does not go through the server"
        assert pair["received"] > 0
    await ada.control("leave").click()
    for who in (ada, bob):
        await expect(who.control("call")).to_have_count(0)
    await expect(ada.control("happening")).to_contain_text("Video call")


async def test_a_rejected_call_and_a_missed_one_say_so(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await bob.control("reject").click()
    await expect(ada.control("call")).to_have_count(0)
    await ada.control("call-audio").click()
    await expect(bob.control("ringing")).to_be_visible()
    await ada.control("cancel-call").click()
    await expect(bob.control("ringing")).to_have_count(0)
    await bob.control("tab-calls").click()
    await expect(bob.control("past-call").first).to_have_attribute("data-outcome", "missed")
    await expect(bob.control("past-call").nth(1)).to_have_attribute("data-outcome", "rejected")


async def test_every_device_rings_and_one_answers(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    second = await bob.page.context.new_page()
    await second.goto(meeting.server.url)
    await expect(second.get_by_test_id("me")).to_contain_text(bob.name)
    await ada.call(bob)
    await expect(second.get_by_test_id("ringing")).to_be_visible()
    await second.get_by_test_id("accept").click()
    await expect(bob.control("ringing")).to_have_count(0)
    await expect(bob.control("call")).to_have_count(0)
    await ada.is_in_call()


async def test_a_third_one_brings_the_call_to_the_media_server(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo")
    ada, bob, cleo = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await ada.add_to_call(cleo)
    for who in (ada, bob, cleo):
        await expect(who.control("tile")).to_have_count(3, timeout=CALL_TIMEOUT_MS)
    for who in (ada, bob, cleo):
        await who.meets_at(meeting.server.port)
