"""People who are signed in at the web app's home, each in a browser of their own."""

from __future__ import annotations

import secrets
from typing import Any

from playwright.async_api import Locator, ViewportSize, expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import VIEWPORT, Meeting

CALL_TIMEOUT_MS = 15_000

_USER = "() => JSON.parse(localStorage.getItem('tureen.account')).user"
_DIRECT_PAIR = """async () => {
  const pairs = [];
  for (const peer of window.peers) {
    if (peer.connectionState !== 'connected') continue;
    const stats = new Map([...(await peer.getStats()).values()].map((one) => [one.id, one]));
    for (const one of stats.values()) {
      if (one.type !== 'candidate-pair' || !one.nominated || one.state !== 'succeeded') continue;
      pairs.push({ remote: stats.get(one.remoteCandidateId)?.port, received: one.bytesReceived });
    }
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

    async def write_to(self, other: Resident) -> None:
        """Finds somebody by name, and opens the conversation with them."""
        await self.find(other)
        await self.control("person").first.locator("button").first.click()
        await expect(self.control("message-input")).to_be_visible()

    async def find(self, other: Resident) -> None:
        """Types a name into the search."""
        await self.control("tab-people").click()
        await self.control("people-search").fill(other.name)
        await expect(self.control("person").filter(has_text=other.name)).to_have_count(1)

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

    async def is_in_call(self) -> None:
        """Waits until media flows."""
        state = self.control("connection-state")
        await expect(state).to_have_attribute("data-state", "connected", timeout=CALL_TIMEOUT_MS)

    async def pairs(self) -> list[dict[str, Any]]:
        """The candidate pairs over which media flows, with the remote port."""
        found: list[dict[str, Any]] = await self.guest.ask(_DIRECT_PAIR)
        return found


async def move_in(meeting: Meeting, name: str, viewport: ViewportSize = VIEWPORT, **of_context: Any) -> Resident:
    """Signs in with a name that nobody else has."""
    guest = await meeting.visitor(f"{name} {secrets.token_hex(3)}", viewport, **of_context)
    await guest.page.add_init_script(f"({_COLLECT_PEERS})()")
    await guest.page.goto(meeting.server.url)
    await guest.control("sign-in-name").fill(guest.name)
    await guest.control("sign-in").click()
    await expect(guest.control("me")).to_contain_text(guest.name)
    return Resident(guest)
