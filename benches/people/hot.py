"""Many who write at once: all in one conversation, and each in one of their own.

The store alone, in this process, without a server: in a conversation that hundreds read, deliveries bound how many
messages there may be, not the database.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

from benches.people.distribution import Distribution
from benches.people.place import Place
from benches.people.population import group, settle, user
from benches.result import Aim, Result, report
from tureen.messaging.keys import message_id
from tureen.messaging.records import Act, NewConversation, Post
from tureen.storage.messaging import SqlMessagingStore
from tureen.storage.opening import open_database

TEXT = "x" * 200
PER_S = 2_000
WITHIN_MS = 100
WARM_UP_S = 0.5
_AT = 1_800_000_000_000


async def measure_hot(place: Place, writers: int, seconds: float) -> None:
    """Messages a second of so many writers, each of whom writes when the one before is stored.

    In turns with one connection of the plain driver that commits a row at a time.
    """
    one = group("hot", range(writers))
    own = [group(f"own-{number}", [number]) for number in range(writers)]
    url = place.new_database("hot")
    await settle(url, [one, *own])
    async with open_database(url) as database:
        store = SqlMessagingStore(database)
        for name, conversations in (("hot", [one] * writers), ("apart", own)):
            await _write(store, conversations, f"warm-{name}", WARM_UP_S)
            before = await place.commits(TEXT)
            began = time.perf_counter()
            found = await _write(store, conversations, name, seconds)
            took = time.perf_counter() - began
            commit_s = statistics.median([*before, *await place.commits(TEXT)])
            figures = {
                "per_s": len(found) / took,
                "p50": found.ms(50),
                "p99": found.ms(99),
                "commits_per_s": 1 / commit_s,
                "ratio": len(found) / took * commit_s,
            }
            aims = (Aim(figure="per_s", at_least=PER_S), Aim(figure="p99", at_most=WITHIN_MS))
            scenario = place.scenario(f"stored-{name}-{writers}")
            report(Result(scenario=scenario, unit="1/s", figures=figures, aims=aims))


async def _write(
    store: SqlMessagingStore, conversations: Sequence[NewConversation], name: str, seconds: float
) -> Distribution:
    """Each writes in the conversation at their place, until the time is over."""
    durations: list[float] = []
    end = time.perf_counter() + seconds

    async def work(number: int, conversation: NewConversation) -> None:
        written = 0
        while (began := time.perf_counter()) < end:
            await store.post(_post(number, conversation, f"{name}-{written}"))
            durations.append(time.perf_counter() - began)
            written += 1

    await asyncio.gather(*(work(number, conversation) for number, conversation in enumerate(conversations)))
    return Distribution(durations)


def _post(number: int, conversation: NewConversation, command: str) -> Post:
    act = Act(conversation=conversation.id, user=user(number), at=_AT, command=command)
    return Post(act=act, id=message_id(conversation.id, act.user, command), text=TEXT)
