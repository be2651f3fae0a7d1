"""What a delivery of a stored message costs the server, in one large conversation and in many of a hundred."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence

from benches.native_door.child import Server
from benches.native_door.messages import broadcast_command
from benches.people.device import WITHIN_S, Device, Heard, connect_all, frame
from benches.people.opening import open_bare
from benches.people.place import Place
from benches.people.population import greeting, group, settle
from benches.people.served import Shipped, shipped
from benches.result import Aim, Result, report
from tureen.protocol.commands import MessageSend

SMALL = 100
TEXT = "x" * 10
"""Makes frames of some 300 bytes."""
WARM_UP = 20
PER_CORE_S = 90_000


class Counter:
    """Of messages that a device has heard."""

    def __init__(self) -> None:
        self.count = 0

    def hear(self, heard: Heard) -> None:
        """One more, if it is one."""
        if heard.event is not None:
            self.count += 1


class Crowd:
    """Devices that count."""

    def __init__(self, devices: Sequence[Device], counters: Sequence[Counter]) -> None:
        self.devices = devices
        self.counters = counters

    async def until_heard(self, each: int) -> None:
        """Returns when each has had so many messages since the last time. Raises `TimeoutError`."""
        deadline = time.monotonic() + WITHIN_S
        while any(counter.count < each for counter in self.counters):
            if time.monotonic() > deadline:
                raise TimeoutError("not all messages arrived")
            await asyncio.sleep(0)
        for counter in self.counters:
            counter.count = 0

    def drop(self) -> None:
        """All connections break."""
        for device in self.devices:
            device.drop()


async def measure_fan_out(place: Place, connections: int, seconds: float) -> None:
    """Everyone in one conversation, then in conversations of `SMALL`, beside a bare server."""
    bare = await _bare(connections, seconds)
    small = min(SMALL, connections)
    with shipped(place, "fan_out") as served:
        large = group("large", range(connections))
        many = [
            group(f"small-{first}", range(first, first + small)) for first in range(0, connections - small + 1, small)
        ]
        await settle(served.url, [large, *many])
        served.start()
        counters = [Counter() for _ in range(connections)]
        greetings = [greeting(number) for number in range(connections)]
        devices = await connect_all(served.port, greetings, [each.hear for each in counters])
        await served.until_quiet()
        crowd = Crowd(devices, counters)
        figures = await _rounds(crowd, served, [(0, large.id)], seconds)
        figures |= {"bare": bare, "ratio": figures["per_core_s"] / bare, "members": connections}
        aims = (Aim(figure="per_core_s", at_least=PER_CORE_S),)
        report(Result(scenario=place.scenario("stored-deliveries"), unit="1/s", figures=figures, aims=aims))
        used = Crowd(devices[: len(many) * small], counters[: len(many) * small])
        senders = [(number * small, each.id) for number, each in enumerate(many)]
        figures = await _rounds(used, served, senders, seconds)
        figures |= {"bare": bare, "ratio": figures["per_core_s"] / bare, "members": small}
        report(Result(scenario=place.scenario(f"stored-deliveries-{small}"), unit="1/s", figures=figures))
        crowd.drop()


async def _rounds(
    crowd: Crowd, served: Shipped, senders: Sequence[tuple[int, str]], seconds: float
) -> dict[str, float]:
    """Deliveries per second of processor time: one message in each conversation, until all have it, and again."""

    def one_round() -> None:
        for place, conversation in senders:
            device = crowd.devices[place]
            device.send(MessageSend(id=device.number(), conversation=conversation, text=TEXT))

    for _ in range(WARM_UP):
        one_round()
        await crowd.until_heard(1)
    began, cpu, rounds = time.monotonic(), served.cpu_s(), 0
    of_database = served.place.database_cpu_s()
    while time.monotonic() - began < seconds:
        one_round()
        await crowd.until_heard(1)
        rounds += 1
    deliveries, spent = rounds * len(crowd.devices), served.cpu_s() - cpu
    figures = {"per_core_s": deliveries / spent, "per_s": deliveries / (time.monotonic() - began)}
    if of_database is not None:
        figures["with_database"] = deliveries / (spent + (served.place.database_cpu_s() or 0.0) - of_database)
    return figures


async def _bare(connections: int, seconds: float) -> float:
    """The same of the bare server, which sends to all what anybody says."""
    server = Server("bare")
    try:
        counters = [Counter() for _ in range(connections)]
        devices = await open_bare(server.port, [each.hear for each in counters])
        crowd, numbers = Crowd(devices, counters), itertools.count()
        for _ in range(WARM_UP):
            devices[0].write(frame(broadcast_command(next(numbers), len(TEXT))))
            await crowd.until_heard(1)
        began, cpu, rounds = time.monotonic(), server.cpu_s(), 0
        while time.monotonic() - began < seconds:
            devices[0].write(frame(broadcast_command(next(numbers), len(TEXT))))
            await crowd.until_heard(1)
            rounds += 1
        crowd.drop()
        return rounds * connections / (server.cpu_s() - cpu)
    finally:
        server.stop()
