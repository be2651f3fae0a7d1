"""The server goes away in the middle of a meeting: people are told, and come back when it does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.meeting import Meeting
from tests.e2e.observed import sees
from tests.server import TureenServer

RETRY_MS = 60_000
"""LiveKit's client waits longer after each attempt."""


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[TureenServer]:
    """A server that the test ends itself."""
    server = TureenServer.start(tmp_path)
    yield server
    server.kill()


async def test_after_a_crash_the_pages_come_back_by_themselves(
    chromium: Browser, mortal: TureenServer, tmp_path: Path
) -> None:
    meeting = Meeting(chromium, mortal, "soup")
    ana, ben = await meeting.join_together("Ana", "Ben")
    await sees(ana, ben.identity)

    mortal.kill()
    for guest in (ana, ben):
        await expect(guest.page.get_by_role("status")).to_have_text("Reconnecting", timeout=30_000)
        await expect(guest.page.get_by_text("Reconnecting…")).to_be_visible()
        await expect(guest.page).to_have_title("Reconnecting… soup · Tureen")
    with TureenServer.start(tmp_path, port=mortal.port):
        for guest in (ana, ben):
            state = guest.control("connection-state")
            await expect(state).to_have_attribute("data-state", "connected", timeout=RETRY_MS)
        await asyncio.gather(sees(ana, ben.identity, within_s=30.0), sees(ben, ana.identity, within_s=30.0))
        await meeting.close()


async def test_after_a_stop_one_click_leads_back_or_says_that_nobody_answers(
    chromium: Browser, mortal: TureenServer, tmp_path: Path
) -> None:
    meeting = Meeting(chromium, mortal, "soup")
    ana = await meeting.join("Ana")

    mortal.stop()
    dialog = ana.page.get_by_role("dialog", name="The server is restarting")
    await expect(dialog).to_be_visible()
    await expect(ana.control("rejoin")).to_be_focused()
    await expect(ana.page).to_have_title("Disconnected from soup · Tureen")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_role("alert")).to_contain_text("The server does not answer")
    await expect(ana.control("name")).to_have_value("Ana")

    with TureenServer.start(tmp_path, port=mortal.port):
        await ana.page.get_by_role("button", name="Try again").click()
        await expect(ana.page.get_by_role("alert")).to_have_count(0)
        await ana.enter()
        await meeting.close()
