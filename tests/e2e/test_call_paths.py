"""The media of a call of two change their way while it goes on: directly, through the server, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.detour import Detour, open_detour
from tests.e2e.household import move_in
from tests.e2e.meeting import Meeting

pytestmark = pytest.mark.alone


@pytest_asyncio.fixture(loop_scope="session")
async def detour() -> AsyncIterator[Detour]:
    async with open_detour() as detour:
        yield detour


async def test_a_direct_path_that_is_closed_or_breaks_is_replaced_and_can_be_tried_again(
    meeting: Meeting, detour: Detour
) -> None:
    port = meeting.server.port

    async def prepare(page: Page) -> None:
        await detour.take(page, port)

    ada, bob = await asyncio.gather(move_in(meeting, "Ada", prepare=prepare), move_in(meeting, "Bob", prepare=prepare))
    both = (ada, bob)
    detour.loss = 1
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(*(who.flows("room") for who in both))
    await asyncio.gather(*(who.meets_at(port) for who in both))

    detour.loss = 0
    await bob.change_path()
    await asyncio.gather(*(who.flows("direct") for who in both))
    await asyncio.gather(*(who.meets_elsewhere(port) for who in both))

    detour.loss = 1
    await asyncio.gather(*(who.flows("room") for who in both))
    await asyncio.gather(*(who.meets_at(port) for who in both))
    for who in both:
        await expect(who.control("tile")).to_have_count(2)


async def test_a_reloaded_page_comes_back_into_its_direct_call_and_may_ask_for_the_server(meeting: Meeting) -> None:
    port = meeting.server.port
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    both = (ada, bob)
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(*(who.flows("direct") for who in both))

    await bob.page.reload()
    await bob.flows("direct")
    await asyncio.gather(*(who.meets_elsewhere(port) for who in both))
    for who in both:
        await expect(who.control("tile")).to_have_count(2)

    await bob.change_path()
    await asyncio.gather(*(who.meets_at(port) for who in both))
    await ada.control("leave").click()
    await expect(bob.control("call")).to_have_count(0)
