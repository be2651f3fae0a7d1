"""The program that plays the participants' media: a child process that follows orders, one JSON line each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Self

import msgspec
from msgspec import Struct

from benches.load.answer import ServerTransport, Stream
from benches.load.offer import EXTENSIONS, PAYLOAD_TYPES, Credentials

LONGEST_LINE = 1 << 22
SAMPLE_EVERY = 17
"""Of received packets that are decrypted for their time: no divisor of what a frame or a second has."""


PathShape = Literal["open", "deaf"] | dict[Literal["narrow"], dict[Literal["bits_per_second"], int]]
"""What a participant's path is like: as good as the machine, not read at all, or a slow link towards it."""


class ProgramFailedError(Exception):
    """The program ended by itself; its standard error says why."""


class Layer(Struct, frozen=True, kw_only=True):
    """A simulcast layer as the program plays it."""

    rid: str
    bitrate: int
    """Bits per second."""
    frame_rate: int
    """Frames per second."""


class Percentiles(Struct, frozen=True, kw_only=True):
    """Of a distribution of times, in microseconds."""

    count: int
    p50: float
    p90: float
    p99: float
    max: float


class Tally(Struct, frozen=True, kw_only=True):
    """What the program counted since the last one; `src/tally.rs` explains each."""

    seconds: float
    cpu_seconds: float
    expected_streams: int
    flowing_streams: int
    packets: int
    bytes: int
    rtx_packets: int
    strays: int
    nacks: int
    lost: int
    unauthentic: int
    published: int
    repaired: int
    key_frame_requests: int
    unsent: int
    latency_us: Percentiles
    lateness_us: Percentiles


class LoadProgram:
    """Numbered participants that somebody else signals for."""

    def __init__(self, pid: int, orders: asyncio.StreamWriter, count: int) -> None:
        """``orders``: the program's standard input; use `run`."""
        self.pid = pid
        self._orders = orders
        self._credentials: list[Credentials] = []
        self._connected = [asyncio.Event() for _ in range(count)]
        self._tallies: asyncio.Queue[Tally] = asyncio.Queue()
        self._started = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def run(cls, path: Path, count: int, *, receive_offload: bool = False) -> AsyncIterator[Self]:
        """Starts the program for so many participants; it ends with the block. Raises `ProgramFailedError` in it.

        ``receive_offload``: the kernel hands over runs of datagrams whole, and the server's kernel need not cut them.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(path, stdin=pipe, stdout=pipe, limit=LONGEST_LINE)
        if process.stdin is None or process.stdout is None:
            raise ProgramFailedError("The load program has no pipes.")
        program = cls(process.pid, process.stdin, count)
        order = {"participants": count, "payload_types": PAYLOAD_TYPES, "extensions": EXTENSIONS}
        try:
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(program._read(process.stdout))
                program._order("start", **order, sample_every=SAMPLE_EVERY, receive_offload=receive_offload)
                await program._started.wait()
                yield program
                reader.cancel()
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def credentials(self, participant: int) -> Credentials:
        """What a participant's offers say."""
        return self._credentials[participant]

    def connect(self, participant: int, server: ServerTransport) -> None:
        """Starts ICE and DTLS."""
        self._order("connect", participant=participant, **msgspec.structs.asdict(server))

    async def connected(self, participant: int) -> None:
        """Returns once ICE and DTLS are complete."""
        await self._connected[participant].wait()

    def show(self, participant: int, mid: str, layers: tuple[Layer, ...]) -> None:
        """A camera in this section."""
        self._order("publish", participant=participant, mid=mid, media={"camera": layers})

    def sound(self, participant: int, mid: str, *, speaks: bool) -> None:
        """A microphone in this section."""
        self._order("publish", participant=participant, mid=mid, media={"microphone": {"speaks": speaks}})

    def receive(self, participant: int, streams: list[Stream]) -> None:
        """These are the streams that come, and no others."""
        self._order("receive", participant=participant, streams=streams)

    def set_path(self, participants: list[int], path: PathShape) -> None:
        """Sets participants aside, whose path is like this from now on: tallies leave out what they receive."""
        self._order("path", participants=participants, path=path)

    async def tally(self) -> Tally:
        """What was counted since the last call."""
        self._order("tally")
        return await self._tallies.get()

    def _order(self, order: str, **fields: object) -> None:
        self._orders.write(msgspec.json.encode({"order": order, **fields}) + b"\n")

    async def _read(self, reports: asyncio.StreamReader) -> None:
        while line := await reports.readline():
            report = msgspec.json.decode(line)
            match report.pop("report"):
                case "started":
                    self._take_credentials(report)
                case "connected":
                    self._connected[report["participant"]].set()
                case "tallied":
                    self._tallies.put_nowait(msgspec.convert(report, Tally))
        raise ProgramFailedError("The load program ended by itself; see its standard error.")

    def _take_credentials(self, report: dict[str, Any]) -> None:
        self._credentials = [
            Credentials(ufrag=ufrag, password=password, fingerprint=report["fingerprint"])
            for ufrag, password in report["credentials"]
        ]
        self._started.set()
