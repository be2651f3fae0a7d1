"""What calls and conversations need to know of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from msgspec import Struct

from tureen.model.ids import UserId
from tureen.protocol.resources import Person


class Directory(Protocol):
    """Who there is, and who may reach whom."""

    async def find(self, users: Iterable[UserId]) -> Mapping[UserId, Person]:
        """Those of them who exist. What their privacy rules hide from others is not left out here."""

    async def reachable(self, sender: UserId, receivers: Iterable[UserId]) -> frozenset[UserId]:
        """Those of them who exist, do not block the sender and are not blocked by it, and whose rules allow it."""


class Busy(Protocol):
    """Hears who is in a call, for presence."""

    def handle_busy(self, user: UserId, *, busy: bool) -> None:
        """The first call of this person began, or the last one ended."""


class SessionCloser(Protocol):
    """Ends what was begun with a token that is void now."""

    def close_revoked(self, users: Collection[UserId] | None) -> None:
        """Looks at the grants of these people's sessions again (None: of all) and closes those that were revoked."""


class PushNotice(Struct, frozen=True, kw_only=True):
    """What a closed client shows."""

    kind: str
    """``call``, ``call_over``, ``message``."""
    title: str
    body: str = ""
    about: str
    """Id of the call or the conversation: a later notice about the same one replaces it."""
    expires_at: float
    """Unix seconds: of a call, the end of its ringing."""
    urgent: bool = False


class Push(Protocol):
    """Reaches devices that are not connected."""

    def notify(self, users: Iterable[UserId], notice: PushNotice) -> None:
        """Returns at once; what cannot be delivered until its deadline is dropped."""
