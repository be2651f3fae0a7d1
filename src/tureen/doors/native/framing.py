"""Messages as whole WebSocket frames (RFC 6455 section 5.2): the same bytes for every receiver, made once."""

from __future__ import annotations

from tureen.protocol.codec import encode
from tureen.protocol.events import Event
from tureen.protocol.replies import Reply

PING = b"\x89\x00"
"""A ping without content; whatever comes after it shows that the client is there."""


def encode_frame(message: Event | Reply) -> bytes:
    """One text frame. Frames of servers are not masked, so they do not differ between connections."""
    content = encode(message)
    size = len(content)
    if size < 126:
        return b"\x81%c%b" % (size, content)
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + content
    return b"\x81\x7f" + size.to_bytes(8, "big") + content
