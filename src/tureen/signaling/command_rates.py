"""How often commands may come: each kind costs what it makes the server do, by connection and by person."""

from __future__ import annotations

from tureen.model.ids import UserId
from tureen.protocol.commands import (
    CallStart,
    Command,
    ConversationCreate,
    ConversationList,
    EventsGet,
    HistoryGet,
    MarkDelivered,
    MarkRead,
    MessageReport,
    MessageSearch,
    PeopleSearch,
    Ping,
    SignalSend,
    Typing,
    UploadCreate,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.signaling.token_bucket import TokenBucket

COSTS: dict[type[Command], float] = {
    Ping: 0.1,
    Typing: 0.2,
    SignalSend: 0.2,
    MarkRead: 0.5,
    MarkDelivered: 0.5,
    HistoryGet: 2.0,
    EventsGet: 2.0,
    ConversationList: 4.0,
    PeopleSearch: 5.0,
    MessageReport: 5.0,
    UploadCreate: 5.0,
    CallStart: 10.0,
    ConversationCreate: 10.0,
    MessageSearch: 10.0,
}
"""In ordinary commands, which cost 1."""

BURST_S = 4.0
"""A client that was silent may send so many seconds' worth at once: when it opens, it asks for much."""
DEVICES = 2.0
"""A person's devices together may send so many times what one may."""


class CommandRates:
    """The buckets of all people that are connected; those of connections are made here and kept by them."""

    def __init__(self, per_second: float) -> None:
        """``per_second``: ordinary commands of one connection."""
        self._per_second = per_second
        self._people: dict[UserId, TokenBucket] = {}

    def new_bucket(self, now: float) -> TokenBucket:
        """Of one connection."""
        return TokenBucket(self._per_second, BURST_S, now)

    def check(self, user: UserId, bucket: TokenBucket, command: Command, now: float) -> None:
        """Takes a command into account. Raises `CommandError` (``rate_limited``), and nothing else."""
        cost = COSTS.get(type(command), 1.0)
        wait_s = bucket.take(cost, now)
        if wait_s == 0.0:
            person = self._people.get(user)
            if person is None:
                person = self._people[user] = TokenBucket(self._per_second * DEVICES, BURST_S, now)
            wait_s = person.take(cost, now)
            if wait_s > 0.0:
                bucket.give_back(cost)
        if wait_s > 0.0:
            raise CommandError(
                ErrorCode.RATE_LIMITED,
                "Too many commands came in a short time.",
                "Send fewer, and this one again later.",
                retry_after_ms=int(wait_s * 1000) + 1,
            )

    def forget(self, user: UserId) -> None:
        """The person has no session any more."""
        self._people.pop(user, None)
