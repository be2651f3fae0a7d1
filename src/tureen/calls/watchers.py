"""Who sees a call without having been called: the members of its group, kept in memory while it goes on.

A group is read once, when a call of it begins or is taken over; from then on its changes are heard. No step of a call
asks the store for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tureen.calls.record import CallRecord, PartyRecord
from tureen.model.ids import CallId, ConversationId, UserId


class Watchers:
    """Members of the groups of open calls."""

    def __init__(self) -> None:
        self._members: dict[ConversationId, set[UserId]] = {}
        self._calls: dict[ConversationId, set[CallId]] = {}
        self._groups: dict[UserId, set[ConversationId]] = {}

    def begin(self, record: CallRecord, members: Iterable[UserId]) -> None:
        """A call of this owner. ``members``: of its group as it is now."""
        if record.conversation is None:
            return
        self._calls.setdefault(record.conversation, set()).add(record.id)
        self._members.setdefault(record.conversation, set())
        self.add(record.conversation, members)

    def end(self, record: CallRecord) -> None:
        """It is over, or not ours any more. Harmless twice."""
        conversation = record.conversation
        calls = self._calls.get(conversation) if conversation is not None else None
        if conversation is None or calls is None:
            return
        calls.discard(record.id)
        if not calls:
            self.remove(conversation, tuple(self._members[conversation]))
            del self._calls[conversation], self._members[conversation]

    def add(self, conversation: ConversationId, users: Iterable[UserId]) -> None:
        """These came. Nothing of a conversation without calls."""
        members = self._members.get(conversation)
        if members is None:
            return
        for user in users:
            members.add(user)
            self._groups.setdefault(user, set()).add(conversation)

    def remove(self, conversation: ConversationId, users: Iterable[UserId]) -> None:
        """These went."""
        members = self._members.get(conversation)
        if members is None:
            return
        for user in users:
            members.discard(user)
            groups = self._groups.get(user, set())
            groups.discard(conversation)
            if not groups:
                self._groups.pop(user, None)

    def members(self, conversation: ConversationId) -> Collection[UserId]:
        """All of them; nobody of a conversation without calls."""
        return self._members.get(conversation, ())

    def calls(self, conversation: ConversationId) -> Collection[CallId]:
        """Those that go on there."""
        return self._calls.get(conversation, ())

    def calls_of(self, user: UserId) -> list[CallId]:
        """Those of all groups in which somebody is."""
        return [call for group in self._groups.get(user, ()) for call in self._calls[group]]

    def has(self, record: CallRecord, user: UserId) -> bool:
        """Whether somebody is in the group of this call."""
        return record.conversation is not None and user in self._members.get(record.conversation, ())

    def party(self, record: CallRecord, user: UserId) -> PartyRecord | None:
        """Of somebody who knows of the call as one of its parties now."""
        party = record.seen_by(user)
        if party is None or not party.by_membership or party.is_member or party.rings or self.has(record, user):
            return party
        return None

    def unseen(self, record: CallRecord) -> Iterable[UserId]:
        """Members whom somebody tried to call and could not reach, which they do not learn."""
        return (party.user for party in record.parties if not party.reachable and self.has(record, party.user))
