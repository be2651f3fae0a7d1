"""The native door: people, calls and conversations as JSON over a WebSocket (docs/reference/native-protocol.md).

The domain packages answer the commands; this package reads, checks, bounds, and takes events to devices.
"""

from tureen.doors.native.dispatch import Dispatcher
from tureen.doors.native.door import NativeDoor
from tureen.doors.native.framing import encode_frame
from tureen.doors.native.routes import native_routes
from tureen.doors.native.services import Knowledge
from tureen.doors.native.settings import NativeDoorSettings

__all__ = ["Dispatcher", "Knowledge", "NativeDoor", "NativeDoorSettings", "encode_frame", "native_routes"]
