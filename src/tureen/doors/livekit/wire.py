"""Signal messages as frames: binary protobuf, or protobuf's JSON for clients that send text."""

from __future__ import annotations

import enum

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from livekit.protocol import models, rtc

from tureen.doors.livekit.errors import SignalError

MAX_JSON_DEPTH = 24
"""Far above any message of the protocol."""

MAX_JSON_CHARACTERS = 64 * 1024
"""JSON is read by Python, some microseconds for each value: larger texts would hold up everybody."""

_BYTES_PER_REQUEST = 16 * 1024
_JSON_CHARACTERS_PER_REQUEST = 1024


class FrameFormat(enum.StrEnum):
    """How a client writes, and therefore reads."""

    BINARY = "binary"
    TEXT = "text"


def format_of(frame: bytes | str) -> FrameFormat:
    """The format of a frame that came."""
    return FrameFormat.TEXT if isinstance(frame, str) else FrameFormat.BINARY


def cost_of(frame: bytes | str) -> float:
    """What it takes to read a frame, in small requests."""
    return 1.0 + len(frame) / (_JSON_CHARACTERS_PER_REQUEST if isinstance(frame, str) else _BYTES_PER_REQUEST)


def read_request_untrusted(frame: bytes | str, limit: int) -> rtc.SignalRequest:
    """Reads one message of at most ``limit`` bytes, or `MAX_JSON_CHARACTERS` if it is text. Raises `SignalError`.

    Fields that we do not know are skipped, so that newer clients are understood as far as possible.
    """
    if isinstance(frame, str):
        limit = min(limit, MAX_JSON_CHARACTERS)
    if len(frame) > limit:
        raise SignalError(f"A signal message has a size of {len(frame)}.", f"{limit} is the limit for this format.")
    request = rtc.SignalRequest()
    try:
        if isinstance(frame, str):
            json_format.Parse(frame, request, ignore_unknown_fields=True, max_recursion_depth=MAX_JSON_DEPTH)
        else:
            request.ParseFromString(frame)
    except (DecodeError, json_format.ParseError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise SignalError("A signal message could not be read.", "Send a SignalRequest, binary or as JSON.") from error
    return request


def read_data_packet_untrusted(payload: bytes) -> models.DataPacket:
    """Reads the payload of a data channel message; its size is bounded by the transport. Raises `SignalError`."""
    packet = models.DataPacket()
    try:
        packet.ParseFromString(payload)
    except (DecodeError, ValueError) as error:
        raise SignalError("A data packet could not be read.", "Send a DataPacket.") from error
    return packet


def encode_response(response: rtc.SignalResponse, frame_format: FrameFormat) -> bytes | str:
    """One frame."""
    if frame_format is FrameFormat.TEXT:
        return json_format.MessageToJson(response, indent=None)
    return response.SerializeToString()
