"""Requests about the participant itself."""

from __future__ import annotations

from livekit.protocol import rtc

from tureen.doors.livekit import responses
from tureen.doors.livekit.session_context import SessionContext


def handle_update_metadata(context: SessionContext, request: rtc.UpdateParticipantMetadata) -> None:
    """Name, metadata and attributes; what is empty stays. Raises `RoomError`."""
    changed = context.participant.profile.changed(
        name=request.name or None, metadata=request.metadata or None, attributes=dict(request.attributes)
    )
    context.room.update_profile(context.participant, changed)
    done = rtc.SignalRequest(update_metadata=rtc.UpdateParticipantMetadata(request_id=request.request_id))
    context.send(responses.request_response(rtc.RequestResponse.Reason.OK, request=done))
