"""Measures a server while rooms full of participants are on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import msgspec
from msgspec import Struct

from benches.footprint import read_footprint
from benches.load.cases import Case
from benches.load.guest import Guest
from benches.load.program import LoadProgram, PathShape, Tally
from benches.load.server import Reading, read_server
from tests.server import TureenServer

JOINS_AT_ONCE = 8
FLOWS_WITHIN_S = 60.0
POLL_S = 1.0

TokenMaker = Callable[[str, str], str]
"""From identity and room to a token."""


class CouldNotMeasureError(Exception):
    """The rooms did not become what they should be."""


class Volume(Struct, frozen=True, kw_only=True):
    """One direction of a viewer's link."""

    bitrate: int
    """Bits per second."""


class Received(Struct, frozen=True, kw_only=True):
    """A track that a viewer receives."""

    layer: int | None
    paused: bool


class Viewer(Struct, frozen=True, kw_only=True):
    """What the server tells its operator of a participant (``/api/rooms``)."""

    identity: str
    down: Volume
    received: tuple[Received, ...]

    def has_layer(self, layer: int) -> bool:
        """Whether all that it receives flows, and in this layer."""
        return all(track.layer == layer and not track.paused for track in self.received)


class _Room(Struct, frozen=True, kw_only=True):
    people: tuple[Viewer, ...]


class Window(Struct, frozen=True, kw_only=True):
    """A steady stretch of time: what the server and the participants say of it."""

    before: Reading
    after: Reading
    tally: Tally
    participants: int
    rss_mb: float
    """Of the server, at the end."""

    @property
    def forwarded(self) -> float:
        """RTP packets."""
        return self._counted("rtp_forwarded")

    @property
    def busy(self) -> float:
        """Share of its core that the server used."""
        return (self.after.cpu_s - self.before.cpu_s) / self.tally.seconds

    def figures(self, empty_rss_mb: float) -> dict[str, float]:
        """For a result; ``empty_rss_mb``: of the server without participants."""
        per_million = 1e6 / self.forwarded
        sends, datagrams = self._counted("sends"), self._counted("datagrams_sent")
        return {
            "cpu_s_per_million": (self.after.cpu_s - self.before.cpu_s) * per_million,
            "core_cpu_s_per_million": (self.after.core_cpu_s - self.before.core_cpu_s) * per_million,
            "system_cpu_s_per_million": (self.after.system_s - self.before.system_s) * per_million,
            "busy": self.busy,
            "forwarded_per_s": self.forwarded / self.tally.seconds,
            "packets_per_send": datagrams / sends,
            "datagrams_received_per_forward": self._counted("datagrams_received") / self.forwarded,
            "latency_p50_ms": self.tally.latency_us.p50 / 1000,
            "latency_p99_ms": self.tally.latency_us.p99 / 1000,
            "rss_mb_per_participant": (self.rss_mb - empty_rss_mb) / self.participants,
            "participants": self.participants,
            "lost": self.tally.lost,
            "nacks": self.tally.nacks,
            "load_busy": self.tally.cpu_seconds / self.tally.seconds,
            "load_lateness_p99_ms": self.tally.lateness_us.p99 / 1000,
        }

    def _counted(self, name: str) -> float:
        name = f"tureen_{name}_total"
        return self.after.metrics[name] - self.before.metrics[name]


class Crowd:
    """Participants in rooms of one server."""

    def __init__(self, server: TureenServer, program: LoadProgram, token: TokenMaker, group: asyncio.TaskGroup) -> None:
        """Nobody yet; use `open_crowd`."""
        self._server = server
        self.program = program
        self._token = token
        self._group = group
        self._guests: list[asyncio.Task[None]] = []
        self._streams = 0
        self._aside: set[int] = set()
        self.participants = 0

    async def fill(self, room: str, case: Case) -> None:
        """Lets a room's participants join, a few at a time, and waits until every stream of everybody flows.

        Raises `CouldNotMeasureError`.
        """
        waiting = asyncio.Semaphore(JOINS_AT_ONCE)

        async def join(role_number: int) -> None:
            async with waiting:
                number = self.participants + role_number
                guest = Guest(self.program, number, case.roles[role_number])
                token = self._token(f"{room}-{role_number}", room)
                self._guests.append(self._group.create_task(guest.run(self._server.ws_url, token)))
                await self.program.connected(number)

        async with asyncio.timeout(FLOWS_WITHIN_S):
            await asyncio.gather(*(join(number) for number in range(len(case.roles))))
        self.participants += len(case.roles)
        self._streams += case.streams
        await self._wait_for_flow()

    async def measure(self, seconds: float) -> Window:
        """One window. Raises `CouldNotMeasureError` when streams stop in it."""
        before = read_server(self._server, metrics_first=True)
        await self.program.tally()
        await asyncio.sleep(seconds)
        tally = await self.program.tally()
        after = read_server(self._server, metrics_first=False)
        self._server.check_alive()
        if tally.flowing_streams != self._streams or tally.unauthentic or tally.unsent:
            raise CouldNotMeasureError(f"Of {self._streams} streams not all are well: {tally}")
        return Window(before=before, after=after, tally=tally, participants=self.participants, rss_mb=self.rss_mb)

    def set_path(self, participants: list[int], path: PathShape) -> None:
        """Sets viewers of one track each aside: their path is like this from now on, and windows are of the others."""
        self._streams -= len(set(participants) - self._aside)
        self._aside |= set(participants)
        self.program.set_path(participants, path)

    def viewers(self, room: str) -> tuple[Viewer, ...]:
        """Everyone in a room, as the server knew them at most two seconds ago."""
        status, page = self._server.get(f"/api/rooms/{room}?received=1")
        if status != HTTPStatus.OK:
            raise CouldNotMeasureError(f"The server does not tell of its room: {page}")
        return msgspec.json.decode(page, type=_Room).people

    @property
    def transports(self) -> int:
        """Those that the server has."""
        return int(self._server.metrics()["tureen_transports"])

    @property
    def rss_mb(self) -> float:
        """Of the server."""
        return read_footprint(self._server.pid).rss / 1000

    def leave(self) -> None:
        """Everybody goes, without a word."""
        for guest in self._guests:
            guest.cancel()

    async def _wait_for_flow(self) -> None:
        deadline = time.monotonic() + FLOWS_WITHIN_S
        await self.program.tally()
        while True:
            await asyncio.sleep(POLL_S)
            tally = await self.program.tally()
            if tally.flowing_streams == tally.expected_streams == self._streams:
                return
            if time.monotonic() > deadline:
                raise CouldNotMeasureError(f"Of {self._streams} streams not all flow: {tally}\n{self._server.log_end}")


@asynccontextmanager
async def open_crowd(
    server: TureenServer, program: Path, most: int, token: TokenMaker, *, receive_offload: bool = False
) -> AsyncIterator[Crowd]:
    """A crowd of ``most`` participants at most, all of whom go with the block."""
    async with LoadProgram.run(program, most, receive_offload=receive_offload) as started, asyncio.TaskGroup() as group:
        crowd = Crowd(server, started, token, group)
        yield crowd
        crowd.leave()
