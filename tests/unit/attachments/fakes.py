"""Time, chance and rights as tests want them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import ConversationId, DeviceId, Identity, SessionId, UserId
from tureen.ports import Timer
from tureen.protocol.errors import not_found


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        raise NotImplementedError


class CountingEntropy:
    """Unique and repeatable."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def token(self, length: int) -> str:
        return f"{next(self._next):0{length}d}"

    def integer(self, bits: int) -> int:
        return next(self._next) % (1 << bits)


class OneConversation:
    """``CV_1`` is open to all, others are not."""

    async def may_write(self, actor: Actor, conversation: ConversationId) -> bool:
        if conversation == "CV_2":
            raise not_found("conversation")
        return conversation == "CV_1"


def actor(user: str = "ada", device: str = "phone") -> Actor:
    return Actor(
        user=UserId(user),
        device=DeviceId(device),
        session=SessionId(f"SE_{user}"),
        grant=Grant(identity=Identity(user), api_key="k", expires_at=2e9),
    )
