"""Who one is, over sign-outs, tabs, and a server that signs nobody in any more."""

from __future__ import annotations

import json
import re

from playwright.async_api import Route, expect

from tests.e2e.household import move_in
from tests.e2e.meeting import Meeting


async def test_whoever_signs_in_again_is_the_same_person(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    user = await ada.user()
    for by_name in (False, True):
        await ada.control("me").click()
        await ada.control("sign-out").click()
        if by_name:
            await ada.control("sign-in-name").fill(ada.name.upper())
            await ada.control("sign-in").click()
        else:
            await ada.page.get_by_role("button", name=f"Continue as {ada.name}").click()
        await expect(ada.control("me")).to_contain_text(ada.name)
        assert await ada.user() == user

    await ada.control("me").click()
    await ada.control("sign-out").click()
    await ada.control("forget-person").click()
    await expect(ada.control("continue-as")).to_have_count(0)


async def test_a_link_brings_in_another_device_of_the_same_person(meeting: Meeting) -> None:
    ada, bob = await move_in(meeting, "Ada"), await move_in(meeting, "Bob")
    await ada.control("me").click()
    await ada.control("device-link-make").click()
    link = await ada.control("device-link").input_value()
    await ada.page.keyboard.press("Escape")

    phone = await meeting.visitor(ada.name)
    await phone.page.goto(link)
    await expect(phone.control("me")).to_contain_text(ada.name)
    await expect(phone.page).not_to_have_url(re.compile("token"))
    await bob.call(ada)
    await expect(phone.control("ringing")).to_be_visible()
    await phone.control("accept").click()
    await expect(ada.control("ringing")).to_have_count(0)
    await bob.is_in_call()


async def test_a_sign_out_holds_for_all_tabs(meeting: Meeting) -> None:
    ada, bob = await move_in(meeting, "Ada"), await move_in(meeting, "Bob")
    await ada.write_to(bob)
    other = await ada.page.context.new_page()
    await other.goto(ada.page.url)
    await expect(other.get_by_test_id("message-input")).to_be_visible()

    await ada.page.reload()
    await ada.control("me").click()
    await ada.control("sign-out").click()
    await expect(other.get_by_test_id("sign-in-name")).to_be_visible()
    await expect(other).to_have_url(re.compile(r"/$"))
    await bob.find(ada)
    await expect(bob.control("person").locator('[data-availability="offline"]')).to_be_visible()


async def test_a_server_that_signs_nobody_in_any_more_says_so(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")

    async def refuse(route: Route) -> None:
        error = {"code": "not_in_dev_mode", "message": "This server hands out no tokens.", "hint": ""}
        await route.fulfill(status=404, content_type="application/json", body=json.dumps({"error": error}))

    async def about(route: Route) -> None:
        await route.fulfill(content_type="application/json", body=json.dumps({"dev": False, "version": "1"}))

    await ada.page.route("**/api/dev/token", refuse)
    await ada.page.route("**/api/app", about)
    await ada.page.reload()
    await expect(ada.control("link-ended")).to_contain_text("signs nobody in by name")
    await ada.control("come-back").click()
    await expect(ada.page.get_by_text("personal invitation link")).to_be_visible()
    # The browser's own line about the refused request is expected; nothing else may be complained about.
    ada.guest.problems[:] = [problem for problem in ada.guest.problems if "404" not in problem]
