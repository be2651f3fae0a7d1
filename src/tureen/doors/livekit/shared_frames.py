"""An event that goes to a whole room is encoded once."""

from __future__ import annotations

from collections.abc import Callable

from livekit.protocol import rtc

from tureen.doors.livekit.wire import FrameFormat, encode_response


class SharedFrames:
    """Keeps the frames of the last event only: a room tells all its sessions before anything else happens."""

    def __init__(self) -> None:
        self._event: object = None
        self._frames: dict[FrameFormat, bytes | str] = {}

    def encode(self, event: object, frame_format: FrameFormat, build: Callable[[], rtc.SignalResponse]) -> bytes | str:
        """The frame for an event, which is compared by identity."""
        if event is not self._event:
            self._event, self._frames = event, {}
        frame = self._frames.get(frame_format)
        if frame is None:
            frame = self._frames[frame_format] = encode_response(build(), frame_format)
        return frame
