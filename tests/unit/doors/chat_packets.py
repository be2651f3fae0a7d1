"""Chat of LiveKit programs, packet by packet."""

from __future__ import annotations

from typing import Any

from livekit.protocol import models

from tests.unit.doors.guest import Guest, House
from tureen.doors.livekit.chat_streams import TOPIC
from tureen.model.ids import TransportId

Stream = models.DataStream


def header(stream: str = "s1", **fields: Any) -> models.DataPacket:
    to = fields.pop("to", [])
    text = Stream.TextHeader(operation_type=fields.pop("operation", Stream.OperationType.CREATE))
    given_fields = {"stream_id": stream, "topic": TOPIC, "mime_type": "text/plain", "text_header": text, **fields}
    return models.DataPacket(stream_header=Stream.Header(**given_fields), destination_identities=to)


def chunk(content: bytes, index: int = 0, stream: str = "s1") -> models.DataPacket:
    return models.DataPacket(stream_chunk=Stream.Chunk(stream_id=stream, chunk_index=index, content=content))


def trailer(stream: str = "s1", **fields: Any) -> models.DataPacket:
    return models.DataPacket(stream_trailer=Stream.Trailer(stream_id=stream, **fields))


def passed_on(house: House) -> list[tuple[tuple[TransportId, ...], models.DataPacket]]:
    return [(to, models.DataPacket.FromString(payload)) for to, _, payload, _ in house.media.sent]


def kept(house: House) -> list[tuple[str, str]]:
    return [(written.id, written.text) for written in house.chat.written]


def say(guest: Guest, *packets: models.DataPacket, label: str = "_reliable") -> None:
    for packet in packets:
        guest.data(packet, label)
