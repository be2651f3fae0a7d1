"""The child process of `benches.idle_guests`: SDK participants that join, publish nothing and stay.

Orders come in as JSON lines, one answer line goes out for each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from typing import Any

from livekit import rtc
from livekit.rtc import ParticipantState

from benches.tokens import join_token

AT_ONCE = 8
"""Joins under way at one time: more only queue for the same cores."""

PATIENCE_S = 120.0


class Crowd:
    """All participants of this process, by room."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._joining = asyncio.Semaphore(AT_ONCE)
        self._changed = asyncio.Event()
        self._rooms: dict[str, list[rtc.Room]] = {}

    async def handle(self, order: dict[str, Any]) -> None:
        """Carries out one order. Raises what hinders it."""
        async with asyncio.timeout(PATIENCE_S):
            if order["order"] == "join":
                await self._join(order["room"], order["count"])
            else:
                await self._leave()

    async def _join(self, name: str, count: int) -> None:
        """Returns when everyone in the room is ACTIVE in the eyes of everyone else."""
        members = self._rooms.setdefault(name, [])
        numbers = range(len(members), len(members) + count)
        members += await asyncio.gather(*(self._connect(name, number) for number in numbers))
        while not all(_sees_all_active(member, len(members)) for member in members):
            self._changed.clear()
            await self._changed.wait()

    async def _connect(self, name: str, number: int) -> rtc.Room:
        room = rtc.Room()
        room.on("participant_connected", self._handle_change)
        room.on("participant_active", self._handle_change)
        async with self._joining:
            await room.connect(self._url, join_token(f"guest-{number}", name))
        return room

    async def _leave(self) -> None:
        members = [member for room in self._rooms.values() for member in room]
        self._rooms.clear()
        await asyncio.gather(*(member.disconnect() for member in members))

    def _handle_change(self, _participant: rtc.RemoteParticipant) -> None:
        self._changed.set()


def _sees_all_active(member: rtc.Room, size: int) -> bool:
    others = member.remote_participants.values()
    return len(others) == size - 1 and all(other.state == ParticipantState.PARTICIPANT_STATE_ACTIVE for other in others)


async def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever prints must not end up among the answers
    crowd = Crowd(sys.argv[1])
    while line := await asyncio.to_thread(sys.stdin.readline):
        failure = None
        try:
            await crowd.handle(json.loads(line))
        except Exception:  # noqa: BLE001 - the parent process shows whatever it was
            failure = traceback.format_exc()
        answers.write(json.dumps({"failure": failure}) + "\n")
    answers.flush()
    # The SDK's threads outlive their rooms by a moment; running finalizers under them proves nothing.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(_serve())
