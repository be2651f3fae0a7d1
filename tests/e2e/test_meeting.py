"""Two people meet: from an empty page to seeing and hearing each other."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from playwright.async_api import expect

from tests.e2e.meeting import Meeting
from tests.e2e.observed import hears, is_authenticated, sees, shows_moving_picture, srtp_cipher


async def test_a_new_meeting_takes_one_click_and_its_link_leads_a_second_person_in(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.server.url)
    await ana.control("new-meeting").click()
    await ana.arrive()
    await shows_moving_picture(ana, ana.identity)

    link = ana.page.url
    assert urlsplit(link).path.startswith("/r/")
    ben = await meeting.visitor("Ben")
    await ben.page.goto(link)
    await ben.enter()

    await expect(ana.tile_of(ben)).to_be_visible()
    await expect(ben.tile_of(ana)).to_be_visible()
    assert ana.identity != ben.identity


async def test_who_made_a_meeting_gives_the_name_inside_and_keeps_it(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.server.url)
    await ana.control("new-meeting").click()
    await ana.arrive()
    await ana.control("own-name").fill("Ana \N{WOMAN}\u200d\N{POT OF FOOD}")
    await ana.control("own-name").press("Enter")
    await expect(ana.page.get_by_role("log", name="News")).to_contain_text("The others see you as Ana")

    ben = await meeting.visitor("Ben")
    await ben.page.goto(ana.page.url)
    await ben.enter()
    await expect(ben.tile_of(ana)).to_contain_text("Ana")

    await ana.page.reload()
    await ana.arrive()
    await expect(ben.tile_of(ana)).to_contain_text("Ana")
    await expect(ben.tiles()).to_have_count(2)


async def test_a_room_is_entered_by_its_name_too(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.server.url)
    await ana.control("room-input").fill(meeting.room)
    await ana.control("go").click()
    await ana.enter()

    ben = await meeting.join("Ben")
    await expect(ben.tile_of(ana)).to_be_visible()


async def test_two_people_see_and_hear_each_other_over_an_authenticated_cipher(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")

    await asyncio.gather(
        sees(ana, ben.identity), sees(ben, ana.identity), hears(ana, ben.identity), hears(ben, ana.identity)
    )

    assert is_authenticated(await srtp_cipher(ana))
    assert is_authenticated(await srtp_cipher(ben))


async def test_the_own_picture_is_shown_before_and_after_joining(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.link)
    await expect(ana.page.locator("video")).to_have_js_property("paused", value=False)
    await ana.enter()

    await expect(ana.tiles()).to_have_count(1)
    await shows_moving_picture(ana, ana.identity)


async def test_a_whole_meeting_passes_without_complaint_of_the_pages(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.server.url)
    await ana.control("room-input").fill(meeting.link)
    await ana.control("go").click()
    await ana.enter()
    ben = await meeting.join("Ben")
    for control in ("chat-toggle", "people-toggle", "mic", "mic", "camera", "camera", "settings"):
        await ana.control(control).click()
    await ana.page.keyboard.press("Escape")
    await sees(ben, ana.identity)
    await asyncio.gather(ana.leave(), ben.leave())

    assert meeting.problems == []
