"""One handler per kind of request. What is not in the table is answered as unsupported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tureen.doors.livekit.requests import connection, people, subscriptions, tracks
from tureen.doors.livekit.session_context import SessionContext

Handler = Callable[[SessionContext, Any], None]
"""Takes the body of a request. May raise `rooms.RoomError` or `sdp.SdpError`, and nothing else."""

HANDLERS: Mapping[str, Handler] = {
    "offer": connection.handle_offer,
    "trickle": connection.handle_trickle,
    "ping": connection.handle_ping,
    "ping_req": connection.handle_ping_req,
    "leave": connection.handle_leave,
    "add_track": tracks.handle_add_track,
    "mute": tracks.handle_mute,
    "update_layers": tracks.handle_update_layers,
    "update_audio_track": tracks.handle_update_audio_track,
    "update_video_track": tracks.handle_update_video_track,
    "subscription": subscriptions.handle_subscription,
    "track_setting": subscriptions.handle_track_setting,
    "subscription_permission": subscriptions.handle_subscription_permission,
    "update_metadata": people.handle_update_metadata,
}
"""By the name of the field in ``SignalRequest``."""

__all__ = ["HANDLERS", "Handler"]
