"""Who comes and goes is of interest beside the conversations, too: to calls that go on there."""

from __future__ import annotations

from collections.abc import Sequence

from tureen.model.ids import ConversationId, UserId
from tureen.ports import MembersListener


class MemberNews:
    """Passes it on to all who asked for it."""

    def __init__(self) -> None:
        self._listeners: list[MembersListener] = []

    def attach(self, listener: MembersListener) -> None:
        """Hears it from now on."""
        self._listeners.append(listener)

    def handle_joined(self, conversation: ConversationId, users: Sequence[UserId]) -> None:
        """They know of the conversation."""
        for listener in self._listeners:
            listener.handle_members_joined(conversation, users)

    def handle_left(self, conversation: ConversationId, users: Sequence[UserId] | None) -> None:
        """None: all of them."""
        for listener in self._listeners:
            listener.handle_members_left(conversation, users)
