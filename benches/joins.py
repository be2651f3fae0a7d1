"""Join time and time to first frame in Chromium on localhost, with the unmodified npm package ``livekit-client``.

    python -m benches.joins [--joins 20]

Every join has a browser context of its own, so nothing of an earlier one is reused; both times run from the call of
``Room.connect``. The join ends with the client's event ``connected`` (ICE and DTLS are up), the first frame with the
first picture of the publisher's camera that the page presents. The very first join after the browser's start is cold
and reported by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct, convert
from playwright.async_api import Browser, Error, Page

from benches.result import Aim, Result, report
from benches.tokens import join_token
from tests.browser import find_chromium, launch_chromium
from tests.server import ROOT, ServerDiedError, TureenServer

CLIENT = ROOT / "web" / "node_modules" / "livekit-client" / "dist" / "livekit-client.umd.js"
PATIENCE_MS = 15_000
"""For one join or one first frame; what takes longer could not be measured."""

JOIN_AIM = Aim(figure="p50", at_most=150)
FIRST_FRAME_AIM = Aim(figure="p50", at_most=400)

_JOIN = """async ({ url, token, picture, patience }) => {
  const { Room, RoomEvent } = LivekitClient;
  const room = (window.room = new Room());
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('too late')), patience));
  const shown = new Promise((resolve) => {
    room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind !== 'video') return;
      const video = document.body.appendChild(track.attach());
      video.requestVideoFrameCallback(() => resolve(performance.now()));
    });
  });
  const connected = new Promise((resolve) => room.once(RoomEvent.Connected, () => resolve(performance.now())));
  const start = performance.now();
  await room.connect(url, token);
  const join = (await connected) - start;
  const frame = picture ? (await Promise.race([shown, late])) - start : null;
  return { join, frame };
}"""

_PUBLISH = """async ({ url, token }) => {
  const room = (window.room = new LivekitClient.Room());
  await room.connect(url, token);
  await room.localParticipant.setCameraEnabled(true);
}"""

_FLOWS = """async () => {
  const publication = room.localParticipant.getTrackPublication('camera');
  const report = await publication.track.sender.getStats();
  return [...report.values()].some((each) => each.type === 'outbound-rtp' && each.framesSent > 10);
}"""


class Times(Struct, frozen=True):
    """Of one join, in milliseconds from the call."""

    join: float
    frame: float | None
    """``None`` where nobody sends."""


async def measure_joins(browser: Browser, server: TureenServer, count: int) -> list[Times]:
    """``count`` joins, each into an empty room."""
    return [await _join_once(browser, server, f"empty-{number}", picture=False) for number in range(count)]


async def measure_first_frames(browser: Browser, server: TureenServer, count: int) -> list[Times]:
    """``count`` joins into a room where somebody's camera is on."""
    async with _page(browser, server) as publisher:
        await publisher.evaluate(_PUBLISH, {"url": server.ws_url, "token": join_token("publisher", "watched")})
        await publisher.wait_for_function(_FLOWS, timeout=PATIENCE_MS)
        return [await _join_once(browser, server, "watched", picture=True) for _ in range(count)]


@asynccontextmanager
async def _page(browser: Browser, server: TureenServer) -> AsyncIterator[Page]:
    """A blank page of the server's origin with the client in it, ready to join."""
    # A probe's page has a policy that forbids all scripts: here the client is the only one.
    context = await browser.new_context(bypass_csp=True)
    try:
        page = await context.new_page()
        await page.goto(f"{server.url}/healthz")
        await page.add_script_tag(path=CLIENT)
        yield page
    finally:
        await context.close()


async def _join_once(browser: Browser, server: TureenServer, room: str, *, picture: bool) -> Times:
    order = {"url": server.ws_url, "token": join_token("guest", room), "picture": picture, "patience": PATIENCE_MS}
    async with _page(browser, server) as page:
        times = convert(await page.evaluate(_JOIN, order), Times)
        await page.evaluate("() => room.disconnect()")
        return times


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all do not pass (nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _distribution(scenario: str, values: Sequence[float], *aims: Aim) -> Result:
    figures = {
        "p50": percentile(values, 0.5),
        "p95": percentile(values, 0.95),
        "min": min(values),
        "max": max(values),
        "count": len(values),
    }
    return Result(scenario=scenario, unit="ms", figures=figures, aims=aims)


async def run(count: int) -> None:
    """Measures and reports; ``count`` joins of each kind. Raises what hinders a measurement."""
    with tempfile.TemporaryDirectory() as folder, TureenServer.start(Path(folder)) as server:
        async with launch_chromium() as browser:
            cold, *joins = await measure_joins(browser, server, count + 1)
            report(Result(scenario="join-cold", unit="ms", figures={"first": cold.join}))
            report(_distribution("join", [each.join for each in joins], JOIN_AIM))
            watched = await measure_first_frames(browser, server, count)
            report(_distribution("join-watched-room", [each.join for each in watched]))
            frames = [each.frame for each in watched if each.frame is not None]
            report(_distribution("first-frame", frames, FIRST_FRAME_AIM))


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.joins", description=__doc__.partition("\n")[0])
    parser.add_argument("--joins", type=int, default=20, help="joins of each kind (default: 20)")
    count = parser.parse_args().joins
    if find_chromium() is None or not CLIENT.exists():
        print(f"Cannot measure: this needs Chromium and {CLIENT} (make setup).", file=sys.stderr)
        return 1
    try:
        asyncio.run(run(count))
    except (Error, ServerDiedError) as error:
        print(f"Could not measure: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
