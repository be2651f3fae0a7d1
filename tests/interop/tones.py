"""Audio that can be recognised: a sine, and what a receiver hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import numpy as np
from livekit import rtc

from tests.interop.guests import WITHIN_S, Guest

RATE = 48_000
FRAME = RATE // 100
AUDIBLE = 500.0
"""Root mean square, in steps of 16 bit, that is clearly no silence."""


@dataclass(frozen=True)
class Sound:
    """What was heard."""

    hertz: float
    """Strongest frequency."""
    level: float
    """Root mean square in steps of 16 bit."""


def sine(hertz: float, level: float, start: int) -> rtc.AudioFrame:
    """Ten milliseconds, from sample ``start`` on; ``level`` is the root mean square."""
    phase = 2 * np.pi * hertz * np.arange(start, start + FRAME) / RATE
    samples = (level * np.sqrt(2) * np.sin(phase)).astype(np.int16)
    return rtc.AudioFrame(samples.tobytes(), RATE, 1, FRAME)


@asynccontextmanager
async def sounding(guest: Guest, hertz: float, level: float) -> AsyncIterator[rtc.LocalAudioTrack]:
    """Publishes a tone as a microphone for as long as the block lasts."""
    source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
    track = rtc.LocalAudioTrack.create_audio_track("tone", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)

    async def play() -> None:
        start = 0
        while True:
            await source.capture_frame(sine(hertz, level, start))
            start += FRAME

    player = asyncio.create_task(play())
    try:
        await guest.me.publish_track(track, options)
        yield track
    finally:
        player.cancel()
        with suppress(asyncio.CancelledError):
            await player
        await source.aclose()


async def listen(track: rtc.Track, seconds: float = 0.5, within_s: float = WITHIN_S) -> Sound:
    """Waits for sound, then listens for a while; the first 200 ms of sound do not count."""
    stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1)
    wanted = int(seconds * RATE)
    heard: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    skipped = 0
    try:
        async with asyncio.timeout(within_s):
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16).astype(np.float64)
                if skipped < RATE // 5:
                    skipped += len(samples) if _level(samples) > AUDIBLE else 0
                    continue
                heard.append(samples)
                if sum(map(len, heard)) >= wanted:
                    break
    except TimeoutError:
        raise AssertionError(f"no sound within {within_s} s; {skipped} audible samples") from None
    finally:
        await stream.aclose()
    samples = np.concatenate(heard)[:wanted]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return Sound(hertz=float(np.argmax(spectrum)) * RATE / len(samples), level=_level(samples))


async def beeps(track: rtc.Track, seconds: float = 0.3, within_s: float = WITHIN_S) -> None:
    """Waits until there has been sound for so long, all beeps together, and silence between them."""
    stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1)
    audible = 0
    rises = 0
    loud = False
    try:
        async with asyncio.timeout(within_s):
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16).astype(np.float64)
                before, loud = loud, _level(samples) > AUDIBLE
                rises += loud and not before
                audible += len(samples) if loud else 0
                if audible >= seconds * RATE and rises > 1:
                    return
    except TimeoutError:
        raise AssertionError(f"{rises} beeps of {audible / RATE:.2f} s together within {within_s} s") from None
    finally:
        await stream.aclose()


async def falls_silent(track: rtc.Track, seconds: float = 0.5, within_s: float = WITHIN_S) -> None:
    """Waits until a track has been silent for a while, or has brought nothing at all."""
    stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1)
    silent = 0
    try:
        async with asyncio.timeout(within_s):
            while silent < seconds * RATE:
                try:
                    event = await asyncio.wait_for(anext(stream), seconds)
                except (TimeoutError, StopAsyncIteration):
                    return
                samples = np.frombuffer(event.frame.data, dtype=np.int16).astype(np.float64)
                silent = 0 if _level(samples) > AUDIBLE else silent + len(samples)
    except TimeoutError:
        raise AssertionError(f"still heard after {within_s} s") from None
    finally:
        await stream.aclose()


def _level(samples: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(np.sqrt(np.mean(samples**2)))
