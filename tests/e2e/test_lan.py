"""Phones on the same network: HTTPS with a certificate that was accepted once."""

from __future__ import annotations

from pathlib import Path

from tests.browser import launch_chromium
from tests.e2e.guest import Guest
from tests.e2e.observed import hears, sees
from tests.lan import phone_link, require_lan, start_on_lan

IS_SECURE = "() => window.isSecureContext && location.protocol === 'https:'"


async def test_two_who_came_by_the_printed_link_see_and_hear_each_other(tmp_path: Path) -> None:
    require_lan()
    with start_on_lan(tmp_path) as server:
        link = phone_link(server)
        async with launch_chromium("--ignore-certificate-errors") as browser:
            guests = []
            for name in ("Ana", "Ben"):
                context = await browser.new_context()
                guest = Guest(context, await context.new_page(), name)
                await guest.page.goto(link)
                assert await guest.ask(IS_SECURE)
                await guest.enter()
                guests.append(guest)
            ana, ben = guests
            await sees(ben, ana.identity)
            await hears(ben, ana.identity)
            await sees(ana, ben.identity)
            assert ana.problems + ben.problems == []
