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
from collections.abc import Callable
from typing import Any

from tests.interop.guests import meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.server import ROOT, TureenServer

WITHIN_S = 20.0


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
