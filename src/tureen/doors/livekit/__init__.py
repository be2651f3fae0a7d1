"""The door for LiveKit client SDKs: signaling of the single peer connection (``/rtc/v1``) over a WebSocket.

It speaks the LiveKit protocol as the clients do, translates to the room model and back, and owns no state of rooms.
Tureen is not affiliated with or endorsed by LiveKit, Inc.
"""

from tureen.doors.livekit.door import LivekitDoor
from tureen.doors.livekit.routes import livekit_routes
from tureen.doors.livekit.settings import LivekitDoorSettings

__all__ = ["LivekitDoor", "LivekitDoorSettings", "livekit_routes"]
