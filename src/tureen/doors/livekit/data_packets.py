"""Data channel messages: read, stamped with their true sender, routed, and sent on unchanged otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from livekit.protocol import models

from tureen.doors.livekit.errors import SignalError
from tureen.doors.livekit.session_context import SessionContext
from tureen.doors.livekit.wire import read_data_packet_untrusted
from tureen.model.grant import ParticipantKind
from tureen.model.ids import Identity, ParticipantSid
from tureen.ports import WrittenText
from tureen.rooms import Participant, Room
from tureen.rooms.data import DataAudience, DataDelivery

RELIABLE = "_reliable"
"""Label of the channel that loses nothing."""

_DELIVERIES: Mapping[str, tuple[DataDelivery, models.DataPacket.Kind]] = {
    RELIABLE: (DataDelivery.RELIABLE, models.DataPacket.Kind.RELIABLE),
    "_lossy": (DataDelivery.LOSSY, models.DataPacket.Kind.LOSSY),
}
"""Labels whose messages are packets. Other labels carry raw bytes, those that begin with a bar excepted."""

_RESERVED = "_"
"""Begins labels that the protocol keeps for itself, ``_data_track`` for example."""

_SPOKEN_FOR_OTHERS = frozenset({"chat_message", "transcription", "stream_header", "stream_chunk", "stream_trailer"})
"""What an agent may send in another participant's name."""

_SERVER_ONLY = frozenset({"speaker"})
"""What clients may not send at all."""


def handle_data(context: SessionContext, label: str, payload: bytes, *, binary: bool) -> None:
    """A message of the session's participant. What may not be sent is dropped: there is no one to tell."""
    context.log.debug("data message", label=label[:64], size=len(payload))
    if label in _DELIVERIES:
        _handle_packet(context, label, payload)
    elif not label.startswith(_RESERVED) and context.room.data.accepts(context.participant, DataDelivery.LOSSY, 0):
        receivers = context.room.receivers(context.participant, DataAudience())
        context.services.media.send_data(receivers, label, payload, binary=binary)


def _handle_packet(context: SessionContext, label: str, payload: bytes) -> None:
    delivery, kind = _DELIVERIES[label]
    try:
        packet = read_data_packet_untrusted(payload)
    except SignalError as error:
        context.log.debug("data message dropped", label=label, reason=str(error))
        return
    content = packet.WhichOneof("value")
    if content is None or content in _SERVER_ONLY:
        return
    if not context.room.data.accepts(context.participant, delivery, packet.sequence):
        return
    if not context.chat_silence.passes_untrusted(packet):
        context.log.debug("chat of a muted participant dropped", content=content)
        return
    packet.kind = kind
    _stamp(packet, content, context.room, context.participant)
    destinations = _destinations(packet, content, context.room)
    written = None if destinations else _chat(context, delivery, packet)
    receivers = context.room.receivers(
        context.participant, DataAudience(identities=destinations, metrics=content == "metrics")
    )
    if receivers:
        context.services.media.send_data(receivers, label, packet.SerializeToString())
    if written is not None and context.services.chat is not None:
        context.services.chat.handle_written(written)


def _chat(context: SessionContext, delivery: DataDelivery, packet: models.DataPacket) -> WrittenText | None:
    """What the participant has written to everybody in its own name, once the last packet of it is there."""
    writer = context.participant
    by_itself = packet.participant_sid == writer.sid
    if context.services.chat is None or delivery is not DataDelivery.RELIABLE or writer.hidden or not by_itself:
        return None
    chat = context.chat.take_untrusted(packet)
    if chat is None:
        return None
    named = msgspec.structs.replace(writer.grant, name=writer.profile.name)
    return WrittenText(room=context.room.name, writer=named, id=chat.stream, text=chat.text, change=chat.change)


def _stamp(packet: models.DataPacket, content: str, room: Room, sender: Participant) -> None:
    spoken_for = None
    if sender.kind is ParticipantKind.AGENT and content in _SPOKEN_FOR_OTHERS and packet.participant_identity:
        spoken_for = room.audience.by_identity(Identity(packet.participant_identity))
    author = spoken_for or sender
    packet.participant_identity, packet.participant_sid = author.identity, author.sid
    if content == "user":
        packet.user.participant_identity, packet.user.participant_sid = author.identity, author.sid


def _destinations(packet: models.DataPacket, content: str, room: Room) -> frozenset[Identity]:
    """Older clients name receivers within the user packet, the oldest by sid; both places shall agree."""
    if content == "user":
        by_sid = (room.audience.by_sid(ParticipantSid(sid)) for sid in packet.user.destination_sids)
        older = [*packet.user.destination_identities, *(member.identity for member in by_sid if member is not None)]
        named = list(dict.fromkeys([*packet.destination_identities, *older]))
        packet.destination_identities[:] = named
        packet.user.destination_identities[:] = named
        if packet.user.destination_sids and not named:
            return frozenset({Identity("")})
    return frozenset(Identity(identity) for identity in packet.destination_identities)
