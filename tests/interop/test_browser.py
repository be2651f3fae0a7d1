"""The SDK and Chromium with our web app in one room: each sees, hears and reads the other."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import launch_chromium
from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting
from tests.e2e.observed import Picture, decodes_on, hears, picture, track_sid
from tests.e2e.waiting import eventually
from tests.interop import beside_browser
from tests.interop.beside_browser import NAME, PERSON, ROBOT
from tests.interop.pictures import TOLERANCE, read
from tests.interop.sdk import SdkProcess
from tests.server import TureenServer

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.asyncio(loop_scope="module")]

EXPECT_TIMEOUT_MS = 15_000
COLUMNS, ROWS = 64, 36

_SAY = "(topic) => window.tureenRoom.localParticipant.publishData(new Uint8Array(), { reliable: true, topic })"
_EXCHANGE = """async ([robot, size]) => {
  const room = window.tureenRoom;
  const me = room.localParticipant;
  const to = { destinationIdentities: [robot] };
  const text = Array.from({ length: size }, (_, at) => 'söup '[at % 5]).join('');
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) % 251);
  const next = (register) => new Promise((resolve) => register(resolve));
  const same = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);
  const join = (chunks) => chunks.reduce((all, chunk) => [...all, ...chunk], []);
  me.registerRpcMethod('reverse', async ({ payload }) => [...payload].reverse().join(''));
  const call = (method, payload) => me.performRpc({ destinationIdentity: robot, method, payload });

  const packet = next((resolve) =>
    room.on('dataReceived', (payload, from, _kind, topic) => resolve([from?.identity, topic, [...payload]])));
  const textBack = next((resolve) => room.registerTextStreamHandler('texts',
    async (reader, { identity }) => resolve([identity, await reader.readAll()])));
  const bytesBack = next((resolve) => room.registerByteStreamHandler('bytes',
    async (reader, { identity }) => resolve([identity, reader.info.name, join(await reader.readAll())])));

  await me.publishData(Uint8Array.of(1, 2, 3), { reliable: true, topic: 'packet', ...to });
  await me.sendText(text, { topic: 'texts', ...to });
  await me.sendFile(new File([bytes], 'soup.bin'), { topic: 'bytes', ...to });
  const [textFrom, textRead] = await textBack;
  const [bytesFrom, name, bytesRead] = await bytesBack;
  return {
    packet: await packet,
    text: [textFrom, textRead === text],
    bytes: [bytesFrom, name, same(bytesRead, [...bytes])],
    called: await call('reverse', 'söup'),
    calledLong: (await call('reverse', text)) === [...text].reverse().join(''),
    calledBack: await call('call back', 'söup'),
    refused: await call('refuse', '').then(() => null, ({ code }) => code),
    unknown: await call('unheard of', '').then(() => null, ({ code }) => code),
  };
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=EXPECT_TIMEOUT_MS)
    async with launch_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(chromium: Browser, server: TureenServer) -> AsyncIterator[Meeting]:
    meeting = Meeting(chromium, server, f"interop-{secrets.token_hex(6)}")
    yield meeting
    await meeting.close()
    assert meeting.problems == []


async def test_the_page_sees_the_sdks_pictures_and_hears_its_tone(meeting: Meeting, sdk: SdkProcess) -> None:
    scenario = beside_browser.shows_and_sounds_until_the_person_leaves
    async with sdk.beside(scenario, meeting.server, meeting.room):
        ana = await meeting.join(PERSON)
        await expect(ana.tile_of(ROBOT)).to_be_visible()
        await expect(ana.tile_of(ROBOT)).to_contain_text(NAME)
        await decodes_on(ana, ROBOT)
        await hears(ana, ROBOT)

        numbers = [await _next_number(ana, above=0)]
        for _ in range(5):
            numbers.append(await _next_number(ana, above=numbers[-1]))

        # Five numbers a second, from 1 on: what is shown is what is sent now, not something old.
        assert all(0 < later - earlier < 50 for earlier, later in pairwise(numbers)), numbers
        await ana.leave()


async def test_a_withdrawn_permission_takes_the_picture_away_until_it_is_given_back(
    meeting: Meeting, sdk: SdkProcess
) -> None:
    async with sdk.beside(beside_browser.shows_as_the_person_says, meeting.server, meeting.room):
        ana = await meeting.join(PERSON)
        await decodes_on(ana, ROBOT)
        await ana.ask(_SAY, "enough")
        await eventually(lambda: track_sid(ana, ROBOT), lambda sid: sid is None, "the robot's camera is taken away")
        await expect(ana.tile_of(ROBOT).locator("video")).to_have_count(0)
        await ana.ask(_SAY, "more")
        await eventually(lambda: track_sid(ana, ROBOT), lambda sid: sid is not None, "the robot's camera is back")
        await decodes_on(ana, ROBOT)
        assert await _next_number(ana, above=0) > 0
        await ana.leave()


async def test_the_sdk_sees_the_pages_camera_and_hears_its_microphone(meeting: Meeting, sdk: SdkProcess) -> None:
    async with sdk.beside(beside_browser.watches_and_listens, meeting.server, meeting.room):
        ana = await meeting.join(PERSON)
        await ana.control("people-toggle").click()
        await expect(ana.control("person").filter(has_text=NAME)).to_have_attribute("data-identity", ROBOT)
    # The SDK has seen and heard enough, and left.
    await expect(ana.control("person")).to_have_count(1)
    await expect(ana.tiles()).to_have_count(1)


async def test_the_chat_works_both_ways(meeting: Meeting, sdk: SdkProcess) -> None:
    async with sdk.beside(beside_browser.chats, meeting.server, meeting.room):
        ana = await meeting.join(PERSON)
        await expect(ana.tile_of(ROBOT)).to_be_visible()
        await ana.control("chat-toggle").click()
        await ana.control("chat-input").fill("Is the söup ready?")
        await ana.control("chat-send").click()
        messages = ana.control("chat-message")
        await expect(messages).to_have_count(2)
        await expect(messages.nth(0)).to_have_attribute("data-delivery", "sent")
        await expect(messages.nth(1)).to_contain_text("Söup is ready")
        await expect(messages.nth(1)).to_contain_text(NAME)
        await ana.control("chat-input").fill("Coming")
        await ana.control("chat-send").click()
        await expect(messages.nth(2)).to_contain_text("Coming")
        await expect(messages.nth(2)).to_have_attribute("data-delivery", "sent")
        await expect(messages).to_have_count(3)
        await ana.leave()
    # Whoever comes when both have left reads it too, under the name of a program that is in no directory.
    ben = await meeting.join("Ben")
    await ben.control("chat-toggle").click()
    messages = ben.control("chat-message")
    await expect(messages.nth(1)).to_contain_text("Söup is ready")
    await expect(messages.nth(1)).to_contain_text(NAME)
    await expect(messages).to_have_count(3)


async def test_packets_streams_and_calls_work_both_ways(meeting: Meeting, sdk: SdkProcess) -> None:
    async with sdk.beside(beside_browser.echoes_until_the_person_leaves, meeting.server, meeting.room):
        ana = await meeting.join(PERSON)
        await expect(ana.tile_of(ROBOT)).to_be_visible()
        exchanged: dict[str, Any] = await ana.ask(_EXCHANGE, [ROBOT, 60_000])
        await ana.leave()
    assert exchanged == {
        "packet": [ROBOT, "packet back", [1, 2, 3]],
        "text": [ROBOT, True],
        "bytes": [ROBOT, "soup.bin", True],
        "called": "puös",
        "calledLong": True,
        "calledBack": "puös",
        "refused": 101,
        "unknown": 1400,
    }


async def _next_number(ana: Guest, *, above: int) -> int:
    """The number that the robot's tile spells, once it is above another one."""

    async def shown() -> Picture | None:
        return await picture(ana, ROBOT)

    def number(seen: Picture | None) -> int:
        if seen is None:
            return 0
        pixels = np.full((ROWS, COLUMNS, 4), 255, dtype=np.uint8)
        pixels[:, :, :3] = np.array(seen.pixels, dtype=np.uint8).reshape(ROWS, COLUMNS, 3)
        found = read(pixels)
        return found.number if found.error < TOLERANCE else 0

    return number(await eventually(shown, lambda seen: number(seen) > above, f"the robot's number rises over {above}"))
