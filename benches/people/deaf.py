"""One who does not read, in a conversation whose messages are stored: what the others and the server notice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from statistics import fmean, median

from benches.people.device import Device, RefusedError, connect, connect_all
from benches.people.fan_out import Counter
from benches.people.place import Place
from benches.people.population import greeting, group, settle
from benches.people.served import Shipped, shipped
from benches.result import Aim, Result, report
from tureen.protocol.commands import MessageSend

MEMBERS = 50
"""So few that one who does not read has megabytes waiting within seconds."""
WRITERS = 16
"""Who write at a time, each as soon as the message before is stored."""
TEXT = "x" * 6000
TURNS = 7


async def measure_deaf(place: Place, seconds: float) -> None:
    """In turns while one does not read, each between two in which all do; the middle of the turns counts."""
    with shipped(place, "deaf") as served:
        conversation = group("deaf", range(MEMBERS + 1))
        await settle(served.url, [conversation])
        served.start()
        counters = [Counter() for _ in range(MEMBERS)]
        greetings = [greeting(number) for number in range(MEMBERS)]
        devices = await connect_all(served.port, greetings, [each.hear for each in counters])
        window = _Window(served, devices, counters, conversation.id)
        # What is kept of recent messages and of the database fills up before anything is compared.
        await window.run(4 * seconds)
        grown_from, offered_mb = served.own_kb(), 0.0
        turns: list[tuple[float, float]] = []
        rate, cpu = await window.run(seconds)
        for _ in range(TURNS):
            deaf_one = await connect(served.port, greeting(MEMBERS), Counter().hear)
            if deaf_one.transport is not None:
                deaf_one.transport.pause_reading()
            slowed, slowed_cpu = await window.run(seconds)
            # What there was for the deaf one is more than the server keeps: by now it has given it up.
            offered_mb = slowed * seconds * len(TEXT) / 1e6
            deaf_one.drop()
            # The database grows all the while, so both sides of a turn count alike.
            rate_before, cpu_before = rate, cpu
            rate, cpu = await window.run(seconds)
            turns.append((slowed / fmean((rate_before, rate)), slowed_cpu / fmean((cpu_before, cpu))))
        figures = {
            "of_baseline": median(rate for rate, _ in turns),
            "cpu_of_baseline": median(cpu for _, cpu in turns),
            "grown_mb": (served.own_kb() - grown_from) / 1000,
            "offered_mb": offered_mb,
            "rate": rate,
        }
        aims = (Aim(figure="of_baseline", at_least=0.99), Aim(figure="grown_mb", at_most=2))
        report(Result(scenario=place.scenario("stored-deaf"), unit="", figures=figures, aims=aims))
        for device in devices:
            device.drop()


class _Window:
    """A time in which all write as fast as they can."""

    def __init__(
        self, served: Shipped, devices: Sequence[Device], counters: Sequence[Counter], conversation: str
    ) -> None:
        self._served = served
        self._devices = devices
        self._counters = counters
        self._conversation = conversation

    async def run(self, seconds: float) -> tuple[float, float]:
        """Messages a second that all have received, and the server's processor time for each."""
        for counter in self._counters:
            counter.count = 0
        began, cpu = time.monotonic(), self._served.cpu_s()
        written = await asyncio.gather(*(self._write(device, began + seconds) for device in self._devices[:WRITERS]))
        while any(counter.count < sum(written) for counter in self._counters):
            if time.monotonic() - began > seconds + 10:
                raise TimeoutError("not all messages arrived")
            await asyncio.sleep(0)
        took = time.monotonic() - began
        return sum(written) / took, (self._served.cpu_s() - cpu) / sum(written)

    async def _write(self, device: Device, end: float) -> int:
        count = 0
        while time.monotonic() < end:
            sent = await device.ask(MessageSend(id=device.number(), conversation=self._conversation, text=TEXT))
            if sent.type != "sent":
                raise RefusedError(sent)
            count += 1
        return count
