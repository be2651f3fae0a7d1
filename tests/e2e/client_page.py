"""A page with LiveKit's JavaScript client and nothing else: it publishes as told and asks for layers as told.

The web app chooses codecs and layers by itself; these pages do so by force.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.server import ROOT, TureenServer

CLIENT = ROOT / "web" / "node_modules" / "livekit-client" / "dist" / "livekit-client.umd.js"

_ENTER = """async ([url, room, identity]) => {
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...asked) {
      super(...asked);
      window.connections.push(this);
    }
  };
  const body = JSON.stringify({ room, identity });
  const headers = { 'Content-Type': 'application/json' };
  const { token } = await (await fetch('/api/dev/token', { method: 'POST', headers, body })).json();
  window.room = new LivekitClient.Room({ dynacast: true });
  await window.room.connect(url, token);
}"""
_PUBLISH = """async ([width, height, frameRate, options]) => {
  const resolution = { width, height, frameRate };
  const track = await LivekitClient.createLocalVideoTrack({ resolution });
  const preset = ([wide, high, bits]) => new LivekitClient.VideoPreset(wide, high, bits, frameRate);
  const videoSimulcastLayers = options.layers?.map(preset);
  const videoEncoding = { maxBitrate: options.bits, maxFramerate: frameRate };
  await window.room.localParticipant.publishTrack(track, {
    source: 'camera', backupCodec: false, degradationPreference: 'maintain-resolution',
    ...options.more, videoEncoding, videoSimulcastLayers,
  });
}"""
_SENT = """async () => {
  const report = await window.room.localParticipant.getTrackPublication('camera')?.track?.sender?.getStats();
  return [...(report?.values() ?? [])].filter(({ type }) => type === 'outbound-rtp');
}"""
_WATCH = """async (identity) => {
  const watched = () => window.room.remoteParticipants.get(identity)?.getTrackPublication('camera');
  while (!watched()?.videoTrack) await new Promise((resolve) => setTimeout(resolve, 50));
  window.watched = watched();
  document.body.replaceChildren(window.watched.videoTrack.attach());
}"""
_RECEIVED = """async () => {
  const report = await window.watched.videoTrack.receiver.getStats();
  return [...report.values()].find(({ type }) => type === 'inbound-rtp') ?? {};
}"""
_EXTENSIONS = """() => window.connections
  .flatMap((connection) => connection.getTransceivers().map((transceiver) => [connection, transceiver]))
  .filter(([, { mid, receiver }]) => mid !== null && receiver.track.kind === 'video')
  .map(([connection, { mid }]) => {
    const section = (sdp) => sdp.split('\\nm=').find((each) => each.includes(`\\na=mid:${mid}\\r`)) ?? '';
    const uris = ({ sdp }) => [...section(sdp).matchAll(/^a=extmap:\\S+ (\\S+)/gm)].map(([, uri]) => uri);
    const theirs = new Set(uris(connection.currentRemoteDescription));
    return uris(connection.currentLocalDescription).filter((uri) => theirs.has(uri));
  })"""
_SWITCH = """async ([qualities, widths, patience]) => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const width = async () => [...(await window.watched.videoTrack.receiver.getStats()).values()]
    .find(({ type }) => type === 'inbound-rtp').frameWidth;
  for (const [at, quality] of qualities.entries()) {
    const end = performance.now() + patience;
    window.watched.setVideoQuality(quality);
    while ((await width()) !== widths[quality]) {
      if (performance.now() > end) return `switch ${at} to ${quality}: the picture stays ${await width()} wide`;
      await pause(20);
    }
  }
  return null;
}"""
_WISH = """async ([setting, wishes, between]) => {
  for (const wish of wishes) {
    window.watched[setting](wish);
    await new Promise((resolve) => setTimeout(resolve, between));
  }
}"""


class ClientPage:
    """Somebody in a room, in a browser context of the own."""

    def __init__(self, context: BrowserContext, page: Page, identity: str) -> None:
        """``page`` is of ``context``; use `enter`."""
        self._context = context
        self._page = page
        self.identity = identity

    @classmethod
    async def enter(cls, browser: Browser, server: TureenServer, room: str, identity: str) -> ClientPage:
        """Joins. Skips the test where the client is not installed."""
        if not CLIENT.exists():
            pytest.skip("no packages of the web app: make setup")
        context = await browser.new_context(bypass_csp=True)  # it stands for an application of its own
        page = cls(context, await context.new_page(), identity)
        await page._page.goto(f"{server.url}/healthz")
        await page._page.evaluate(CLIENT.read_text(encoding="utf-8"))
        await page.ask(_ENTER, [f"ws://localhost:{server.port}", room, identity])
        return page

    async def ask(self, function: str, argument: object = None) -> Any:
        """As `tests.e2e.window.Window` has it."""
        return await self._page.evaluate(function, argument)

    async def publish(self, width: int, height: int, frame_rate: int, **options: Any) -> None:
        """A camera. ``bits``: of the best layer, per second; ``layers``: width, height and bits of the ones below it;
        ``more``: as the client's ``TrackPublishOptions``."""
        await self.ask(_PUBLISH, [width, height, frame_rate, options])

    async def sent(self) -> list[dict[str, Any]]:
        """The ``outbound-rtp`` statistics of the own camera, one per RTP stream."""
        streams: list[dict[str, Any]] = await self.ask(_SENT)
        return streams

    async def watch(self, identity: str) -> None:
        """Plays somebody's camera, once there is one."""
        await self.ask(_WATCH, identity)

    async def received(self) -> dict[str, Any]:
        """The ``inbound-rtp`` statistics of the camera that is watched."""
        statistics: dict[str, Any] = await self.ask(_RECEIVED)
        return statistics

    async def extensions(self) -> list[set[str]]:
        """The URIs of the header extensions that both sides agreed upon, for each video section."""
        return [set(uris) for uris in await self.ask(_EXTENSIONS)]

    async def wish_quality(self, *qualities: int, between_s: float = 0.0) -> None:
        """Asks for one quality (0 to 2) after another without waiting for any."""
        await self.ask(_WISH, ["setVideoQuality", qualities, between_s * 1000])

    async def wish_frame_rate(self, *frames_per_second: int, between_s: float = 0.0) -> None:
        """The same for frame rates."""
        await self.ask(_WISH, ["setVideoFPS", frames_per_second, between_s * 1000])

    async def switch(self, qualities: Sequence[int], widths: Sequence[int], patience_s: float) -> None:
        """Asks for one quality after another, each as soon as the one before is decoded.

        ``widths``: pixels by quality. Fails the test when one takes longer than ``patience_s``.
        """
        missed = await self.ask(_SWITCH, [qualities, widths, patience_s * 1000])
        assert missed is None, missed

    async def close(self) -> None:
        """Closes the page."""
        await self._context.close()
