"""What of a participant's data is chat, and is held back while a moderator lets them write nothing."""

from __future__ import annotations

from typing import Final

from livekit.protocol import models

from tureen.doors.livekit.chat_streams import TOPIC
from tureen.ports import Clock, Silence

OPEN_STREAMS: Final = 64
"""Of chat, that one participant may have under way: which they are has to be remembered, for the case of a mute."""

_TOPICS: Final = frozenset({TOPIC, "lk-chat-topic"})
"""The second one is that of clients without streams, in packets of their own."""


class ChatSilence:
    """One participant's. Everything that is no chat passes; what is encrypted from end to end cannot be told apart."""

    def __init__(self, silence: Silence | None, clock: Clock) -> None:
        """``silence``: None, where nobody mutes anybody."""
        self._silence = silence
        self._clock = clock
        self._open: set[str] = set()
        """Streams of chat that have been begun and not ended, so that a mute stops them in the middle."""

    def passes_untrusted(self, packet: models.DataPacket) -> bool:
        """Whether to pass it on."""
        if self._silence is None:
            return True
        silenced = self._silence.until > self._clock.now() * 1000
        match packet.WhichOneof("value"):
            case "stream_header":
                return self._begins(packet.stream_header, silenced=silenced)
            case "stream_chunk":
                return not (silenced and packet.stream_chunk.stream_id in self._open)
            case "stream_trailer":
                self._end(packet.stream_trailer, silenced=silenced)
                return True
            case "chat_message":
                return not silenced
            case "user":
                return not (silenced and packet.user.topic in _TOPICS)
            case _:
                return True

    def close(self) -> None:
        """The participant has left."""
        if self._silence is not None:
            self._silence.close()

    def _begins(self, header: models.DataStream.Header, *, silenced: bool) -> bool:
        if header.topic not in _TOPICS:
            return True
        if not header.HasField("inline_content") and header.stream_id not in self._open:
            if len(self._open) >= OPEN_STREAMS:
                return False
            self._open.add(header.stream_id)
        return not silenced

    def _end(self, trailer: models.DataStream.Trailer, *, silenced: bool) -> None:
        """It passes, so that nobody waits for the rest; whatever it could say does not."""
        if trailer.stream_id in self._open:
            self._open.remove(trailer.stream_id)
            if silenced:
                trailer.attributes.clear()
                trailer.reason = "muted"
