"""A call over the emulated link: two browsers in one room, one on each host, and what they count."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, json
from playwright.async_api import Browser, Page, async_playwright

from benches.links.link import NEAR, Link
from benches.tokens import join_token
from tests.browser import FLAGS, find_chromium
from tests.server import ROOT, TureenServer

CLIENT = ROOT / "web" / "node_modules" / "livekit-client" / "dist" / "livekit-client.umd.js"
SCRIPT = Path(__file__).parent / "page.js"
PATIENCE_S = 60.0
FULL_RATE = 1_300_000
"""Bits per second: nearly what `page.js` gives the best layer."""
SAMPLE_S = 0.25


class CallError(Exception):
    """The call did not come about: the message says what was seen."""


class Received(Struct, frozen=True):
    """What the viewer counted so far, or the server says of the moment."""

    at: float
    """Seconds of the wall clock."""
    audio: dict[str, float]
    video: dict[str, float]
    """RTCInboundRtpStreamStats."""


class Sent(Struct, frozen=True):
    """What the publisher counted so far."""

    at: float
    audio: list[dict[str, float]]
    video: list[dict[str, float]]
    """RTCOutboundRtpStreamStats, the lowest layer first."""


class Moment(Struct, frozen=True):
    """Everything that is known of one moment."""

    received: Received
    sent: Sent
    estimate: float
    """What the server believes that the path to the viewer carries, bits per second; 0 if it does not know."""
    layer: float
    """Which the server forwards; -1: none."""


class Call:
    """Both browsers, joined."""

    def __init__(self, server: TureenServer, room: str, publisher: Page, viewer: Page) -> None:
        """Use `call`."""
        self._server = server
        self._room = room
        self._publisher = publisher
        self._viewer = viewer

    async def wait_until_it_flows(self) -> None:
        """Until the viewer hears, and sees the best layer at its full rate. Raises `CallError`."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            moments = await self.watch(1)
            last = moments[-1]
            target = last.sent.video[-1].get("targetBitrate", 0) if last.sent.video else 0
            if last.received.audio and last.layer == len(last.sent.video) - 1 and target >= FULL_RATE:
                return
        raise CallError(f"picture and sound did not flow within {PATIENCE_S:.0f} s; last seen: {last}")

    async def received(self) -> Received:
        """The viewer's counters. Raises `playwright.async_api.Error`."""
        return _received(await self._viewer.evaluate("received()"))

    async def moment(self) -> Moment:
        """Everything. Raises `playwright.async_api.Error`, and `OSError` when the server is gone."""
        received, sent, (_, page) = await asyncio.gather(
            self.received(),
            self._publisher.evaluate("sent()"),
            asyncio.to_thread(self._server.get, f"/api/rooms/{self._room}?received=1"),
        )
        people = {person["identity"]: person for person in json.decode(page)["people"]}
        viewer = people.get("viewer", {})
        layers = [track["layer"] for track in viewer.get("received") or () if track["layer"] is not None]
        estimate = viewer.get("estimate") or 0
        sent = convert({**sent, "at": sent["at"] / 1000}, Sent)
        return Moment(received=received, sent=sent, estimate=estimate, layer=max(layers, default=-1))

    async def watch(self, seconds: float) -> list[Moment]:
        """What happens within so many seconds, several moments each."""
        loop = asyncio.get_running_loop()
        end, moments = loop.time() + seconds, [await self.moment()]
        while (rest := end - loop.time()) > 0:
            await asyncio.sleep(min(rest, SAMPLE_S))
            moments.append(await self.moment())
        return moments


def _received(page: dict[str, Any]) -> Received:
    return Received(page["at"] / 1000, page.get("audio", {}), page.get("video", {}))


@asynccontextmanager
async def browsers(link: Link, folder: Path) -> AsyncIterator[tuple[Browser, Browser]]:
    """One on the near host, one on the far one. Raises `CallError`."""
    chromium = find_chromium()
    if chromium is None:
        raise CallError("there is no Chromium")
    far = folder / "far-chromium"
    far.write_text(f'#!/bin/sh\nexec {shutil.which("ip")} netns exec {link.far} {chromium} "$@"\n')
    far.chmod(far.stat().st_mode | stat.S_IXUSR)
    flags = [
        *FLAGS,
        "--disable-audio-output",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
    ]
    async with async_playwright() as playwright, contextlib.AsyncExitStack() as stack:
        both = []
        for binary in (chromium, far):
            browser = await playwright.chromium.launch(executable_path=binary, args=flags)
            stack.push_async_callback(browser.close)
            both.append(browser)
        near_browser, far_browser = both
        yield near_browser, far_browser


@asynccontextmanager
async def call(server: TureenServer, room: str, publisher: Browser, viewer: Browser) -> AsyncIterator[Call]:
    """A call in which picture and sound flow. The publisher joins first."""
    async with _page(publisher, server) as sending, _page(viewer, server) as receiving:
        for page, role, name in ((sending, "publish", "publisher"), (receiving, "watch", "viewer")):
            order = {"url": f"ws://{NEAR}:{server.port}", "token": join_token(name, room)}
            await page.evaluate(f"order => {role}(order)", order)
        talk = Call(server, room, sending, receiving)
        await talk.wait_until_it_flows()
        yield talk


@asynccontextmanager
async def _page(browser: Browser, server: TureenServer) -> AsyncIterator[Page]:
    # A probe's page has a policy that forbids all scripts: here ours are the only ones.
    context = await browser.new_context(bypass_csp=True)
    try:
        page = await context.new_page()
        await page.goto(f"http://{NEAR}:{server.port}/healthz")
        for script in (CLIENT, SCRIPT):
            await page.add_script_tag(path=script)
        yield page
    finally:
        await context.close()
