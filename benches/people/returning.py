"""Thousands of devices lose their connections at once, while messages go on, and come back for all of them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence

from benches.people.device import OPENING_AT_ONCE, Device, Heard, RefusedError, connect, hello
from benches.people.place import Place
from benches.people.population import EPOCH, direct, greeting, group, settle, user
from benches.people.served import Shipped, shipped
from benches.result import Aim, Result, report
from benches.tokens import person_token
from tureen.client.backoff import Backoff
from tureen.messaging.records import NewConversation
from tureen.protocol.commands import MessageSend, Position, PresenceWatch

TEAM, CLASS = 10, 100
MISSED = {"direct": 1, "team": 2, "class": 5}
"""Messages in each conversation while everybody is away, by the first word of its name."""
WRITERS = 32
SETTLE_S = 12.0
"""Until the timers of the requests that opened connections are gone."""
AT_MOST_S = 30
READS = 0.01


class Resident:
    """Somebody with one device: keeps positions, as clients do, and watches those next to them."""

    def __init__(self, number: int, conversations: Sequence[str]) -> None:
        self.number = number
        self.positions = dict.fromkeys(conversations, 0)
        self.faults = 0
        """Messages that came twice, out of order, or behind a hole; and gaps."""
        self.device: Device | None = None
        self._backoff = Backoff(random.random)

    def hear(self, heard: Heard) -> None:
        """The next message of a conversation, or a fault."""
        if heard.type == "gap":
            self.faults += 1
        if heard.type != "conversation.event" or not isinstance(heard.conversation, str):
            return
        if heard.seq != self.positions[heard.conversation] + 1:
            self.faults += 1
        self.positions[heard.conversation] = heard.seq

    async def come(self, port: int, turns: asyncio.Semaphore) -> None:
        """Connects, as often as it takes, until all is there that it missed."""
        # At once all come; what spreads them is chance, and the server where it asks for it.
        await asyncio.sleep(self._backoff.next_s())
        while True:
            positions = [Position(conversation=name, epoch=EPOCH, seq=seq) for name, seq in self.positions.items()]
            try:
                async with turns:
                    self.device = await connect(port, greeting(self.number, positions=positions), self.hear)
                break
            except RefusedError as refused:
                await asyncio.sleep(self._backoff.next_s(refused.retry_after_s))
        self._backoff.reset()
        if not self.device.resumed:
            first = self.number - self.number % TEAM
            others: list[str] = [user(first + place) for place in range(TEAM) if first + place != self.number]
            await self.device.ask(PresenceWatch(id=self.device.number(), users=others))

    def drop(self) -> None:
        """Its connection breaks."""
        if self.device is not None:
            self.device.drop()


class Town:
    """Everybody: each in a conversation of two, in two teams of ten and a class of a hundred."""

    def __init__(self, size: int) -> None:
        self.conversations = _conversations(size)
        of: dict[str, list[str]] = {}
        for conversation in self.conversations:
            for member in conversation.members:
                of.setdefault(member, []).append(conversation.id)
        self.heads: dict[str, int] = {conversation.id: 0 for conversation in self.conversations}
        self.residents = [Resident(number, of[user(number)]) for number in range(size)]

    async def come(self, port: int, residents: Sequence[Resident]) -> None:
        """These, at once."""
        turns = asyncio.Semaphore(OPENING_AT_ONCE)
        await asyncio.gather(*(each.come(port, turns) for each in residents))

    def drop(self) -> None:
        """All connections break at once."""
        for each in self.residents:
            each.drop()

    async def write(self, port: int, messages: Mapping[str, int]) -> None:
        """In all conversations, by the application."""
        waiting: list[str] = [
            conversation.id
            for conversation in self.conversations
            for _ in range(messages[conversation.id.removeprefix("CV_").partition("-")[0]])
        ]
        await asyncio.gather(*(self._write(port, number, waiting) for number in range(WRITERS)))

    async def _write(self, port: int, number: int, waiting: list[str]) -> None:
        writer = await connect(port, _application(number), lambda _heard: None)
        while waiting:
            name = waiting.pop()
            sent = await writer.ask(MessageSend(id=writer.number(), conversation=name, text="Here is what you missed."))
            self.heads[name] = max(self.heads[name], sent.seq)
        writer.drop()

    @property
    def incomplete(self) -> int:
        """Residents who lack something, or were told something wrong."""
        return sum(
            1
            for each in self.residents
            if each.faults > 0 or any(seq != self.heads[name] for name, seq in each.positions.items())
        )


async def measure_return(place: Place, count: int) -> None:
    """What idle devices cost; then all come back to a server that goes on, and to one that was killed meanwhile."""
    count -= count % CLASS
    with shipped(place, "return") as served:
        town = Town(count)
        await settle(served.url, town.conversations)
        served.start()
        await _measure_idle(served, town)
        town.drop()
        await town.write(served.port, MISSED)
        await served.until_quiet()
        await _measure_storm(served, town, "return")
        town.drop()
        await town.write(served.port, MISSED)
        served.server.kill()
        served.start()
        await served.until_quiet()
        await _measure_storm(served, town, "return-restarted")
        town.drop()


async def _measure_idle(served: Shipped, town: Town) -> None:
    first = len(town.residents) // 10
    await town.come(served.port, town.residents[:first])
    await asyncio.sleep(SETTLE_S)
    before, own_before = served.rss_kb(), served.own_kb()
    await town.come(served.port, town.residents[first:])
    await asyncio.sleep(SETTLE_S)
    more = len(town.residents) - first
    figures = {"rss": (served.rss_kb() - before) / more, "own": (served.own_kb() - own_before) / more}
    await town.write(served.port, dict.fromkeys(MISSED, 1))
    await served.until_quiet()
    figures |= {"own_in_use": (served.own_kb() - own_before) / more, "connections": len(town.residents)}
    report(
        Result(
            scenario=served.place.scenario("stored-idle"),
            unit="kB",
            figures=figures,
            aims=(Aim(figure="rss", at_most=20),),
        )
    )


async def _measure_storm(served: Shipped, town: Town, name: str) -> None:
    began, cpu, reads = time.monotonic(), served.cpu_s(), served.reads()
    await town.come(served.port, town.residents)
    seconds = time.monotonic() - began
    count = len(town.residents)
    figures = {
        "seconds": seconds,
        "server_cpu_s": served.cpu_s() - cpu,
        "sockets": count,
        "resumed": sum(1 for each in town.residents if each.device is not None and each.device.resumed),
        "incomplete": town.incomplete,
        "reads_per_return": (served.reads() - reads) / count,
    }
    aims = [Aim(figure="seconds", at_most=AT_MOST_S), Aim(figure="incomplete", at_most=0)]
    if name == "return":
        aims.append(Aim(figure="reads_per_return", at_most=READS))
    report(Result(scenario=served.place.scenario(f"stored-{name}"), unit="s", figures=figures, aims=tuple(aims)))


def _conversations(size: int) -> list[NewConversation]:
    teams, classes = size // TEAM, size // CLASS
    return [
        *(direct(f"direct-{number}", 2 * number, 2 * number + 1) for number in range(size // 2)),
        *(group(f"team-a{number}", range(number * TEAM, (number + 1) * TEAM)) for number in range(teams)),
        *(group(f"team-b{number}", range(number, size, teams)) for number in range(teams)),
        *(group(f"class-{number}", range(number * CLASS, (number + 1) * CLASS)) for number in range(classes)),
    ]


def _application(number: int) -> bytes:
    return hello(person_token(f"writer-{number}", admin=True))
