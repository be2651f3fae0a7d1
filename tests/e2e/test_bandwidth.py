"""Nothing is sent that nobody sees, and a saver for bad lines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import ViewportSize, expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting
from tests.e2e.observed import CAMERA, decodes_on, hears, received, sees, sent_layers
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.alone

TINY: ViewportSize = {"width": 320, "height": 310}
"""Room for one tile per page."""
SMALLEST_WIDTH = 320
"""Of a camera's smallest layer."""
SAVED_FRAME_RATE = 15
CLIMB_S = 20.0
"""Layers change at key frames, and a sender takes its time to raise its rate."""
PAUSE_S = 1.0

_SETTLE_S = 15.0


async def width_of(guest: Guest, other: Guest) -> int:
    """Of the picture that arrives; 0 before its first frame."""
    return int((await received(guest, other.identity, CAMERA)).get("frameWidth") or 0)


async def test_a_picture_on_another_page_is_not_sent(meeting: Meeting) -> None:
    ben = await meeting.join("Ben")
    ana = await meeting.join("Ana", TINY)
    await hears(ana, ben.identity)
    await expect(ana.tiles()).to_have_count(1)
    await expect(ana.tile_of(ana)).to_be_visible()

    async def bytes_per_pause() -> int:
        before = (await received(ana, ben.identity, CAMERA)).get("bytesReceived", 0)
        await asyncio.sleep(PAUSE_S)
        return int((await received(ana, ben.identity, CAMERA)).get("bytesReceived", 0) - before)

    await eventually(bytes_per_pause, lambda grown: grown == 0, "the picture off the page stops", _SETTLE_S)
    await ana.page.keyboard.press("PageDown")
    await sees(ana, ben.identity)
    await ana.page.keyboard.press("PageUp")
    await eventually(bytes_per_pause, lambda grown: grown == 0, "the picture off the page stops again", _SETTLE_S)
    await hears(ana, ben.identity)


async def test_the_saver_asks_for_less_and_sends_less_and_gives_it_back(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")

    async def arriving() -> int:
        return await width_of(ana, ben)

    async def layers() -> dict[str, dict[str, Any]]:
        return {layer["rid"]: layer for layer in await sent_layers(ana) if "rid" in layer}

    await eventually(arriving, lambda width: width > SMALLEST_WIDTH, "a tile of this size gets more", CLIMB_S)
    await eventually(layers, lambda seen: len(seen) == 3 and seen["f"]["active"], "three layers are sent")

    await ana.control("settings").click()
    await ana.control("saver").check()
    await ana.page.keyboard.press("Escape")
    await eventually(arriving, lambda width: width == SMALLEST_WIDTH, "the smallest picture arrives", CLIMB_S)
    await eventually(layers, lambda seen: not seen["f"]["active"], "the largest layer stops")
    await eventually(
        layers,
        lambda seen: 0 < seen["h"].get("framesPerSecond", 0) <= SAVED_FRAME_RATE + 1,
        "fewer frames are sent",
        CLIMB_S,
    )
    await hears(ana, ben.identity)

    await ana.tile_of(ben).get_by_role("button", name="Pin Ben").click()
    await eventually(arriving, lambda width: width > SMALLEST_WIDTH, "the one on the stage comes larger", CLIMB_S)

    await ana.control("settings").click()
    await ana.control("saver").uncheck()
    await ana.page.keyboard.press("Escape")
    await eventually(layers, lambda seen: seen["f"]["active"], "the largest layer is sent again")
    await decodes_on(ben, ana.identity)


async def test_statistics_say_how_the_connection_is(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await asyncio.gather(sees(ana, ben.identity), sees(ben, ana.identity))
    await ana.control("settings").click()
    await ana.control("open-statistics").click()

    panel = ana.page.get_by_role("region", name="Connection statistics")
    await expect(ana.control("verdict")).to_contain_text("Your connection is", timeout=15_000)
    figures = panel.get_by_role("table", name="The whole connection")
    await expect(figures.get_by_role("columnheader")).to_have_text(["You send", "You receive"])
    await expect(figures.get_by_role("row", name="Bitrate")).to_contain_text("bit/s")
    await expect(figures.get_by_role("row", name="Round trip")).to_contain_text("ms")
    await expect(figures.get_by_role("row", name="Packets lost")).to_contain_text("%")
    await expect(figures.get_by_role("row", name="Transport")).to_contain_text("UDP")
    await expect(figures.get_by_role("row", name="Encryption")).to_contain_text("GCM (SRTP)")
    sent = panel.get_by_role("table", name="What you send")
    await expect(sent.get_by_role("row", name="Microphone").first).to_contain_text("opus")
    await expect(sent.get_by_role("row", name="Camera").first).to_contain_text("per second")
    incoming = panel.get_by_role("table", name="What you receive")
    await expect(incoming.get_by_role("row", name="Ben, camera")).to_contain_text("VP8")
    await expect(incoming.get_by_role("row", name="Ben, microphone")).to_contain_text("bit/s")

    async def shown() -> str:
        return await figures.inner_text()

    first = await shown()
    await eventually(shown, lambda now: now != first, "the figures go on")
    await ana.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
