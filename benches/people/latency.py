"""From the moment before a message is sent to the one at which another member's device has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import msgspec

from benches.native_door.child import Server
from benches.people.device import Device, Heard, connect_all
from benches.people.distribution import Distribution
from benches.people.lateness import late_figures, lateness
from benches.people.opening import open_bare
from benches.people.place import Place
from benches.people.population import greeting, group, settle
from benches.people.served import shipped
from benches.result import Aim, Result, report
from tureen.protocol.commands import Command, MessageSend, SignalSend
from tureen.protocol.events import Posted
from tureen.protocol.resources import Message

MEMBERS = (10, 100)
TEXT_BYTES = 200
STORED_MS = 30
SIGNAL_MS = 10
GATHER_S = 10.0
"""How long after the last message one waits for those that are still on their way."""

Make = Callable[[Device, str], Command]


class Receiver:
    """Reads the time of sending out of what it hears."""

    def __init__(self, delays: list[float]) -> None:
        self._delays = delays

    def hear(self, heard: Heard) -> None:
        """A message or a signal; all else is of no interest. One's own comes back too, and counts."""
        text = heard.data
        if heard.event is not None and heard.event.message is not None:
            text = heard.event.message.text
        if text:
            self._delays.append(time.perf_counter() - float(text.partition(" ")[0]))


async def measure_latency(place: Place, rate: float, seconds: float) -> None:
    """Stored messages and signals, in conversations of both sizes, beside a bare server and a bare commit."""
    commit = Distribution(await place.commits("x" * TEXT_BYTES))
    with shipped(place, "latency") as served:
        groups = {size: group(f"latency-{size}", range(size)) for size in MEMBERS}
        await settle(served.url, list(groups.values()))
        served.start()
        for size, conversation in groups.items():
            delays: list[float] = []
            greetings = [greeting(number) for number in range(size)]
            devices = await connect_all(served.port, greetings, [Receiver(delays).hear for _ in greetings])
            bare = await _bare(size, rate, seconds)
            for kind, make, aim in (
                ("stored", _stored(conversation.id), STORED_MS),
                ("signal", _signal(conversation.id), SIGNAL_MS),
            ):
                receivers = size if kind == "stored" else size - 1
                figures = await _measure(devices, delays, make, rate, seconds, receivers)
                figures |= {"bare_p50": bare["p50"], "bare_p99": bare["p99"], "ratio": figures["p50"] / bare["p50"]}
                if kind == "stored":
                    figures |= {"commit_p50": commit.ms(50), "commit_p99": commit.ms(99)}
                aims = (Aim(figure="p99", at_most=aim),)
                report(Result(scenario=place.scenario(f"publish-{kind}-{size}"), unit="ms", figures=figures, aims=aims))
            for device in devices:
                device.drop()


async def _bare(size: int, rate: float, seconds: float) -> dict[str, float]:
    """The same for signals of a bare server, which sends to all."""
    server = Server("bare")
    delays: list[float] = []
    try:
        devices = await open_bare(server.port, [Receiver(delays).hear for _ in range(size)])
        found = await _measure(devices, delays, _plain, rate, seconds, size)
        for device in devices:
            device.drop()
    finally:
        server.stop()
    return found


async def _measure(
    devices: Sequence[Device], delays: list[float], make: Make, rate: float, seconds: float, receivers: int
) -> dict[str, float]:
    """So many messages a second, by all in turns. Raises `TimeoutError` if not all of them arrive."""
    await _send(devices, make, rate, 1.0)
    delays.clear()
    async with lateness() as late:
        sent = await _send(devices, make, rate, seconds)
    deadline = time.monotonic() + GATHER_S
    while len(delays) < sent * receivers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(delays)} of {sent * receivers} messages arrived")
        await asyncio.sleep(0.01)
    found = Distribution(delays)
    return {
        "p50": found.ms(50),
        "p99": found.ms(99),
        "worst": found.ms(100),
        "per_s": sent / seconds,
        **late_figures(late),
    }


async def _send(devices: Sequence[Device], make: Make, rate: float, seconds: float) -> int:
    """At even distances, whatever becomes of those before."""
    began = time.perf_counter()
    count = int(rate * seconds)
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        device = devices[number % len(devices)]
        stamp = f"{time.perf_counter():.7f} "
        device.send(make(device, stamp.ljust(TEXT_BYTES, "x")))
    await asyncio.sleep(max(0.0, began + seconds - time.perf_counter()))
    return count


def _stored(conversation: str) -> Make:
    return lambda device, text: MessageSend(id=device.number(), conversation=conversation, text=text)


def _signal(conversation: str) -> Make:
    def make(device: Device, text: str) -> Command:
        return SignalSend(
            id=device.number(), conversation=conversation, name="bench", data=msgspec.Raw(msgspec.json.encode(text))
        )

    return make


def _plain(device: Device, text: str) -> Command:
    """What the bare server makes a message of."""
    message = Message(id="MS_1", conversation="CV_1", seq=1, sender="user", sent_at=1, text=text)
    data = msgspec.Raw(msgspec.json.encode(Posted(message=message)))
    return SignalSend(id=device.number(), conversation="CV_1", name="all", data=data)
