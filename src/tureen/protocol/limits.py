"""Bounds of the wire, for both sides. What is beyond them is refused with ``invalid`` or ``too_large``, never cut.

No text holds U+0000, which not every database takes.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Raw

VERSION = 1
"""Of this protocol. Additions do not change it; a client of another one is refused with ``unsupported_version``."""

MAX_FRAME_BYTES = 64 * 1024
"""Largest command. A longer frame closes the connection with 1009 (RFC 6455 section 7.4.1)."""

MAX_JSON_DEPTH = 32
"""Deepest nesting of a command, its own object included."""

MAX_TEXT_CHARACTERS = 8_000
MAX_CUSTOM_BYTES = 32 * 1024
"""Of a message's ``custom`` content and of the value of a state, as JSON."""
MAX_PAGE = 200
MAX_BATCH = 200
"""Most people or conversations that one command may name."""
MAX_POSITIONS = 2_000
"""Most conversations whose position a ``hello`` may state."""
MAX_DESCRIPTION_CHARACTERS = 32 * 1024
MAX_CANDIDATES = 64

CommandId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""Chosen by the client, never used twice by one person's devices: a command that comes again is answered as before."""

MAX_ID_CHARACTERS = 128
Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARACTERS)]
Name = Annotated[str, Meta(max_length=256)]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
"""The name of a state, a signal, a reaction or a kind of custom content."""
Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)]
Query = Annotated[str, Meta(min_length=1, max_length=200)]
Url = Annotated[str, Meta(max_length=2_000)]
StatusText = Annotated[str, Meta(max_length=200)]
Reason = Annotated[str, Meta(max_length=2_000)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
"""A position in a conversation: 1 is its first event, 0 is before it."""
Instant = Annotated[int, Meta(ge=0, le=2**53)]
"""Unix milliseconds."""
PageSize = Annotated[int, Meta(ge=1, le=MAX_PAGE)]
UserIds = Annotated[list[Id], Meta(min_length=1, max_length=MAX_BATCH)]


def json_null() -> Raw:
    """The value of what may be any JSON and was not given."""
    return Raw(b"null")
