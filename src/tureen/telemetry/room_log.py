"""The life of rooms and participants as lines of the log, every one with the ids of both.

``room`` and ``participant`` are the names that the application gave, ``room_sid`` and ``participant_sid`` those of this
one life and this one stay.
"""

from __future__ import annotations

import structlog

from tureen.model.ids import RoomName, RoomSid, TrackSid
from tureen.rooms import DepartureReason, Participant, Publication, Room
from tureen.rooms.events import RefusalReason
from tureen.rooms.observer import RoomObserver

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


def participant_log(room: Room, participant: Participant) -> structlog.stdlib.BoundLogger:
    """A logger for what concerns one participant; its ids need not be given again."""
    return _log.bind(
        room=room.name, room_sid=room.sid, participant=participant.identity, participant_sid=participant.sid
    )


class RoomLog(RoomObserver):
    """Writes what one room tells of itself."""

    def __init__(self, name: RoomName, sid: RoomSid) -> None:
        """For the room of this name and id."""
        self._log = _log.bind(room=name, room_sid=sid)

    def handle_opened(self) -> None:
        """See `RoomObserver`, as for all that follow."""
        self._log.info("room opened")

    def handle_closed(self, reason: DepartureReason) -> None:
        """One line."""
        self._log.info("room closed", reason=reason.value)

    def handle_joined(self, participant: Participant) -> None:
        """One line, with what its software says of itself."""
        client = participant.client
        self._of(participant).info(
            "participant joined",
            kind=participant.kind.value,
            hidden=participant.hidden,
            sdk=client.sdk,
            sdk_version=client.sdk_version,
            protocol=client.protocol,
        )

    def handle_active(self, participant: Participant) -> None:
        """One line."""
        self._of(participant).info("participant active")

    def handle_left(self, participant: Participant, reason: DepartureReason) -> None:
        """One line."""
        self._of(participant).info("participant left", reason=reason.value)

    def handle_published(self, publication: Publication) -> None:
        """One line."""
        description = publication.description
        self._about(publication).info(
            "track published",
            kind=description.kind.value,
            source=description.source.value,
            muted=publication.muted,
        )

    def handle_unpublished(self, publication: Publication) -> None:
        """One line."""
        self._about(publication).info("track unpublished")

    def handle_subscription_refused(self, subscriber: Participant, track: TrackSid, reason: RefusalReason) -> None:
        """One line."""
        # The track's name is the subscriber's own text.
        self._of(subscriber).info("subscription refused", track=track[:64], reason=reason.value)

    def _of(self, participant: Participant) -> structlog.stdlib.BoundLogger:
        return self._log.bind(participant=participant.identity, participant_sid=participant.sid)

    def _about(self, publication: Publication) -> structlog.stdlib.BoundLogger:
        return self._log.bind(
            participant=publication.publisher, participant_sid=publication.publisher_sid, track=publication.sid
        )
