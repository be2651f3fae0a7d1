"""Video that can be recognised: four quadrants whose colours spell the number of the picture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
from livekit import rtc

from tests.interop.guests import WITHIN_S, Guest

PALETTE = ((24, 24, 24), (200, 40, 40), (40, 168, 56), (48, 72, 208))
"""Red, green and blue of the digits 0 to 3."""
NUMBERS = len(PALETTE) ** 4
TOLERANCE = 48
"""Largest mean difference per channel that a lossy codec may make of a flat colour."""
BLANK = 8.0
"""Standard deviation of a picture that shows something is above it."""
STILL = 0.02
"""Mean difference per value of two pictures of which one moved is above it."""
PICTURES_PER_SECOND = 15
FRAMES_PER_NUMBER = 3

Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]


@dataclass(frozen=True)
class Picture:
    """What a receiver saw."""

    number: int
    error: float
    """Mean difference between the nearest colours and what arrived."""
    width: int
    height: int


def paint(number: int, width: int, height: int) -> Pixels:
    """The picture of a number, RGBA, most significant digit in the upper left, then by rows."""
    pixels = np.full((height, width, 4), 255, dtype=np.uint8)
    for quadrant, digit in enumerate(_digits(number)):
        rows, columns = _area(quadrant, width, height)
        pixels[rows, columns, :3] = PALETTE[digit]
    return pixels


def read(pixels: Pixels) -> Picture:
    """The number that is nearest to a picture, RGBA."""
    height, width = pixels.shape[:2]
    number, error = 0, 0.0
    for quadrant in range(4):
        rows, columns = _area(quadrant, width, height, margin=0.25)
        colour = pixels[rows, columns, :3].astype(np.float64).mean(axis=(0, 1))
        distances = [float(np.abs(colour - np.array(entry)).mean()) for entry in PALETTE]
        number = number * len(PALETTE) + int(np.argmin(distances))
        error = max(error, min(distances))
    return Picture(number, error, width, height)


def _digits(number: int) -> tuple[int, ...]:
    base = len(PALETTE)
    return tuple(number // base**place % base for place in (3, 2, 1, 0))


def _area(quadrant: int, width: int, height: int, margin: float = 0.0) -> tuple[slice, slice]:
    row, column = divmod(quadrant, 2)
    half_height, half_width = height // 2, width // 2
    top, left = row * half_height + int(margin * half_height), column * half_width + int(margin * half_width)
    bottom = (row + 1) * half_height - int(margin * half_height)
    right = (column + 1) * half_width - int(margin * half_width)
    return slice(top, bottom), slice(left, right)


@dataclass
class Show:
    """A running camera."""

    track: rtc.LocalVideoTrack
    shown: list[int] = field(default_factory=list)
    """Numbers of the pictures so far, each once."""


@asynccontextmanager
async def showing(
    guest: Guest, width: int = 320, height: int = 240, options: rtc.TrackPublishOptions | None = None
) -> AsyncIterator[Show]:
    """Publishes numbered pictures as a camera for as long as the block lasts."""
    source = rtc.VideoSource(width, height)
    show = Show(rtc.LocalVideoTrack.create_video_track("numbers", source))
    options = options or rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False)

    async def play() -> None:
        loop = asyncio.get_running_loop()
        start, count = loop.time(), 0
        while True:
            number = 1 + count // FRAMES_PER_NUMBER % (NUMBERS - 1)
            if count % FRAMES_PER_NUMBER == 0:
                show.shown.append(number)
            frame = rtc.VideoFrame(width, height, rtc.VideoBufferType.RGBA, paint(number, width, height).tobytes())
            source.capture_frame(frame)
            count += 1
            await asyncio.sleep(start + count / PICTURES_PER_SECOND - loop.time())

    player = asyncio.create_task(play())
    try:
        await guest.me.publish_track(show.track, options)
        yield show
    finally:
        player.cancel()
        with suppress(asyncio.CancelledError):
            await player
        await source.aclose()


async def watch(track: rtc.Track, enough: Callable[[list[Picture]], bool], within_s: float = WITHIN_S) -> list[Picture]:
    """The pictures that arrive until they are enough."""
    stream = rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
    pictures: list[Picture] = []
    try:
        async with asyncio.timeout(within_s):
            async for event in stream:
                frame = event.frame
                pixels = np.frombuffer(frame.data, dtype=np.uint8)[: frame.width * frame.height * 4]
                pictures.append(read(pixels.reshape(frame.height, frame.width, 4)))
                if enough(pictures):
                    return pictures
    except TimeoutError:
        raise AssertionError(f"not enough pictures within {within_s} s: {pictures[-10:]}") from None
    finally:
        await stream.aclose()
    raise AssertionError(f"the track ended after {len(pictures)} pictures")


async def moves(track: rtc.Track, frames: int = 20, within_s: float = WITHIN_S) -> None:
    """Waits until so many pictures have come that are not blank, most of them unlike the one before."""
    stream = rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
    before: np.ndarray[tuple[int, ...], np.dtype[np.int16]] | None = None
    changed = 0
    try:
        async with asyncio.timeout(within_s):
            async for event in stream:
                frame = event.frame
                pixels = np.frombuffer(frame.data, dtype=np.uint8)[: frame.width * frame.height * 4].astype(np.int16)
                if before is not None and len(before) == len(pixels):
                    changed += float(np.std(pixels)) > BLANK and float(np.abs(pixels - before).mean()) > STILL
                before = pixels
                if changed >= frames:
                    return
    except TimeoutError:
        raise AssertionError(f"{changed} pictures that moved within {within_s} s") from None
    finally:
        await stream.aclose()


async def freezes(track: rtc.Track, seconds: float = 1.0, within_s: float = WITHIN_S) -> None:
    """Waits until no picture has come for a while, or the track has ended."""
    stream = rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
    try:
        async with asyncio.timeout(within_s):
            while True:
                try:
                    await asyncio.wait_for(anext(stream), seconds)
                except (TimeoutError, StopAsyncIteration):
                    return
    except TimeoutError:
        raise AssertionError(f"pictures still come after {within_s} s") from None
    finally:
        await stream.aclose()
