"""The connection for signaling breaks: the page comes back by itself."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.cable import Cable
from tests.e2e.meeting import Meeting
from tests.e2e.observed import hears, sees, track_sid
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.alone

BACK_WITHIN_S = 20.0
EXPECTED = ("error reading from signal stream", "Received leave request while trying to (re)connect")
"""What livekit-client says on the console about a socket that broke and a resume that was refused."""


async def test_a_page_whose_signal_socket_drops_comes_back_with_picture_and_sound(meeting: Meeting) -> None:
    async with Cable.to(meeting.server.port) as cable:
        ana = await meeting.join("Ana")
        ben = await meeting.visitor("Ben")
        await ben.page.goto(f"http://localhost:{cable.port}/r/{meeting.room}")
        await ben.enter()
        await asyncio.gather(sees(ana, ben.identity), sees(ben, ana.identity), hears(ana, ben.identity))
        before = ben.identity, await track_sid(ana, ben.identity)

        cable.cut()

        await eventually(
            lambda: track_sid(ana, before[0]),
            lambda sid: sid not in (None, before[1]),
            "Ben's camera is published again",
            BACK_WITHIN_S,
        )
        await ben.arrive()
        assert ben.identity == before[0]
        await asyncio.gather(
            sees(ana, ben.identity), sees(ben, ana.identity), hears(ana, ben.identity), hears(ben, ana.identity)
        )
        await expect(ana.tiles()).to_have_count(2)
        await expect(ben.tiles()).to_have_count(2)
        await ben.leave()
        ben.problems = [problem for problem in ben.problems if not any(words in problem for words in EXPECTED)]
