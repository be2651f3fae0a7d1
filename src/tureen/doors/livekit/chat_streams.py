"""Chat as SDKs send it: text streams on a topic of their own, put together when they come.

A stream is a header, chunks and a trailer; a short one is a header that brings its content along. The content may be
compressed (DEFLATE, RFC 1951). Each packet is passed on as it comes; what completes a text is marked first, so that
whoever reads the room's conversation does not show it twice.
"""

from __future__ import annotations

import re
import zlib

from livekit.protocol import models
from msgspec import Struct

from tureen.model.texts import NUL
from tureen.ports import Clock, TextChange
from tureen.protocol.limits import MAX_TEXT_CHARACTERS
from tureen.signaling import TokenBucket

TOPIC = "lk.chat"
"""The one that LiveKit's own components use."""

KEPT = "tureen.kept"
"""Attribute of a stream whose text is in the room's conversation. It is the server's word, and nobody else's."""

OPEN_STREAMS = 8
"""Of one participant, that are put together at a time."""
TEXTS_PER_SECOND = 5.0
"""Of one participant, that are kept."""
TEXTS_BURST_S = 4.0

_MAX_BYTES = 4 * MAX_TEXT_CHARACTERS
_STREAM_ID = re.compile(r"[!-~]{1,128}")
_CHANGES = {
    models.DataStream.OperationType.CREATE: TextChange.NEW,
    models.DataStream.OperationType.UPDATE: TextChange.EDIT,
}


class ChatText(Struct, frozen=True):
    """A whole text."""

    stream: str
    text: str
    change: TextChange = TextChange.NEW


class ChatStreams:
    """One participant's texts on their way. A stream that is odd in any way is left alone: others may know better."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, _Collected] = {}
        self._rate = TokenBucket(TEXTS_PER_SECOND, TEXTS_BURST_S, clock.now())

    def take_untrusted(self, packet: models.DataPacket) -> ChatText | None:
        """The text to keep that this packet to everybody completes, if it does; the packet is marked then."""
        text: ChatText | None = None
        marked: models.DataStream.Header | models.DataStream.Trailer | None = None
        content = packet.WhichOneof("value")
        if content == "stream_header":
            marked, text = packet.stream_header, self._take_header(packet.stream_header)
        elif content == "stream_chunk":
            self._take_chunk(packet.stream_chunk)
        elif content == "stream_trailer":
            marked, text = packet.stream_trailer, self._take_trailer(packet.stream_trailer)
        elif content == "chat_message":
            text = _older_text(packet.chat_message)
        if marked is not None:
            marked.attributes.pop(KEPT, None)
        if text is None or self._rate.take(1.0, self._clock.now()) > 0.0:
            return None
        if marked is not None:
            marked.attributes[KEPT] = "1"
        return text

    def _take_header(self, header: models.DataStream.Header) -> ChatText | None:
        self._open.pop(header.stream_id, None)
        if not _is_chat(header) or len(self._open) >= OPEN_STREAMS:
            return None
        collected = _Collected(
            compressed=header.compression == models.DataStream.CompressionType.DEFLATE_RAW,
            change=_CHANGES[header.text_header.operation_type],
        )
        if not header.HasField("inline_content"):
            self._open[header.stream_id] = collected
            return None
        return _text(header.stream_id, collected) if collected.add(header.inline_content) else None

    def _take_chunk(self, chunk: models.DataStream.Chunk) -> None:
        collected = self._open.get(chunk.stream_id)
        if collected is not None and not (chunk.chunk_index == collected.chunks and collected.add(chunk.content)):
            del self._open[chunk.stream_id]

    def _take_trailer(self, trailer: models.DataStream.Trailer) -> ChatText | None:
        collected = self._open.pop(trailer.stream_id, None)
        # A reason tells of a stream that was broken off.
        return None if collected is None or trailer.reason else _text(trailer.stream_id, collected)


class _Collected:
    """What came of a stream so far."""

    def __init__(self, *, compressed: bool, change: TextChange) -> None:
        self.chunks = 0
        self.change = change
        self._bytes = bytearray()
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if compressed else None

    def add(self, content: bytes) -> bool:
        """False: it is too long, or broken."""
        self.chunks += 1
        if self._inflate is not None:
            try:
                content = self._inflate.decompress(content, _MAX_BYTES + 1 - len(self._bytes))
            except zlib.error:
                return False
        self._bytes += content
        return len(self._bytes) <= _MAX_BYTES

    def text(self) -> str | None:
        """All of it. ``None``: it is cut off, or no text."""
        if self._inflate is not None and not self._inflate.eof:
            return None
        try:
            return self._bytes.decode()
        except UnicodeDecodeError:
            return None


def _is_chat(header: models.DataStream.Header) -> bool:
    """Whether it begins a text that can be kept."""
    return (
        header.topic == TOPIC
        and header.WhichOneof("content_header") == "text_header"
        and header.text_header.operation_type in _CHANGES
        and header.encryption_type == models.Encryption.Type.NONE
        and header.compression
        in (models.DataStream.CompressionType.NONE, models.DataStream.CompressionType.DEFLATE_RAW)
        and header.total_length <= _MAX_BYTES
        and _STREAM_ID.fullmatch(header.stream_id) is not None
    )


def _text(stream: str, collected: _Collected) -> ChatText | None:
    text = collected.text()
    return None if text is None else _checked(stream, text, collected.change)


def _checked(stream: str, text: str, change: TextChange) -> ChatText | None:
    if NUL in text or not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
        return None
    return ChatText(stream, text, change)


def _older_text(message: models.ChatMessage) -> ChatText | None:
    """What clients say by packets of their own that were there before streams; ``generated``: it is of an agent."""
    if _STREAM_ID.fullmatch(message.id) is None:
        return None
    if message.deleted:
        return ChatText(message.id, "", TextChange.DELETE)
    return _checked(message.id, message.message, TextChange.EDIT if message.edit_timestamp else TextChange.NEW)
