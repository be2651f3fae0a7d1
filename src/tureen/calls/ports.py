"""What calls need from outside, beyond `tureen.ports`."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Protocol

from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import CallId, ConversationId, RoomName, UserId
from tureen.protocol.resources import Call, RoomTicket


class Work(Protocol):
    """Something that was begun and runs to its end by itself."""

    async def wait(self) -> None:
        """Until its end. Who waits may be cancelled; the work is not."""


class Tasks(Protocol):
    """Begins work that nobody carries, one thing after the other."""

    def start(self, work: Coroutine[Any, Any, None]) -> Work:
        """Returns at once. What it raises is a defect, and logged."""


class Tickets(Protocol):
    """Lets people into rooms of the media server."""

    def room_ticket(self, bearer: Grant, room: RoomName) -> RoomTicket:
        """For one person, under their user id and name, for a short time. It is void as soon as their own token is."""


class CallTrace(Protocol):
    """Keeps what is left of a call where people look for it: in their conversation."""

    async def check_place(self, actor: Actor, conversation: ConversationId, users: Sequence[UserId]) -> None:
        """Whether a call of ``users`` may leave its trace there. Raises `CommandError` as for a message."""

    async def record_call(self, call: Call) -> None:
        """It has ended. Told once; after a crash perhaps twice, of which the second changes nothing.

        Without ``call.conversation`` it belongs into the direct conversation of its two parties, if it has two.
        """


class Audience(Protocol):
    """Who may see a call without having been called: those who are in its group."""

    async def members(self, conversation: ConversationId) -> Iterable[UserId]:
        """All of a group as it is now; of every other conversation nobody. Nothing waits between the look and the end.

        Who comes or goes afterwards is told to `CallService`: see `ports.MembersListener`.
        """

    async def check_may_join(self, actor: Actor, conversation: ConversationId) -> None:
        """Whether a member may come into a call there. Raises `CommandError`: as for a message, ``not_found`` for all
        who are no members of such a group now.
        """


class CallWaiting(Protocol):
    """Decides about people who are in a call already."""

    async def may_ring(self, user: UserId, caller: UserId) -> bool:
        """Whether a second call rings; otherwise its caller hears that they are busy."""


class CallObserver(Protocol):
    """Hears what operators should know."""

    def handle_call_ended(self, call: Call) -> None:
        """With its reason and its parties' outcomes."""

    def handle_call_not_stored(self, call: CallId, error: Exception) -> None:
        """The store or the conversation did not take it; it is tried again."""

    def handle_call_lost_to_other(self, call: CallId) -> None:
        """Another owner has changed it: ours was an old copy."""


class Unobserved:
    """Implements `CallObserver` by doing nothing."""

    def handle_call_ended(self, call: Call) -> None:
        """Nothing."""

    def handle_call_not_stored(self, call: CallId, error: Exception) -> None:
        """Nothing."""

    def handle_call_lost_to_other(self, call: CallId) -> None:
        """Nothing."""
