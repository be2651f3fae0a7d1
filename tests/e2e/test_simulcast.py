"""Cameras are sent in three sizes, and each viewer gets the one that suits the tile."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import ViewportSize

from tests.e2e.meeting import Meeting
from tests.e2e.observed import CAMERA, decodes_on, received, sent_layers
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.alone

LARGE: ViewportSize = {"width": 1920, "height": 1080}
SMALL: ViewportSize = {"width": 480, "height": 640}
CAMERA_WIDTH = 1280
CLIMB_S = 15.0
"""The sender starts small and raises its rate as it learns what the network carries."""


async def test_a_camera_is_published_in_three_layers(meeting: Meeting) -> None:
    ana, ben = await meeting.join("Ana"), await meeting.join("Ben", LARGE)
    await decodes_on(ben, ana.identity)

    async def rids() -> set[str]:
        return {layer["rid"] for layer in await sent_layers(ana) if "rid" in layer}

    assert await eventually(rids, lambda seen: len(seen) == 3, "three layers are sent") == {"q", "h", "f"}


async def test_a_large_tile_gets_the_largest_layer(meeting: Meeting) -> None:
    ana, ben = await meeting.join("Ana"), await meeting.join("Ben", LARGE)
    await decodes_on(ben, ana.identity)
    await ben.tile_of(ana).get_by_role("button", name="Pin Ana").click()

    async def seen() -> dict[str, Any]:
        stats = await received(ben, ana.identity, CAMERA)
        return {name: stats.get(name) for name in ("frameWidth", "frameHeight", "framesDecoded", "bytesReceived")}

    await eventually(seen, lambda now: now["frameWidth"] == CAMERA_WIDTH, "the full picture arrives", CLIMB_S)
    await decodes_on(ben, ana.identity)


async def test_a_small_tile_gets_a_smaller_layer(meeting: Meeting) -> None:
    ana, ben = await meeting.join("Ana"), await meeting.join("Ben", SMALL)
    await decodes_on(ben, ana.identity)

    async def width() -> int:
        return int((await received(ben, ana.identity, CAMERA)).get("frameWidth", 0))

    await eventually(width, lambda now: 0 < now < CAMERA_WIDTH, "a smaller picture arrives")


async def test_a_layer_that_nobody_shows_rests_until_somebody_does(meeting: Meeting) -> None:
    ana, ben = await meeting.join("Ana"), await meeting.join("Ben", SMALL)
    await decodes_on(ben, ana.identity)

    async def active() -> set[str]:
        return {layer["rid"] for layer in await sent_layers(ana) if layer.get("active")}

    await eventually(active, lambda now: bool(now) and "f" not in now, "the largest layer rests", CLIMB_S)
    await decodes_on(ben, ana.identity)
    await ben.page.set_viewport_size(LARGE)
    await ben.tile_of(ana).get_by_role("button", name="Pin Ana").click()
    await eventually(active, lambda now: now == {"q", "h", "f"}, "all layers are sent", CLIMB_S)
    await decodes_on(ben, ana.identity)
