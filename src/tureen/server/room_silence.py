"""Who of those in rooms is muted or banned in the room's conversation, at hand for each packet that they send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import structlog

from tureen.doors.loop_tasks import LoopTasks
from tureen.doors.native.dispatch import storage_refusal
from tureen.model.ids import Identity, RoomName, UserId
from tureen.ports import Silence
from tureen.server.room_users import user_of

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

ATTEMPTS: Final = 5
PAUSE_S: Final = 1.0

Look: TypeAlias = Callable[[RoomName, UserId], Awaitable[int | None]]
"""See `MessagingService.silenced_until`."""


class RoomSilence:
    """Asks when somebody comes into a room, and again whenever a moderator has spoken."""

    def __init__(self, tasks: LoopTasks, pause: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """``tasks`` end before the database is closed; ``pause`` lets so many seconds pass."""
        self._tasks = tasks
        self._pause = pause
        self._look: Look | None = None
        self._present: dict[tuple[RoomName, str], list[_Participant]] = {}

    def use(self, look: Look) -> None:
        """Whom to ask."""
        self._look = look

    def enter(self, room: RoomName, identity: Identity) -> Silence:
        """See `ports.RoomChat.enter`. Until the answer is there, which takes less than to open a channel, they may."""
        participant = _Participant(self, room, identity)
        self._present.setdefault((room, identity), []).append(participant)
        if user_of(identity) is not None:
            self._ask(participant)
        return participant

    def leave(self, participant: _Participant) -> None:
        """Harmless to call twice."""
        present = self._present.get(participant.key)
        if present is not None and participant in present:
            present.remove(participant)
            if not present:
                del self._present[participant.key]

    def handle_changed(self, room: RoomName, users: Sequence[UserId]) -> None:
        """See `ports.RoomMessages.handle_silence_changed`."""
        for user in users:
            for participant in self._present.get((room, user), ()):
                self._ask(participant)

    def _ask(self, participant: _Participant) -> None:
        if self._look is not None:
            participant.asked += 1
            self._tasks.start(self._learn(participant, self._look, participant.asked))

    async def _learn(self, participant: _Participant, look: Look, asked: int) -> None:
        room, identity = participant.key
        for _ in range(ATTEMPTS):
            try:
                until = await look(room, UserId(identity))
            except Exception as failure:
                if storage_refusal(failure) is None:
                    raise
                await self._pause(PAUSE_S)
                continue
            # A later question may have been answered before this one.
            if participant.asked == asked:
                participant.until = until or 0
            return
        _log.warning("not known whether a participant is muted", room=room, participant=identity)


class _Participant:
    """Implements `ports.Silence`."""

    def __init__(self, of: RoomSilence, room: RoomName, identity: Identity) -> None:
        self.key = (room, str(identity))
        self.until = 0
        self.asked = 0
        self._of = of

    def close(self) -> None:
        """See `ports.Silence`."""
        self._of.leave(self)
