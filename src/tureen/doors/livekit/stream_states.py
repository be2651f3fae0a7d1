"""Tells a client which tracks pause because its path is too narrow."""

from __future__ import annotations

from tureen.doors.livekit import responses
from tureen.doors.livekit.session_context import SessionContext
from tureen.model.ids import TrackSid
from tureen.ports import Timer
from tureen.rooms import Publication


class StreamStates:
    """Gathers what pauses and resumes in one turn, as many do when the path changes, and tells it in one message."""

    def __init__(self, context: SessionContext) -> None:
        """``context``: of the session that it tells."""
        self._context = context
        self._changes: dict[TrackSid, tuple[Publication, bool]] = {}
        self._timer: Timer | None = None

    def handle_paused(self, publication: Publication, *, paused: bool) -> None:
        """A track pauses or flows again."""
        self._changes[publication.sid] = (publication, paused)
        if self._timer is None:
            self._timer = self._context.services.clock.call_later(0.0, self._tell)

    def stop(self) -> None:
        """The session is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        self._timer = None
        changes, self._changes = self._changes, {}
        self._context.send(responses.stream_states(changes.values()))
