"""Who is in a room and how each is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tureen.model.ids import Identity, ParticipantSid
from tureen.rooms.events import RoomEvent
from tureen.rooms.participant import Participant

Sink = Callable[[RoomEvent], None]
"""Takes a participant's events; never raises and never blocks."""


class Audience:
    """The participants that are present, each with the sink of its session, in the order of arrival."""

    def __init__(self) -> None:
        self._by_sid: dict[ParticipantSid, tuple[Participant, Sink]] = {}
        self._by_identity: dict[Identity, Participant] = {}

    def __len__(self) -> int:
        return len(self._by_sid)

    def __iter__(self) -> Iterator[Participant]:
        return iter([participant for participant, _ in self._by_sid.values()])

    def __contains__(self, sid: object) -> bool:
        return sid in self._by_sid

    def add(self, participant: Participant, sink: Sink) -> None:
        """Takes in a participant whose identity nobody else bears."""
        self._by_sid[participant.sid] = (participant, sink)
        self._by_identity[participant.identity] = participant

    def remove(self, participant: Participant) -> Sink | None:
        """Lets a participant go; returns its sink for the last word."""
        member = self._by_sid.pop(participant.sid, None)
        if member is None:
            return None
        if self._by_identity.get(participant.identity) is participant:
            del self._by_identity[participant.identity]
        return member[1]

    def by_identity(self, identity: Identity) -> Participant | None:
        """The bearer of an identity."""
        return self._by_identity.get(identity)

    def by_sid(self, sid: ParticipantSid) -> Participant | None:
        """The participant of one stay."""
        member = self._by_sid.get(sid)
        return member[0] if member else None

    def tell(self, participant: ParticipantSid, event: RoomEvent) -> None:
        """Tells one of them; nobody if it is gone."""
        member = self._by_sid.get(participant)
        if member is not None:
            member[1](event)

    def tell_all(self, event: RoomEvent, *, besides: ParticipantSid | None = None) -> None:
        """Tells everyone, but for one."""
        for sid, (_, sink) in list(self._by_sid.items()):
            if sid != besides:
                sink(event)
