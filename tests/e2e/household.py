"""People who are signed in at the web app's home, each in a browser of their own."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import VIEWPORT, Meeting
from tests.e2e.waiting import eventually

CALL_TIMEOUT_MS = 15_000

_USER = "() => JSON.parse(localStorage.getItem('tureen.account')).user"
_USED_PAIRS = """async () => {
  const pairs = [];
  for (const peer of window.peers) {
    if (peer.connectionState !== 'connected') continue;
    const stats = new Map([...(await peer.getStats()).values()].map((one) => [one.id, one]));
    const transport = [...stats.values()].find((one) => one.type === 'transport' && one.selectedCandidatePairId);
    const pair = stats.get(transport?.selectedCandidatePairId);
    if (pair) pairs.push({ remote: stats.get(pair.remoteCandidateId)?.port, received: transport.bytesReceived });
  }
  return pairs;
}"""

_COLLECT_PEERS = """() => {
  const Peer = window.RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Peer {
    constructor(...given) {
      super(...given);
      window.peers.push(this);
    }
  };
}"""


class Named(Protocol):
    """Somebody who can be found."""

    @property
    def name(self) -> str:
        """As others see it."""


class Resident:
    """Somebody at home."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.page = guest.page

    @property
    def name(self) -> str:
        """As others see it; nobody else has it."""
        return self.guest.name

    async def user(self) -> str:
        """As the server knows them."""
        known: str = await self.guest.ask(_USER)
        return known

    def control(self, name: str) -> Locator:
        """By its ``data-testid``."""
        return self.page.get_by_test_id(name)

    async def write_to(self, other: Named) -> None:
        """Finds somebody by name, and opens the conversation with them."""
        await self.find(other)
        await self.control("person").first.locator("button").first.click()
        await expect(self.control("message-input")).to_be_visible()

    async def find(self, other: Named) -> None:
        """Types a name into the search."""
        await self.control("tab-people").click()
        await self.control("people-search").fill(other.name)
        await expect(self.control("person").filter(has_text=other.name)).to_have_count(1)

    async def list_person(self, other: Named) -> None:
        """Finds somebody, and puts them on one's list."""
        await self.find(other)
        await self.page.get_by_role("button", name=f"Put {other.name} on your list").click()
        await expect(self.page.get_by_role("button", name=f"Put {other.name} on your list")).to_have_count(0)

    async def say(self, text: str) -> None:
        """Into the open conversation."""
        await self.control("message-input").fill(text)
        await self.control("message-send").click()

    def messages(self) -> Locator:
        """Of the open conversation."""
        return self.control("message")

    async def choose(self, action: str) -> None:
        """From the menu of the only message that is shown."""
        await self.messages().hover()
        await self.control("message-more").click()
        await self.control(action).click()

    async def call(self, other: Resident, button: str = "call-audio") -> None:
        """Opens the conversation with somebody and presses its call button, until it rings there."""
        await self.write_to(other)
        await self.control(button).click()
        await expect(other.control("ringing")).to_be_visible()
        await expect(self.control("calling-state")).to_have_text("Ringing…")

    async def add_to_call(self, other: Resident) -> None:
        """Rings a further one, who takes the call."""
        await self.control("add-people").click()
        await self.control("call-people-search").fill(other.name)
        await self.control("invite").filter(has_text=other.name).click()
        await expect(other.control("ringing")).to_be_visible()
        await other.control("accept").click()

    async def is_in_call(self) -> None:
        """Waits until media flows."""
        state = self.control("connection-state")
        await expect(state).to_have_attribute("data-state", "connected", timeout=CALL_TIMEOUT_MS)

    async def hears_all(self, count: int) -> None:
        """Waits until the sound of everybody is there, oneself included.

        Whoever leaves while their media is on its way is a cause for livekit-client to complain.
        """
        heard = self.page.locator('[data-testid="tile"][data-muted="false"]')
        await expect(heard).to_have_count(count, timeout=CALL_TIMEOUT_MS)

    async def flows(self, path: str) -> None:
        """Waits until the call says that its media flows on this path, ``direct`` or ``room``."""
        mark = self.page.locator(f'[data-testid="call-path"][data-path="{path}"][data-open="true"]')
        await expect(mark).to_be_visible(timeout=CALL_TIMEOUT_MS)

    async def meets_at(self, port: int) -> None:
        """Waits until media flows through the server at that port, and nowhere else."""

        def is_there(pairs: list[dict[str, Any]]) -> bool:
            return bool(pairs) and all(pair["remote"] == port and pair["received"] > 0 for pair in pairs)

        await eventually(self.pairs, is_there, f"{self.name}'s media go through the server", CALL_TIMEOUT_MS / 1000)

    async def meets_elsewhere(self, port: int) -> None:
        """Waits until media flows from browser to browser, and no more through the server at that port."""

        def is_there(pairs: list[dict[str, Any]]) -> bool:
            return len(pairs) == 1 and pairs[0]["remote"] != port and pairs[0]["received"] > 0

        await eventually(self.pairs, is_there, f"{self.name}'s media flow directly", CALL_TIMEOUT_MS / 1000)

    async def change_path(self) -> None:
        """To the other one, by hand."""
        await self.control("call-path").click()
        await self.control("call-path-change").click()

    async def pairs(self) -> list[dict[str, Any]]:
        """The candidate pair that each connected peer connection has selected, with the remote port."""
        found: list[dict[str, Any]] = await self.guest.ask(_USED_PAIRS)
        return found


async def move_in(
    meeting: Meeting,
    name: str,
    viewport: ViewportSize = VIEWPORT,
    *,
    prepare: Callable[[Page], Awaitable[None]] | None = None,
    **of_context: Any,
) -> Resident:
    """Signs in with a name that nobody else has.

    ``prepare``: what is done to the page before it loads anything; ``of_context``: see `Meeting.visitor`.
    """
    guest = await meeting.visitor(f"{name} {secrets.token_hex(3)}", viewport, **of_context)
    if prepare is not None:
        await prepare(guest.page)
    await guest.page.add_init_script(f"({_COLLECT_PEERS})()")
    await guest.page.goto(meeting.server.url)
    await guest.control("sign-in-name").fill(guest.name)
    await guest.control("sign-in").click()
    await expect(guest.control("me")).to_contain_text(guest.name)
    return Resident(guest)


async def found_group(title: str, founder: Resident, *others: Resident) -> None:
    """Opens at the founder's; the others have it in their lists."""
    await founder.control("tab-chats").click()
    await founder.control("new-group").click()
    await founder.control("group-title").fill(title)
    for other in others:
        await founder.control("group-people-search").fill(other.name)
        await founder.control("choose-person").filter(has_text=other.name).click()
    await founder.control("create-group").click()
    for each in (founder, *others):
        await each.control("tab-chats").click()
        await expect(each.control("conversation").filter(has_text=title)).to_have_count(1)
