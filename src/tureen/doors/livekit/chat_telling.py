"""What is written, edited and deleted in a room's conversation, as SDKs understand it."""

from __future__ import annotations

from collections.abc import Iterator

from livekit.protocol import models

from tureen.doors.livekit.chat_streams import KEPT, TOPIC
from tureen.model.ids import Identity, ParticipantSid
from tureen.ports import RetoldText
from tureen.protocol.resources import Message

DELETED = "tureen.deleted"
"""Attribute of a stream that takes a text away."""

_MIME_TYPE = "text/plain"
_CHUNK_CHARACTERS = 3_500
"""At most 14,000 bytes of UTF-8: SDKs expect chunks below 15,000."""


def chat_packets(message: Message, sid: ParticipantSid | None) -> Iterator[models.DataPacket]:
    """A message that was written elsewhere, as a stream. ``sid``: of its sender's stay in the room, if there is one."""
    header = models.DataStream.Header(
        stream_id=message.id,
        timestamp=message.sent_at,
        attributes={KEPT: "1"},
        text_header=models.DataStream.TextHeader(),
    )
    for packet in _stream_packets(header, text_with_files(message)):
        yield _spoken(packet, Identity(message.sender), sid)


def retold_packets(retold: RetoldText, sid: ParticipantSid | None) -> Iterator[models.DataPacket]:
    """An edit, or a deletion, as a stream with the id of the first one: LiveKit's components replace the text by it.

    A deleted text has no words left. Streams know no deletion, so that an older packet follows, which does.
    """
    update = models.DataStream.OperationType.UPDATE
    header = models.DataStream.Header(
        stream_id=retold.id,
        timestamp=retold.at,
        attributes={KEPT: "1"} if retold.text is not None else {KEPT: "1", DELETED: "1"},
        text_header=models.DataStream.TextHeader(operation_type=update),
    )
    for packet in _stream_packets(header, retold.text or ""):
        yield _spoken(packet, retold.sender, sid)
    if retold.text is None:
        older = models.ChatMessage(id=retold.id, timestamp=retold.sent_at, edit_timestamp=retold.at, deleted=True)
        yield _spoken(models.DataPacket(chat_message=older), retold.sender, sid)


def text_with_files(message: Message) -> str:
    """Its words, and a line for each file: programs read no attachments."""
    files = (f"{each.name} {each.url}" if each.url else each.name for each in message.attachments)
    return "\n".join(line for line in (message.text, *files) if line)


def _stream_packets(header: models.DataStream.Header, text: str) -> Iterator[models.DataPacket]:
    """``header``: what the text does not tell is set already."""
    stream = models.DataStream
    parts = [text[at : at + _CHUNK_CHARACTERS].encode() for at in range(0, len(text), _CHUNK_CHARACTERS)]
    header.topic, header.mime_type, header.total_length = TOPIC, _MIME_TYPE, sum(len(part) for part in parts)
    yield models.DataPacket(stream_header=header)
    for index, part in enumerate(parts):
        chunk = stream.Chunk(stream_id=header.stream_id, chunk_index=index, content=part)
        yield models.DataPacket(stream_chunk=chunk)
    yield models.DataPacket(stream_trailer=stream.Trailer(stream_id=header.stream_id))


def _spoken(packet: models.DataPacket, sender: Identity, sid: ParticipantSid | None) -> models.DataPacket:
    packet.kind = models.DataPacket.Kind.RELIABLE
    packet.participant_identity, packet.participant_sid = sender, sid or ""
    return packet
