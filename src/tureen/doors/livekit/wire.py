"""Signal messages as frames: binary protobuf, or protobuf's JSON for clients that send text."""

from __future__ import annotations

import enum

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from livekit.protocol import models, rtc

from tureen.doors.livekit.errors import SignalError

MAX_JSON_DEPTH = 24
"""Far above any message of the protocol."""


class FrameFormat(enum.StrEnum):
    """How a client writes, and therefore reads."""

    BINARY = "binary"
    TEXT = "text"


def format_of(frame: bytes | str) -> FrameFormat:
    """The format of a frame that came."""
    return FrameFormat.TEXT if isinstance(frame, str) else FrameFormat.BINARY


def read_request_untrusted(frame: bytes | str, limit: int) -> rtc.SignalRequest:
    """Reads one message of at most ``limit`` bytes. Raises `SignalError`.

    Fields that we do not know are skipped, so that newer clients are understood as far as possible.
    """
    if len(frame) > limit:
        raise SignalError(f"A signal message has {len(frame)} bytes.", f"{limit} are the limit.")
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
