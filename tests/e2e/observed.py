"""What a person in a meeting sees and hears, measured in their browser.

Statistics come from the WebRTC API (W3C webrtc-stats) of the page's own peer connection; pixels from the <video>
element that the person looks at.
"""

from __future__ import annotations

import asyncio
import re
from statistics import fmean, pstdev
from typing import Any

from msgspec import Struct

from tests.e2e.waiting import eventually
from tests.e2e.window import Window

CAMERA = "camera"
MICROPHONE = "microphone"
SCREEN = "screen_share"

_RECEIVED = """async ([identity, source]) => {
  const track = window.tureenRoom?.remoteParticipants.get(identity)?.getTrackPublication(source)?.track;
  const report = await track?.receiver?.getStats();
  return [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp') ?? null;
}"""
_SENT = """async (source) => {
  const report = await window.tureenRoom?.localParticipant.getTrackPublication(source)?.track?.sender?.getStats();
  return [...(report?.values() ?? [])].filter(({ type }) => type === 'outbound-rtp');
}"""
_TRANSPORTS = """async (source) => {
  const report = await window.tureenRoom?.localParticipant.getTrackPublication(source)?.track?.sender?.getStats();
  return [...(report?.values() ?? [])].filter(({ type }) => type === 'transport');
}"""
_TRACK_SID = """([identity, source]) =>
  window.tureenRoom?.remoteParticipants.get(identity)?.getTrackPublication(source)?.track?.sid ?? null"""
_PIXELS = """([identity, source, columns, rows]) => {
  const tile = [...document.querySelectorAll('[data-testid="tile"]')].find(
    ({ dataset }) => dataset.identity === identity && dataset.source === source);
  const video = tile?.querySelector('video');
  if (!video || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, columns, rows);
  const { data } = context.getImageData(0, 0, columns, rows);
  return Array.from({ length: columns * rows }, (_, at) => [data[4 * at], data[4 * at + 1], data[4 * at + 2]]);
}"""
_COLUMNS, _ROWS = 64, 36

# The fake camera's picture is of few colours with a moving part and a clock: far above these, a frozen or blank one
# far below.
LEAST_CONTRAST = 8.0
LEAST_COLOUR = 40.0
LEAST_CHANGE = 0.05


class Picture(Struct, frozen=True):
    """A shrunken copy of what a tile shows: red, green, blue of 0 to 255 per pixel, row by row."""

    pixels: list[tuple[int, int, int]]

    @property
    def contrast(self) -> float:
        """Standard deviation over all pixels; 0 for a blank picture."""
        return pstdev(fmean(pixel) for pixel in self.pixels)

    @property
    def is_blank(self) -> bool:
        """All of one grey. The fake camera of Firefox shows one colour at a time, which is a picture all the same."""
        colour = self.mean_colour()
        return self.contrast <= LEAST_CONTRAST and max(colour) - min(colour) <= LEAST_COLOUR

    def change_since(self, earlier: Picture) -> float:
        """Mean difference per colour value; 0 for a frozen picture."""
        pairs = zip(self.pixels, earlier.pixels, strict=True)
        return fmean(abs(now - then) for one, other in pairs for now, then in zip(one, other, strict=True))

    def mean_colour(self) -> tuple[float, float, float]:
        """Over all pixels."""
        return tuple(map(fmean, zip(*self.pixels, strict=True)))  # type: ignore[return-value]


async def received(window: Window, identity: str, source: str) -> dict[str, Any]:
    """The ``inbound-rtp`` statistics of a remote track; empty while there is none."""
    return await window.ask(_RECEIVED, [identity, source]) or {}


async def track_sid(window: Window, identity: str, source: str = CAMERA) -> str | None:
    """The id under which the server offers a remote track; another one after each publishing of it."""
    sid: str | None = await window.ask(_TRACK_SID, [identity, source])
    return sid


async def sent_layers(window: Window, source: str = CAMERA) -> list[dict[str, Any]]:
    """The ``outbound-rtp`` statistics of an own track, one per layer."""
    layers: list[dict[str, Any]] = await window.ask(_SENT, source)
    return layers


async def srtp_cipher(window: Window, source: str = CAMERA) -> str | None:
    """The cipher that protects an own track on its way, as the browser names it."""
    transports: list[dict[str, Any]] = await window.ask(_TRANSPORTS, source)
    return next((each.get("srtpCipher") for each in transports), None)


def is_authenticated(cipher: str | None) -> bool:
    """Whether SRTP uses AES-GCM (RFC 7714), the cipher that browsers of today offer first; browsers add a prefix."""
    return cipher is not None and re.search(r"AEAD_AES_(128|256)_GCM$", cipher) is not None


async def picture(window: Window, identity: str, source: str = CAMERA) -> Picture | None:
    """What the tile shows at this moment; ``None`` before its first frame."""
    pixels = await window.ask(_PIXELS, [identity, source, _COLUMNS, _ROWS])
    return None if pixels is None else Picture([(red, green, blue) for red, green, blue in pixels])


async def meets(window: Window, identity: str) -> None:
    """Picture and sound of somebody have arrived.

    When somebody goes before that, the client complains of tracks that nobody has.
    """
    await asyncio.gather(sees(window, identity), hears(window, identity))


async def sees(window: Window, identity: str, source: str = CAMERA, within_s: float = 10.0) -> None:
    """Waits until somebody else's tile shows a picture that moves, and frames of it keep being decoded."""
    await shows_moving_picture(window, identity, source, within_s)
    await decodes_on(window, identity, source, within_s)


async def shows_moving_picture(window: Window, identity: str, source: str = CAMERA, within_s: float = 10.0) -> None:
    """Waits until a tile, the own one too, shows a picture that is not blank and changes."""

    async def shown() -> Picture | None:
        return await picture(window, identity, source)

    first = await eventually(
        shown,
        lambda seen: seen is not None and not seen.is_blank,
        f"a picture in {identity}'s {source} tile",
        within_s,
    )
    assert first is not None

    def moved(seen: Picture | None) -> bool:
        return seen is not None and not seen.is_blank and seen.change_since(first) > LEAST_CHANGE

    await eventually(shown, moved, f"the picture in {identity}'s {source} tile moves", within_s)


async def decodes_on(window: Window, identity: str, source: str = CAMERA, within_s: float = 10.0) -> None:
    """Waits until at least ten more frames of a remote track have been decoded."""

    async def frames() -> int:
        return int((await received(window, identity, source)).get("framesDecoded", 0))

    before = await frames()
    await eventually(frames, lambda now: now >= before + 10, f"frames of {identity}'s {source} are decoded", within_s)


async def hears(window: Window, identity: str, within_s: float = 10.0) -> None:
    """Waits until sound that is not silence comes from somebody's microphone."""

    async def energy() -> float:
        return float((await received(window, identity, MICROPHONE)).get("totalAudioEnergy", 0.0))

    before = await energy()
    await eventually(energy, lambda now: now > before + 1e-4, f"sound of {identity} is heard", within_s)
