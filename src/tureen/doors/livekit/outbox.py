"""What waits to be written to one signal socket, bounded in bytes."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from tureen.doors.livekit.wire import FrameFormat

_FRAME_OVERHEAD_BYTES = 64
"""Counted per frame, so that many empty ones are bounded too."""


class OutboxState(enum.StrEnum):
    """Only an open outbox takes frames."""

    OPEN = "open"
    CLOSING = "closing"
    """What waits is still written; then the socket is closed."""
    OVERFLOWED = "overflowed"
    """The client does not read: nothing more is written."""


class Closing(Struct, frozen=True):
    """How to close the socket (RFC 6455 section 7.4)."""

    code: int
    reason: str


class Outbox:
    """A queue between a session, which never waits, and the task that writes."""

    def __init__(self, limit_bytes: int, wake: Callable[[], None], give_up: Callable[[], None]) -> None:
        """``wake`` is called when there is something to write or to close, ``give_up`` when the client is too slow.

        The second cannot be told by the first: whoever writes is then waiting for the socket.
        """
        self.frame_format = FrameFormat.BINARY
        self._limit_bytes = limit_bytes
        self._wake = wake
        self._give_up = give_up
        self._frames: deque[bytes | str] = deque()
        self._bytes = 0
        self._state = OutboxState.OPEN
        self._closing = Closing(1000, "")

    @property
    def state(self) -> OutboxState:
        """Where it is in its life."""
        return self._state

    @property
    def closing(self) -> Closing:
        """How to close, once it is no longer open."""
        return self._closing

    def put(self, frame: bytes | str) -> None:
        """Queues a frame, or gives the client up if it reads too slowly. Nothing happens once closed."""
        if self._state is not OutboxState.OPEN:
            return
        self._bytes += len(frame) + _FRAME_OVERHEAD_BYTES
        if self._bytes > self._limit_bytes:
            self._state = OutboxState.OVERFLOWED
            self._closing = Closing(1008, "client reads too slowly")
            self._frames.clear()
            self._give_up()
            return
        self._frames.append(frame)
        self._wake()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes after what waits has been written."""
        if self._state is OutboxState.OPEN:
            self._state = OutboxState.CLOSING
            self._closing = Closing(code, reason)
            self._wake()

    def poll_frame(self) -> bytes | str | None:
        """The next frame to write; it counts until `handle_written`."""
        return self._frames.popleft() if self._frames else None

    def handle_written(self, frame: bytes | str) -> None:
        """The socket took a frame."""
        self._bytes -= len(frame) + _FRAME_OVERHEAD_BYTES
