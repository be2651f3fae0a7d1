"""Who is in the meeting: arrivals, departures, returns."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.meeting import Meeting
from tests.e2e.observed import meets, sees


async def test_the_list_shows_everybody_by_name(meeting: Meeting) -> None:
    ana, ben, cleo = await meeting.join_together("Ana", "Ben", "Cleo")
    await ana.control("people-toggle").click()

    people = ana.control("person")
    await expect(people).to_have_count(3)
    for guest in (ana, ben, cleo):
        await expect(people.filter(has_text=guest.name)).to_have_attribute("data-identity", guest.identity)

    await asyncio.gather(meets(ana, cleo.identity), meets(ben, cleo.identity))
    await cleo.leave()
    await expect(people).to_have_count(2)


async def test_two_people_may_have_the_same_name(meeting: Meeting) -> None:
    one, other = await meeting.join_together("Ana", "Ana")

    assert one.identity != other.identity
    await expect(one.tile_of(other)).to_be_visible()
    await expect(other.tile_of(one)).to_be_visible()


async def test_whoever_leaves_takes_their_tile_along_and_can_come_back(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tiles()).to_have_count(2)

    await meets(ana, ben.identity)
    await ben.leave()
    await expect(ana.tiles()).to_have_count(1)

    await ben.control("rejoin").click()
    await ben.arrive()
    await sees(ana, ben.identity)
    await expect(ana.tiles()).to_have_count(2)


async def test_a_closed_page_is_noticed(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tiles()).to_have_count(2)

    await meets(ana, ben.identity)
    await ben.close()

    # The page says nothing when it goes: its connection has to fall silent first.
    await expect(ana.tiles()).to_have_count(1, timeout=25_000)


async def test_a_reload_returns_as_the_same_person_with_one_tile(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await sees(ana, ben.identity)
    before = ben.identity

    await ben.page.reload()
    await ben.arrive()

    assert ben.identity == before
    await sees(ana, ben.identity)
    await sees(ben, ana.identity)
    await expect(ana.tile_of(ben)).to_have_count(1)
    await expect(ana.tiles()).to_have_count(2)
    await expect(ben.tiles()).to_have_count(2)
