"""From the caller's command until all five devices of the one who is called know, and until the caller hears of it."""

from __future__ import annotations

import asyncio
import time

from msgspec import Struct

from benches.people.device import WITHIN_S, Device, Heard, connect, connect_all
from benches.people.distribution import Distribution
from benches.people.place import Place
from benches.people.population import greeting, user
from benches.people.served import shipped
from benches.result import Aim, Result, report
from tureen.protocol.commands import CallDelivered, CallHangUp, CallRinging, CallStart

DEVICES = 5
PAIRS = 10
CALLS = 150
WARM_UP = 10
FIRST_IDLE = 1_000
"""The number of the first one who only is there."""
AT_MOST_MS = 200


class Times(Struct, frozen=True):
    """Of one call, in seconds after the command."""

    first: float
    all: float
    heard: float
    """The caller knows that it rings."""


class Callee:
    """One device of the one who is called: it confirms and rings as clients do."""

    def __init__(self) -> None:
        self.device: Device | None = None
        self.rang = asyncio.Event()
        self.rang_at = 0.0
        self.over = asyncio.Event()

    def hear(self, heard: Heard) -> None:
        """Of the call, by now."""
        call, device = heard.call, self.device
        if heard.type != "call.changed" or call is None or device is None:
            return
        if call.state == "ended":
            self.over.set()
        elif not self.rang.is_set():
            self.rang_at = time.perf_counter()
            self.rang.set()
            device.send(CallDelivered(id=device.number(), call=call.id))
            device.send(CallRinging(id=device.number(), call=call.id))


class Caller:
    """The one device of the one who calls."""

    def __init__(self) -> None:
        self.rings = asyncio.Event()
        self.rings_at = 0.0

    def hear(self, heard: Heard) -> None:
        """Of the call, by now."""
        if heard.type == "call.changed" and heard.call and heard.call.state == "ringing" and not self.rings.is_set():
            self.rings_at = time.perf_counter()
            self.rings.set()


class Pair:
    """One who calls, and one who is called, again and again."""

    def __init__(self, caller: Caller, phone: Device, callees: list[Callee], callee: int) -> None:
        self._caller = caller
        self._phone = phone
        self._callees = callees
        self._callee = callee

    @classmethod
    async def open(cls, port: int, number: int) -> Pair:
        """All of them connected."""
        caller, callees = Caller(), [Callee() for _ in range(DEVICES)]
        phone = await connect(port, greeting(2 * number), caller.hear)
        for place, each in enumerate(callees):
            each.device = await connect(port, greeting(2 * number + 1, f"device-{place}"), each.hear)
        return cls(caller, phone, callees, 2 * number + 1)

    async def call(self) -> Times:
        """Rings, is heard, and is cancelled. Raises `TimeoutError`."""
        self._caller.rings.clear()
        for each in self._callees:
            each.rang.clear()
            each.over.clear()
        async with asyncio.timeout(WITHIN_S):
            began = time.perf_counter()
            answer = await self._phone.ask(CallStart(id=self._phone.number(), users=[user(self._callee)]))
            for each in self._callees:
                await each.rang.wait()
            await self._caller.rings.wait()
            if answer.call is None:
                raise ConnectionError("the call was not answered with itself")
            await self._phone.ask(CallHangUp(id=self._phone.number(), call=answer.call.id))
            for each in self._callees:
                await each.over.wait()
        rang = [each.rang_at - began for each in self._callees]
        return Times(min(rang), max(rang), self._caller.rings_at - began)


async def measure_ring(place: Place, idle: int) -> None:
    """Among nobody else, and among many who only are there."""
    with shipped(place, "ring") as served:
        served.start()
        pairs = [await Pair.open(served.port, number) for number in range(PAIRS)]
        await _measure(pairs, place.scenario("ring"), 0)
        greetings = [greeting(FIRST_IDLE + number) for number in range(idle)]
        there = await connect_all(served.port, greetings, [_ignore] * idle)
        await served.until_quiet()
        await _measure(pairs, place.scenario(f"ring-among-{idle}"), idle)
        for each in there:
            each.drop()


async def _measure(pairs: list[Pair], scenario: str, idle: int) -> None:
    for number in range(WARM_UP):
        await pairs[number % len(pairs)].call()
    times = [await pairs[number % len(pairs)].call() for number in range(CALLS)]
    rang = Distribution([each.all for each in times])
    first = Distribution([each.first for each in times])
    heard = Distribution([each.heard for each in times])
    figures = {
        "all_p50": rang.ms(50),
        "all_p99": rang.ms(99),
        "all_worst": rang.ms(100),
        "first_p50": first.ms(50),
        "caller_p50": heard.ms(50),
        "caller_p99": heard.ms(99),
        "caller_worst": heard.ms(100),
        "calls": len(times),
        "idle": idle,
    }
    aims = (Aim(figure="all_worst", at_most=AT_MOST_MS), Aim(figure="caller_worst", at_most=AT_MOST_MS))
    report(Result(scenario=scenario, unit="ms", figures=figures, aims=aims))


def _ignore(_heard: Heard) -> None:
    pass
