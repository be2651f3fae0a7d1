"""An operator looks at a running node while programs meet."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from livekit import rtc

from tests.interop.guests import Meeting, meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.server import ROOT, TureenServer

WITHIN_S = 20.0
SIMULCAST = rtc.TrackPublishOptions(
    source=rtc.TrackSource.SOURCE_CAMERA,
    simulcast=True,
    video_codec=rtc.VideoCodec.VP8,
    video_encoding=rtc.VideoEncoding(max_bitrate=900_000, max_framerate=15),
)


def command(url: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tureen", "top", "--dev", "--url", url, *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color"}


async def top(url: str, *arguments: str) -> str:
    """What the command prints."""
    ended = await asyncio.to_thread(
        subprocess.run,
        command(url, *arguments),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return str(ended.stdout)


def people_of(page: str, room: str) -> dict[str, Any]:
    (found,) = (it for it in json.loads(page)["rooms"] if it["room"]["name"] == room)
    return {person["identity"]: person for person in found["people"]}


@sdk_scenario
async def test_two_people_and_their_tracks_are_seen(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with showing(alice):
            track = await bob.receives("alice", 2)
            await watch(track, lambda seen: len(seen) >= 5)
            people = people_of(await top(server.http, "--json", "--room", room.name), room.name)
            assert set(people) == {"alice", "bob"}
            assert all(person["state"] == "active" for person in people.values())
            (camera,) = people["alice"]["tracks"]
            assert (camera["sid"], camera["source"], camera["subscribers"]) == (track.sid, "camera", 1)
            assert camera["codecs"] == ["video/VP8"]
            picture = await top(server.http, "--once", "--room", room.name)
            assert all(said in picture for said in (room.name, "alice", "bob", "cam"))


async def seen(room: Meeting, accept: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Asks the node until the people of a room are as wanted."""
    deadline = time.monotonic() + WITHIN_S
    url = f"{room.server.http}/api/rooms/{room.name}?received=1"
    while True:
        with await asyncio.to_thread(urllib.request.urlopen, url, timeout=5) as answer:
            people = {person["identity"]: person for person in json.load(answer)["people"]}
        if accept(people):
            return people
        assert time.monotonic() < deadline, people
        await asyncio.sleep(0.25)


@sdk_scenario
async def test_how_well_they_are_connected_is_seen(server: Address) -> None:
    def measured(people: dict[str, Any]) -> bool:
        alice, bob = people["alice"], people["bob"]
        layers = [layer["layer"] for layer in alice["tracks"][0]["layers"] if layer["bitrate"] > 0]
        return (
            all(one["quality"] and one["round_trip_ms"] is not None for one in (alice, bob))
            and layers == [0, 1]
            and alice["up"]["bitrate"] > sum(layer["bitrate"] for layer in alice["tracks"][0]["layers"]) / 2
            and bob["estimate"] is not None
            and (bob["received"][0]["layer"], bob["received"][0]["temporal"]) == (1, 2)
        )

    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with showing(alice, 640, 480, SIMULCAST):
            track = await bob.receives("alice", rtc.TrackKind.KIND_VIDEO)
            await watch(track, lambda pictures: pictures[-1].width == 640, WITHIN_S)
            people = await seen(room, measured)
            (received,) = people["bob"]["received"]
            assert (received["sid"], received["publisher"], received["paused"]) == (track.sid, "alice", False)
            assert 0 < received["bitrate"] <= people["bob"]["down"]["bitrate"]
            assert people["bob"]["estimate"] > received["bitrate"]
            assert {person["quality"] for person in people.values()} <= {"good", "excellent"}
            assert all(person["score"] > 3 and person["round_trip_ms"] < 400 for person in people.values())
            shown = people_of(await top(server.http, "--json", "--room", room.name), room.name)
            assert shown["bob"]["quality"] in ("good", "excellent")
            assert shown["bob"]["estimate"] > 0


def test_the_live_view_ends_with_q(server: TureenServer) -> None:
    ours, theirs = pty.openpty()
    asked = command(server.url)
    with subprocess.Popen(asked, stdin=theirs, stdout=theirs, stderr=theirs, env=environment()) as process:
        os.close(theirs)
        try:
            read_until(ours, lambda page: b"tureen top" in page)
            os.write(ours, b"q")
            assert process.wait(10) == 0
        finally:
            process.kill()
            os.close(ours)


def read_until(descriptor: int, accept: Callable[[bytes], bool]) -> None:
    """Reads from a terminal until what came is accepted."""
    page, deadline = b"", time.monotonic() + WITHIN_S
    while not accept(page):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"only {page!r} came"
        page += os.read(descriptor, 65536)
