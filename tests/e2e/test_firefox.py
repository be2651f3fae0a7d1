"""Firefox and Chromium in one meeting, and in a call."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.browser import require_firefox
from tests.e2e.firefox_guest import FirefoxGuest
from tests.e2e.household import move_in
from tests.e2e.meeting import Meeting
from tests.e2e.observed import hears, is_authenticated, sees, srtp_cipher
from tests.firefox import Firefox

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    require_firefox()
    with Firefox.start() as firefox:
        yield firefox


async def test_firefox_and_chromium_see_and_hear_each_other(meeting: Meeting, firefox: Firefox) -> None:
    ana = await meeting.join("Ana")
    fox = FirefoxGuest(firefox, "Fox")
    await fox.join(meeting.link)

    await asyncio.gather(sees(ana, fox.identity), sees(fox, ana.identity))
    await asyncio.gather(hears(ana, fox.identity), hears(fox, ana.identity))
    assert is_authenticated(await srtp_cipher(fox))
    await fox.press("leave")
    await expect(ana.tiles()).to_have_count(1)


async def test_chromium_finds_a_firefox_that_was_there_before(meeting: Meeting, firefox: Firefox) -> None:
    fox = FirefoxGuest(firefox, "Fox")
    await fox.join(meeting.link)

    ana = await meeting.join("Ana")

    await asyncio.gather(sees(ana, fox.identity), sees(fox, ana.identity))
    await fox.press("mic")
    await expect(ana.tile_of(fox.identity)).to_have_attribute("data-muted", "true")
    await fox.press("leave")
    await expect(ana.tiles()).to_have_count(1)


async def test_firefox_and_chromium_talk_directly_and_through_the_server(meeting: Meeting, firefox: Firefox) -> None:
    port = meeting.server.port
    ada = await move_in(meeting, "Ada")
    fox = FirefoxGuest(firefox, f"Fox {secrets.token_hex(3)}")
    await fox.move_in(meeting.server.url)

    await ada.write_to(fox)
    await ada.control("call-video").click()
    await fox.press("accept")
    await asyncio.gather(ada.flows("direct"), fox.flows("direct"))
    await ada.meets_elsewhere(port)

    await ada.change_path()
    await asyncio.gather(ada.flows("room"), fox.flows("room"))
    await ada.meets_at(port)
    await expect(ada.control("tile")).to_have_count(2)

    await fox.press("leave")
    await expect(ada.control("call")).to_have_count(0)
