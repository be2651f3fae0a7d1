"""A viewer who changes its mind all the time sees a picture that never breaks, whatever codec it comes in."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from msgspec import Struct
from playwright.async_api import Browser

from tests.e2e.client_page import ClientPage
from tests.e2e.waiting import eventually
from tests.server import TureenServer

pytestmark = pytest.mark.alone

WIDTHS = (240, 480, 960)
"""By quality. Chromium sends no spatial layer that is smaller than 240 x 135."""
HEIGHT = 540
FRAME_RATE = 15
LOW, BEST = 0, 2
SWITCHES = 100
SWITCH_S = 5.0
"""Until the new size is decoded."""
WISHES = 160
"""Enough that one stall of the machine is a small share of the time."""
BETWEEN_S = 0.05
"""Far less than a key frame takes."""
CLIMB_S = 30.0
"""A sender takes its time to raise its rate."""
SETTLED_FRAMES = 5 * FRAME_RATE
"""The first seconds may lead down again: nobody knows yet what the path carries."""
KEY_FRAME_S = 0.3
"""Time between key frames on demand, at least."""
STANDS_STILL = 0.05
"""Share of time or frames; the machine has other things to do."""
DESCRIPTOR = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"


class Camera(Struct, frozen=True):
    """How a camera is published in three sizes."""

    codec: str
    svc: bool

    @property
    def options(self) -> dict[str, Any]:
        """As `ClientPage.publish` takes them."""
        if self.svc:
            return {"bits": 1_500_000, "more": {"videoCodec": self.codec, "scalabilityMode": "L3T3_KEY"}}
        layers = [(WIDTHS[0], 135, 100_000), (WIDTHS[1], 270, 250_000)]
        return {"bits": 700_000, "layers": layers, "more": {"videoCodec": self.codec}}


VP8, H264 = Camera("vp8", svc=False), Camera("h264", svc=False)
VP9, AV1 = Camera("vp9", svc=True), Camera("av1", svc=True)
CAMERAS = [
    pytest.param(VP8, id="vp8"),
    pytest.param(VP9, id="vp9-svc"),
    pytest.param(H264, id="h264", marks=pytest.mark.slow),
    pytest.param(AV1, id="av1-svc", marks=pytest.mark.slow),
]

Enter = Callable[[str], Awaitable[ClientPage]]


@pytest_asyncio.fixture(loop_scope="session")
async def enter(chromium: Browser, server: TureenServer, request: pytest.FixtureRequest) -> AsyncIterator[Enter]:
    """Lets somebody into a room of the test's own."""
    pages: list[ClientPage] = []

    async def join(identity: str) -> ClientPage:
        pages.append(await ClientPage.enter(chromium, server, request.node.name, identity))
        return pages[-1]

    yield join
    for page in pages:
        await page.close()


async def watched(enter: Enter, camera: Camera) -> tuple[ClientPage, ClientPage]:
    """Ana shows, and Ben watches her."""
    ana, ben = await enter("ana"), await enter("ben")
    await ana.publish(WIDTHS[BEST], HEIGHT, FRAME_RATE, **camera.options)
    await ben.watch("ana")
    return ana, ben


async def sees_the_best(viewer: ClientPage, frames: int = SETTLED_FRAMES) -> None:
    """Waits until so many frames in a row are decoded of which none is of another size than the best."""
    start: int | None = None

    async def in_a_row() -> int:
        nonlocal start
        received = await viewer.received()
        decoded = int(received.get("framesDecoded", 0))
        if received.get("frameWidth") != WIDTHS[BEST]:
            start = None
        elif start is None:
            start = decoded
        return decoded - start if start is not None else 0

    await eventually(in_a_row, lambda count: count >= frames, "frames of the best size are decoded", CLIMB_S)


def check_decodable(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Nothing that came between these statistics was undecodable."""
    grown = growth(before, after)
    assert grown["framesDecoded"] > 0
    assert (grown["pliCount"], grown["firCount"]) == (0, 0), "the decoder lacked something and asked for a key frame"
    assert grown["framesReceived"] - grown["framesDecoded"] <= 2, grown


def check_fluent(before: dict[str, Any], after: dict[str, Any]) -> None:
    """The picture hardly stood still between these statistics."""
    grown = growth(before, after)
    assert grown["framesDropped"] <= STANDS_STILL * grown["framesReceived"], grown
    assert grown["totalFreezesDuration"] <= STANDS_STILL * grown["timestamp"] / 1000, grown


def growth(before: dict[str, Any], after: dict[str, Any]) -> dict[str, float]:
    """Of all figures."""
    return {name: now - before.get(name, 0) for name, now in after.items() if isinstance(now, int | float)}


async def key_frames_asked(publisher: ClientPage) -> int:
    """By the server, so far."""
    return sum(stream["pliCount"] + stream["firCount"] for stream in await publisher.sent())


def changes_of_mind(count: int) -> list[int]:
    """Qualities, the first of which is not the best, and no two in a row are equal."""
    chance, qualities = random.Random(4), [BEST]
    while len(qualities) <= count:
        qualities.append(chance.choice([quality for quality in range(len(WIDTHS)) if quality != qualities[-1]]))
    return qualities[1:]


@pytest.mark.parametrize("camera", CAMERAS)
async def test_a_hundred_switches_break_nothing(enter: Enter, camera: Camera) -> None:
    ana, ben = await watched(enter, camera)
    await sees_the_best(ben)
    modes = {stream["scalabilityMode"] for stream in await ana.sent()}
    assert (modes == {"L3T3_KEY"}) == camera.svc, modes
    assert len(await ana.sent()) == (1 if camera.svc else len(WIDTHS))
    before = await ben.received()
    await ben.switch(changes_of_mind(SWITCHES), WIDTHS, SWITCH_S)
    after = await ben.received()
    check_decodable(before, after)
    check_fluent(before, after)


@pytest.mark.parametrize("camera", CAMERAS)
async def test_wishes_that_nobody_could_fulfil_in_time_end_well(enter: Enter, camera: Camera) -> None:
    ana, ben = await watched(enter, camera)
    await sees_the_best(ben)
    (sent, *_), before = await ana.sent(), await ben.received()
    await ben.wish_quality(*changes_of_mind(WISHES), LOW, BEST, between_s=BETWEEN_S)
    await sees_the_best(ben, FRAME_RATE)
    (sent_since, *_), after = await ana.sent(), await ben.received()
    check_decodable(before, after)
    check_fluent(before, after)
    most = (sent_since["timestamp"] - sent["timestamp"]) / 1000 / KEY_FRAME_S
    assert sent_since["keyFramesEncoded"] - sent["keyFramesEncoded"] <= most + 2


@pytest.mark.parametrize("camera", [VP8, VP9, AV1], ids=["vp8", "vp9-svc", "av1-svc"])
async def test_fewer_frames_need_no_key_frame(enter: Enter, camera: Camera) -> None:
    ana, ben = await watched(enter, camera)
    await sees_the_best(ben)

    async def rate() -> float:
        return float((await ben.received()).get("framesPerSecond", 0))

    asked, before = await key_frames_asked(ana), await ben.received()
    await ben.wish_frame_rate(5)
    await eventually(rate, lambda now: 0 < now <= FRAME_RATE / 2, "fewer frames arrive")
    await ben.wish_frame_rate(*(30, 5, 10) * 20, 30, between_s=BETWEEN_S)
    await eventually(rate, lambda now: now > FRAME_RATE * 0.8, "all frames arrive")
    after = await ben.received()
    check_decodable(before, after)
    assert await key_frames_asked(ana) == asked


@pytest.mark.parametrize("camera", [VP9, AV1], ids=["vp9", "av1"])
async def test_both_sides_describe_dependencies(enter: Enter, camera: Camera) -> None:
    ana, ben = await watched(enter, camera)
    assert any(DESCRIPTOR in uris for uris in await ana.extensions())
    assert any(DESCRIPTOR in uris for uris in await ben.extensions())
