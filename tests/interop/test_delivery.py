"""What is acknowledged is stored once, in order, and reaches every member once: through drops and power cuts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cable import Cable
from tests.interop.people import person, somebody, texts
from tests.postgresql import DURABLE, Cluster
from tests.server import TureenServer
from tureen.client import Client
from tureen.protocol.replies import Sent

WITHIN_S = 120.0
MEMBERS = 3
EACH = 40
CUT_EVERY = 0.1
"""Share of messages."""
ROUNDS = 20
AT_ONCE = 16

UNHURRIED = {"TUREEN_SESSIONS_COMMANDS_PER_SECOND": "1000000"}
"""What is tested is not how fast somebody may write."""


async def _write(
    client: Client, conversation: str, name: str, cables: list[Cable], chance: random.Random
) -> list[Sent]:
    """Pulls a cable now and then while a message is on its way."""
    sent: list[Sent] = []
    for number in range(EACH):
        sending = asyncio.create_task(client.send(conversation, f"{name} {number}"))
        if chance.random() < CUT_EVERY:
            for _ in range(chance.randrange(20)):
                await asyncio.sleep(0)  # how far the message gets differs
            chance.choice(cables).cut()
        sent.append(await sending)
    return sent


@pytest.mark.parametrize("seed", range(3))
def test_drops_lose_and_double_nothing(server: TureenServer, seed: int) -> None:
    async def scenario() -> None:
        names = [somebody(name) for name in ("ada", "bob", "cleo")[:MEMBERS]]
        async with (
            Cable.to(server.port) as one,
            Cable.to(server.port) as two,
            Cable.to(server.port) as three,
            person(f"http://127.0.0.1:{one.port}", names[0]) as ada,
            person(f"http://127.0.0.1:{two.port}", names[1]) as bob,
            person(f"http://127.0.0.1:{three.port}", names[2]) as cleo,
        ):
            group = await ada.create("drops", names[1:])
            async with ada.listen() as first, bob.listen() as second, cleo.listen() as third, asyncio.timeout(WITHIN_S):
                readers = [
                    asyncio.create_task(texts(each, MEMBERS * EACH, WITHIN_S)) for each in (first, second, third)
                ]
                cables, chance = [one, two, three], random.Random(seed)
                writing = [
                    _write(client, group.id, name, cables, chance)
                    for client, name in zip((ada, bob, cleo), names, strict=True)
                ]
                written = await asyncio.gather(*writing)
                received = [await reader for reader in readers]
            stored = await _history(ada, group.id)
            places = sorted(sent.seq for sents in written for sent in sents)
            assert len(set(places)) == MEMBERS * EACH, "each message has a place of its own"
            assert [message[1] for message in stored] == received[0] == received[1] == received[2]
            assert [seq for seq, _text in stored] == places
            for name in names:
                assert [text for _seq, text in stored if text.startswith(name)] == [f"{name} {n}" for n in range(EACH)]

    asyncio.run(scenario())


async def _history(client: Client, conversation: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    before: int | None = None
    while page := await client.history(conversation, before=before, limit=100):
        found = [(message.seq, message.text) for message in page] + found
        before = page[0].seq
    return found


class _Tally:
    """Counts what was acknowledged."""

    def __init__(self, enough: int) -> None:
        self.seqs: list[int] = []
        self.enough = asyncio.Event()
        self._enough = enough

    async def write(self, client: Client, conversation: str, name: str) -> None:
        number = 0
        while True:
            self.seqs.append((await client.send(conversation, f"{name} {number}")).seq)
            number += 1
            if len(self.seqs) >= self._enough:
                self.enough.set()


class _Disk:
    """Where the messages are kept."""

    def __init__(self, url: str, cluster: Cluster | None) -> None:
        self.url = url
        self._cluster = cluster

    def lose_power(self) -> None:
        """What runs beside the server ends too, and recovers."""
        if self._cluster is not None:
            self._cluster.restart()


@pytest.fixture(params=["sqlite", "postgresql"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[_Disk]:
    if request.param == "sqlite":
        yield _Disk(f"sqlite:///{tmp_path / 'tureen.db'}", None)
        return
    with Cluster.start(**DURABLE) as cluster:
        yield _Disk(cluster.create_database("one"), cluster)


@pytest.mark.slow
def test_power_cuts_lose_no_acknowledged_message(tmp_path: Path, disk: _Disk) -> None:
    """Each round kills the server in the middle of writes and starts it again on what the disk holds."""
    database = disk.url
    chance = random.Random(5)

    async def one_round(url: str, server: TureenServer, acknowledged: dict[int, str], number: int) -> str:
        async with person(url, "bob"), person(url, "ada", f"round-{number}") as ada:
            group = await ada.direct("bob")
            tally = _Tally(20 + chance.randrange(200))
            writers = [
                asyncio.create_task(tally.write(ada, group.id, f"{number}.{writer}")) for writer in range(AT_ONCE)
            ]
            async with asyncio.timeout(30):
                await tally.enough.wait()
            server.kill()
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
            acknowledged.update(dict.fromkeys(tally.seqs, f"{number}."))
            return group.id

    async def check(url: str, conversation: str, acknowledged: dict[int, str]) -> None:
        async with person(url, "ada", "reader") as ada:
            stored = await _history(ada, conversation)
            seqs = [seq for seq, _text in stored]
            assert seqs == sorted(set(seqs)), "each place once, in order"
            by_seq = dict(stored)
            lost = [seq for seq in acknowledged if seq not in by_seq]
            assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged messages are gone"
            assert all(by_seq[seq].startswith(prefix) for seq, prefix in acknowledged.items())

    acknowledged: dict[int, str] = {}
    for number in range(ROUNDS):
        server = TureenServer.start(tmp_path, "--storage-url", database, environment=UNHURRIED)
        with server:
            url = f"http://127.0.0.1:{server.port}"
            asyncio.run(one_round(url, server, acknowledged, number))
        disk.lose_power()
    with TureenServer.start(tmp_path, "--storage-url", database, environment=UNHURRIED) as server:
        url = f"http://127.0.0.1:{server.port}"

        async def after() -> None:
            async with person(url, "ada", "last") as ada:
                conversation = (await ada.direct("bob")).id
            await check(url, conversation, acknowledged)

        asyncio.run(after())
