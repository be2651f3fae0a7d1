"""A detour for what two browsers send each other directly: it loses datagrams and slows them down, without root.

A page that takes it is told of other ports than its peer's, at which a relay of ours stands:

    browser A ──▶ port for B ─ relay ─ port of its own ──▶ browser B

What goes to the media server keeps its way. So a direct path can break while everything else goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from playwright.async_api import Page

Address: TypeAlias = tuple[str, int]

_TAKE = """(server) => {
  const { prototype } = RTCPeerConnection;
  const [take, add] = [prototype.setRemoteDescription, prototype.addIceCandidate];
  const isServers = (line) => Number(line.split(' ')[5]) === server;
  const isTaken = (line) => line.startsWith('a=candidate:') && !isServers(line);
  prototype.setRemoteDescription = function (given) {
    const lines = given.sdp.split('\\r\\n').filter((line) => !isTaken(line));
    return take.call(this, { type: given.type, sdp: lines.join('\\r\\n') });
  };
  prototype.addIceCandidate = async function (given) {
    if (!given?.candidate) return add.call(this, given);
    const parts = given.candidate.split(' ');
    if (isServers(given.candidate)) return add.call(this, given);
    if (parts[2].toLowerCase() !== 'udp' || parts[4].includes(':')) return undefined;
    [parts[4], parts[5]] = await window.detourFor(parts[4], Number(parts[5]));
    return add.call(this, { ...given, candidate: parts.join(' ') });
  };
}"""


class Detour:
    """All relays of one pair of browsers."""

    def __init__(self) -> None:
        """Use `open_detour`."""
        self.loss = 0.0
        """Share of datagrams that vanish; 1: all of them."""
        self.delay_s = 0.0
        """How long each datagram takes longer, one way."""
        self._fronts: dict[Address, asyncio.Future[int]] = {}
        self._transports: list[asyncio.DatagramTransport] = []
        self._chance = random.Random(7)

    async def take(self, page: Page, server_port: int) -> None:
        """Sends what this page sends to others through it. Before the page is loaded."""
        await page.expose_function("detourFor", self._place)
        await page.add_init_script(f"({_TAKE})({server_port})")

    def close(self) -> None:
        """Ends all relays."""
        for transport in self._transports:
            transport.close()

    def carry(self, send: Callable[[bytes], None], data: bytes) -> None:
        """Sends a datagram on, now or later or never."""
        if self._chance.random() < self.loss:
            return
        if self.delay_s == 0:
            send(data)
        else:
            asyncio.get_running_loop().call_later(self.delay_s, send, data)

    async def open(self, relay: asyncio.DatagramProtocol, host: str, peer: Address | None = None) -> Address:
        """A socket for one side of a relay; the result is its own address."""
        loop = asyncio.get_running_loop()
        local = None if peer is not None else (host, 0)
        transport, _ = await loop.create_datagram_endpoint(lambda: relay, local_addr=local, remote_addr=peer)
        self._transports.append(transport)
        address: Address = transport.get_extra_info("sockname")[:2]
        return address

    async def _place(self, host: str, port: int) -> Address:
        """Where somebody who wants to reach this candidate is sent."""
        target = (host, port)
        if target not in self._fronts:
            self._fronts[target] = asyncio.get_running_loop().create_future()
            address = await self.open(_Front(self, target), host)
            self._fronts[target].set_result(address[1])
        return host, await self._fronts[target]


class _Front(asyncio.DatagramProtocol):
    """Stands for one candidate; each who sends to it gets a socket of their own towards it."""

    def __init__(self, detour: Detour, target: Address) -> None:
        self._detour = detour
        self._target = target
        self._backs: dict[Address, _Back] = {}
        self._opening: set[asyncio.Task[Address]] = set()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        back = self._backs.get(addr)
        if back is None:
            back = self._backs[addr] = _Back(self, addr, self._detour)
            opening = asyncio.ensure_future(self._detour.open(back, self._target[0], self._target))
            self._opening.add(opening)
            opening.add_done_callback(self._opening.discard)
        self._detour.carry(back.send, data)

    def answer(self, data: bytes, sender: Address) -> None:
        """What comes back for somebody."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(data, sender)


class _Back(asyncio.DatagramProtocol):
    """Of one sender, towards the candidate that they want to reach."""

    def __init__(self, front: _Front, sender: Address, detour: Detour) -> None:
        self._front = front
        self._sender = sender
        self._detour = detour
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def send(self, data: bytes) -> None:
        """What comes before the socket is there is lost: checks are repeated."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data)

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        self._detour.carry(lambda late: self._front.answer(late, self._sender), data)

    def error_received(self, _error: Exception) -> None:
        """Nobody listens there any more."""


@asynccontextmanager
async def open_detour() -> AsyncIterator[Detour]:
    """One that lets everything pass at first."""
    detour = Detour()
    with contextlib.closing(detour):
        yield detour
