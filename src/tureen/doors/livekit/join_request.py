"""The ``join_request`` of a URL: base64url of a wrapper, around a protobuf message that may be compressed."""

from __future__ import annotations

import base64
import binascii
import zlib

from google.protobuf.message import DecodeError
from livekit.protocol import rtc

from tureen.doors.livekit.errors import SignalError

MAX_JOIN_BYTES = 1024 * 1024
"""Decompressed; a join with its offer has some 20 kB."""

MAX_TEXT_CHARACTERS = MAX_JOIN_BYTES * 4 // 3 + 4

MAX_TRACKS = 256
"""Tracks that a join announces: they count as one request, however many they are."""

_GZIP = 31
"""zlib's name for the gzip format with its largest window."""

_TO_URL_ALPHABET = str.maketrans("+/", "-_")


def read_join_request_untrusted(text: str) -> rtc.JoinRequest:
    """Reads a ``join_request``. Raises `SignalError`, and nothing else.

    Padding is optional, and both alphabets of base64 are taken (RFC 4648 sections 4 and 5).
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise SignalError("The join request is too long.", f"{MAX_TEXT_CHARACTERS} characters are the limit.")
    wrapper = rtc.WrappedJoinRequest()
    request = rtc.JoinRequest()
    try:
        wrapper.ParseFromString(_decode(text))
        request.ParseFromString(_plain(wrapper))
    except DecodeError as error:
        raise SignalError("The join request is not what it should be.", "Send a WrappedJoinRequest.") from error
    if len(request.add_track_requests) > MAX_TRACKS:
        raise SignalError(f"The join request adds more than {MAX_TRACKS} tracks.", "Add them after the join.")
    return request


def _decode(text: str) -> bytes:
    stripped = text.translate(_TO_URL_ALPHABET).rstrip("=")
    try:
        return base64.b64decode((stripped + "=" * (-len(stripped) % 4)).encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignalError("The join request is not base64url.", "See RFC 4648 section 5.") from error


def _plain(wrapper: rtc.WrappedJoinRequest) -> bytes:
    if wrapper.compression == rtc.WrappedJoinRequest.Compression.NONE:
        return wrapper.join_request
    if wrapper.compression == rtc.WrappedJoinRequest.Compression.GZIP:
        return _inflate(wrapper.join_request)
    raise SignalError("The join request is compressed in a way that we do not know.", "Use none or gzip.")


def _inflate(compressed: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=_GZIP)
    try:
        plain = inflater.decompress(compressed, MAX_JOIN_BYTES)
    except zlib.error as error:
        raise SignalError("The join request is not gzip.", "Compress it with gzip, or not at all.") from error
    if inflater.unconsumed_tail:
        raise SignalError("The join request is too large.", f"{MAX_JOIN_BYTES} bytes are the limit.")
    if not inflater.eof:
        raise SignalError("The join request is cut short.", "Send it whole.")
    return plain
