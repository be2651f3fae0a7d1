"""Where a data message goes, and whether it may."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable

from msgspec import Struct

from tureen.model.ids import Identity, ParticipantSid, TransportId
from tureen.rooms.participant import Participant


class DataDelivery(enum.StrEnum):
    """How a message travels."""

    RELIABLE = "reliable"
    """Ordered, retransmitted; numbered by its sender."""
    LOSSY = "lossy"
    """Unordered, never retransmitted."""


class DataAudience(Struct, frozen=True, kw_only=True):
    """Who a message is for."""

    identities: Collection[Identity] = ()
    """Empty: everyone."""
    metrics: bool = False
    """Only those whose grant covers metrics."""


class DataRouting:
    """Checks senders and finds receivers. Remembers only the last number of each sender."""

    def __init__(self) -> None:
        self._last_sequence: dict[ParticipantSid, int] = {}

    def accepts(self, sender: Participant, delivery: DataDelivery, sequence: int) -> bool:
        """Whether to pass a message on: the sender may send data, and has not sent it before.

        ``sequence``: the sender's number of a reliable message, 0 if it does not count.
        """
        if not (sender.present and sender.grant.room.publish_data):
            return False
        if delivery is DataDelivery.LOSSY or sequence == 0:
            return True
        if sequence <= self._last_sequence.get(sender.sid, 0):
            return False
        self._last_sequence[sender.sid] = sequence
        return True

    def receivers(
        self, sender: Participant, members: Iterable[Participant], audience: DataAudience
    ) -> tuple[TransportId, ...]:
        """Transports of those who shall get it; never the sender's own."""
        return tuple(
            member.transport
            for member in members
            if member.transport is not None
            and member.active
            and member.sid != sender.sid
            and (not audience.identities or member.identity in audience.identities)
            and (not audience.metrics or member.grant.room.subscribe_metrics)
        )

    def others(self, members: Iterable[Participant], sender: Identity) -> tuple[TransportId, ...]:
        """Transports of all but one, who may be somewhere else."""
        return tuple(
            member.transport
            for member in members
            if member.transport is not None and member.active and member.identity != sender
        )

    def forget(self, sender: ParticipantSid) -> None:
        """The sender left."""
        self._last_sequence.pop(sender, None)
