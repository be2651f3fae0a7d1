"""Captures offers of the installed browsers while our answerer answers them; see README.md.

    PYTHONPATH=src:. python tests/vectors/sdp/capture.py chromium|firefox

Each step changes the page's peer connection, takes its offer, writes it beside this file and sets our answer: a browser
that refuses the answer fails the run.
"""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.firefox import Firefox
from tests.sdp_conformance import check_answer
from tureen.model.media import CandidateAddress, Fingerprint, IceCredentials, LocalTransport
from tureen.sdp import Answerer, Downlink, read_offer_untrusted

FOLDER = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = LocalTransport(
    ice=IceCredentials(ufrag="abcd", password="abcdefghijklmnopqrstuv"),
    fingerprint=Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),
    candidates=(CandidateAddress(address="127.0.0.1", port=7880),),
)

Run = Callable[..., Any]

JOIN = """
const pc = window.pc = new RTCPeerConnection();
window.tracks = [];
pc.ontrack = event => window.tracks.push([event.transceiver.mid, event.streams[0]?.id, event.track.id]);
for (const label of ['_lossy', '_reliable', '_data_track']) pc.createDataChannel(label);
for (const kind of ['audio', 'audio', 'audio', 'video', 'video', 'video'])
    pc.addTransceiver(kind, {direction: 'recvonly'});
"""
PUBLISH = """
const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 1280, height: 720}});
const sendEncodings = [['q', 4], ['h', 2], ['f', 1]].map(([rid, by]) => ({rid, scaleResolutionDownBy: by}));
window.mic = pc.addTransceiver(stream.getAudioTracks()[0], {direction: 'sendonly', streams: [stream]});
window.cam = pc.addTransceiver(stream.getVideoTracks()[0], {direction: 'sendonly', streams: [stream], sendEncodings});
"""
NOTHING = ""
STOP_CAMERA = "window.cam.stop();"
ADD_VIDEO = "pc.addTransceiver('video', {direction: 'recvonly'});"
OFFER = "await pc.setLocalDescription(await pc.createOffer()); return pc.localDescription.sdp;"
ANSWER = "await pc.setRemoteDescription({type: 'answer', sdp: arguments[0]});"
LAYERS = "return window.cam.sender.getParameters().encodings.map(encoding => encoding.rid);"
TRACKS = "return window.tracks;"


def capture(run: Run, prefix: str) -> None:
    """Goes through the life of a session, with an answer of ours at each step."""
    answerer = Answerer(LOCAL, session_id=1)
    before: list[str] = []

    def step(
        change: str, name: str, uplinks: tuple[str, ...] = (), downlinks: dict[str, Downlink] | None = None
    ) -> None:
        if change:
            run(change)
        text = run(OFFER)
        (FOLDER / f"{prefix}-{name}.sdp").write_bytes(text.encode())
        answer = answerer.answer(read_offer_untrusted(text), uplinks=uplinks, downlinks=downlinks)
        faults = check_answer(text, answer.text, before)
        assert not faults, faults
        run(ANSWER, answer.text)
        before.append(answer.text)
        print(f"{prefix}-{name}: {len(text)} characters, answer {len(answer.text)}, producers {list(answer.producers)}")

    audio = Downlink(stream_id="PA_1|camera", track_id="TR_A", ssrc=11, cname="c1")
    video = Downlink(stream_id="PA_1|camera", track_id="TR_V", ssrc=21, rtx_ssrc=22, cname="c1")
    run(JOIN)
    first = read_offer_untrusted(run(OFFER))
    mids = [section.mid for section in first.sections if section.media_kind]
    audio_mid, video_mid, other_video_mid = mids[0], mids[3], mids[4]
    uplinks = tuple(str(number) for number in range(7, 20))
    step(NOTHING, "join")
    step(PUBLISH, "publish")
    step(NOTHING, "accept", uplinks)
    assert run(LAYERS) == ["q", "h", "f"], "the inactive answer must not cost the browser its layers"
    step(NOTHING, "bind", uplinks, {audio_mid: audio, video_mid: video})
    step(NOTHING, "release", uplinks, {audio_mid: audio})
    step(NOTHING, "rebind", uplinks, {audio_mid: audio, other_video_mid: video})
    assert len(run(TRACKS)) == 3, "each binding must bring one track"
    step(STOP_CAMERA, "stop", uplinks, {audio_mid: audio})
    step(ADD_VIDEO, "recycle", uplinks, {audio_mid: audio})


@contextmanager
def blank_page() -> Iterator[str]:
    """A page on loopback: browsers give out devices to such, not to files."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(FOLDER))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def capture_chromium(url: str) -> None:
    """Captures from the installed Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        page.goto(url)
        print("Chromium", browser.version)

        def run(script: str, *args: object) -> Any:
            return page.evaluate(f"args => (async function () {{ {script} }}).apply(null, args)", list(args))

        capture(run, "chromium")
        browser.close()


def capture_firefox(url: str) -> None:
    """Captures from the installed Firefox."""
    with Firefox.start() as firefox:
        print("Firefox", firefox.version)
        firefox.navigate(url)
        capture(firefox.run, "firefox")


if __name__ == "__main__":
    with blank_page() as page_url:
        {"chromium": capture_chromium, "firefox": capture_firefox}[sys.argv[1]](page_url)
