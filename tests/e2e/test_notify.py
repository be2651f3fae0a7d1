"""Notified while the web app is closed; the end of a connection; a tab that was duplicated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.push_service import PushService, Worker, push_service
from tests.e2e.waiting import eventually
from tests.server import TureenServer
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity


@pytest.fixture(scope="module")
def pushing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TureenServer]:
    """One that may send pushes to this machine."""
    with TureenServer.start(
        tmp_path_factory.mktemp("pushing"), environment={"TUREEN_PUSH_PRIVATE_ADDRESSES": "true"}
    ) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def pushed_home(chromium: Browser, pushing_server: TureenServer) -> AsyncIterator[Meeting]:
    home = Meeting(chromium, pushing_server, "pushed")
    yield home
    problems = home.problems
    await home.close()
    assert problems == []


async def test_a_call_reaches_a_browser_whose_page_is_closed(pushed_home: Meeting) -> None:
    async with push_service() as service:
        ada, bob = await asyncio.gather(move_in(pushed_home, "Ada"), move_in(pushed_home, "Bob"))
        page = bob.page
        await page.context.grant_permissions(["notifications"], origin=pushed_home.server.url)
        await service.serve(page)
        await page.reload()
        await bob.control("notify-on").click()
        await bob.control("me").click()
        await expect(bob.control("notify")).to_have_attribute("data-reach", "always")
        worker = await Worker.of(page)
        await page.goto(f"{pushed_home.server.url}/api/app")  # home is closed

        await ada.write_to(bob)
        await ada.control("call-audio").click()
        await worker.push(await asyncio.wait_for(service.pushes.get(), 10))
        assert await eventually(worker.shown, bool, "the notification") == [[ada.name, "Calls you"]]

        await page.goto(pushed_home.server.url + await worker.touch())
        await expect(bob.control("ringing")).to_contain_text(ada.name)
        await eventually(worker.shown, lambda shown: shown == [], "no notification beside the screen")

        await page.goto(f"{pushed_home.server.url}/api/app")
        await ada.control("cancel-call").click()
        missed = [[ada.name, "Missed call"]]
        # A page that closes while it rings may be called once more before.
        async with _delivering(service, worker):
            await eventually(worker.shown, lambda shown: shown == missed, "the notification of a missed call")


@asynccontextmanager
async def _delivering(service: PushService, worker: Worker) -> AsyncIterator[None]:
    async def deliver() -> None:
        while True:
            await worker.push(await service.pushes.get())

    task = asyncio.create_task(deliver())
    try:
        yield
    finally:
        task.cancel()


async def test_whoever_is_revoked_is_told_and_can_sign_in_again(meeting: Meeting) -> None:
    bob = await move_in(meeting, "Bob")
    user = await bob.user()
    grant = Grant(identity=Identity("admin"), api_key="", expires_at=0, people=PeopleGrant(admin=True))
    token = issue_token(grant, meeting.server.key, Secret(meeting.server.secret), time.time(), 60)
    async with httpx2.AsyncClient() as client:
        answer = await client.post(
            f"{meeting.server.url}/v1/people/{user}/revoke", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200
    await expect(bob.control("link-ended")).to_contain_text("You were signed out")

    async def second() -> int:
        return int(time.time())

    # Tokens say their second only, and those of the same one are void too.
    revoked_in = answer.json()["revoked_at"] // 1000
    await eventually(second, lambda now: now > revoked_in, "the next second")
    await bob.control("come-back").click()
    await expect(bob.control("link-ended")).to_have_count(0)
    await expect(bob.page.locator(".link-banner")).to_have_count(0)


async def test_a_duplicated_tab_is_a_device_of_its_own(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    device = "() => sessionStorage.getItem('tureen.device')"
    before = await bob.guest.ask(device)
    async with bob.page.expect_popup() as opened:
        await bob.guest.ask("() => void window.open(location.href)")  # with a copy of sessionStorage
    double = await opened.value
    await expect(double.get_by_test_id("me")).to_contain_text(bob.name)
    assert await double.evaluate(device) != before
    assert await bob.guest.ask(device) == before

    await greet(ada, bob)
    for page in (bob.page, double):
        await expect(page.get_by_test_id("conversation").filter(has_text=ada.name)).to_contain_text("Both of you?")
        await expect(page.get_by_test_id("link-ended")).to_have_count(0)


async def greet(sender: Resident, other: Resident) -> None:
    await sender.write_to(other)
    await sender.say("Both of you?")
