"""Commands from bytes, events and replies to bytes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tureen.protocol.commands import AnyCommand
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import Event
from tureen.protocol.limits import MAX_FRAME_BYTES, MAX_JSON_DEPTH
from tureen.protocol.replies import Reply

_DECODER: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_ENCODER = msgspec.json.Encoder()
_OPENERS = b"[{"
_CLOSERS = b"]}"
_NUL = "\0"
_SPELT_NUL = b"\\u0000"
"""The one way to write it in JSON, where control characters have to be escaped (RFC 8259 section 7)."""


class _Envelope(msgspec.Struct):
    """What can be read of a command that is otherwise wrong."""

    id: str = ""


_ENVELOPE_DECODER = msgspec.json.Decoder(_Envelope)


def decode_command_untrusted(frame: bytes | str) -> AnyCommand:
    """One command, from a text frame of at most `MAX_FRAME_BYTES`. Raises `CommandError`, and nothing else."""
    raw = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
    if len(raw) > MAX_FRAME_BYTES:
        raise CommandError(ErrorCode.TOO_LARGE, f"The command is longer than {MAX_FRAME_BYTES} bytes.")
    check_depth_untrusted(raw)
    try:
        command = _DECODER.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise CommandError(ErrorCode.INVALID, f"The command cannot be used: {error}.", "See the reference.") from error
    if _SPELT_NUL in raw and any(_NUL in text for text in _texts(command)):
        raise CommandError(ErrorCode.INVALID, "A text of the command holds a NUL character.", "Leave it out.")
    return command


def command_id_untrusted(frame: bytes | str) -> str | None:
    """The id of a command that `decode_command_untrusted` refused, to answer it by; ``None`` if it has none."""
    try:
        command_id = _ENVELOPE_DECODER.decode(frame).id
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return command_id if 0 < len(command_id) <= 64 else None


def check_depth_untrusted(raw: bytes) -> None:
    """Raises `CommandError` where JSON nests deeper than `MAX_JSON_DEPTH`; of what is no JSON it only may."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_JSON_DEPTH:
        return
    depth, in_string, escaped = 0, False, False
    for byte in raw:
        if in_string:
            escaped, in_string = (byte == 0x5C and not escaped), (byte != 0x22 or escaped)
        elif byte == 0x22:
            in_string = True
        elif byte in _OPENERS:
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise CommandError(ErrorCode.INVALID, f"The JSON nests deeper than {MAX_JSON_DEPTH} levels.")
        elif byte in _CLOSERS:
            depth -= 1


def encode(message: Event | Reply) -> bytes:
    """A text frame's content."""
    return _ENCODER.encode(message)


def _texts(value: object) -> Iterator[str]:
    """All of a decoded command but those within JSON that is passed on unread."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))
