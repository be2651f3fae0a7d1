"""The devices of people that are connected: how to reach them, and how to hear of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import DeviceId, UserId
from tureen.protocol.commands import Command, Position
from tureen.protocol.events import Event
from tureen.protocol.replies import Reply
from tureen.protocol.resources import Call, Person

Handler: TypeAlias = Callable[[Actor, Any], Awaitable[Reply]]
"""Carries out a command of the type that it is registered for. Raises `CommandError`, and nothing else."""

Handlers: TypeAlias = Mapping[type[Command], Handler]
"""What a domain package answers; doors put their tables together and dispatch by them."""


class Mailroom(Protocol):
    """Takes events to the devices of people that are connected here. Never waits; encodes an event once for all."""

    def send_to_users(self, users: Iterable[UserId], event: Event, *, skip: Actor | None = None) -> None:
        """To every device of each. ``skip``: the one device that knows already."""

    def send_to_device(self, user: UserId, device: DeviceId, event: Event) -> bool:
        """To one device; False if it is not connected."""

    def devices(self, user: UserId) -> Sequence[DeviceId]:
        """Those that are connected now; a device within its grace is not."""


class SessionListener(Protocol):
    """Hears of sessions. A drop of a few seconds is none of others' business: see `handle_session_closed`."""

    def handle_session_opened(self, actor: Actor) -> None:
        """A device is there, for the first time or again."""

    def handle_session_dropped(self, actor: Actor) -> None:
        """Its connection is gone; the grace runs."""

    def handle_session_closed(self, actor: Actor) -> None:
        """It said goodbye, its grace ran out, or it was revoked."""


class CatchUp(Protocol):
    """Knows what a device missed."""

    async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
        """All that came after these positions, in order, or a `Gap` for each that cannot be continued."""


class Admission(Protocol):
    """Knows who it is that connects."""

    async def admit(self, grant: Grant) -> Person:
        """The bearer of a checked token, before their session is opened. Raises `CommandError` to refuse them."""


class OpenCalls(Protocol):
    """Knows the calls that go on."""

    def open_calls(self, user: UserId) -> Sequence[Call]:
        """Those whose party this person is, or of whose group, and that have not ended, as the person sees them."""


class Revoked(Protocol):
    """Knows which tokens are accepted no more although their time is not over."""

    def is_revoked(self, grant: Grant) -> bool:
        """Whether this very token was revoked, or all of its bearer's that were issued up to some time."""
