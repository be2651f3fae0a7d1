"""How connections of the native door are closed (RFC 6455 section 7.4: 4000 to 4999 are for applications)."""

from __future__ import annotations

import enum

from tureen.protocol.events import GoodbyeReason


class CloseCode(enum.IntEnum):
    """Of the closing frame; a `Goodbye` comes before it wherever the client can still be told."""

    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    INVALID_DATA = 1007
    TOO_BIG = 1009
    SHUTDOWN = 1012
    RESYNC = 4000
    REPLACED = 4001
    TOKEN_EXPIRED = 4002
    REVOKED = 4003
    PROTOCOL = 4004
    REFUSED = 4005


CLOSE_MEANINGS: dict[CloseCode, str] = {
    CloseCode.PROTOCOL_ERROR: "The frames are against RFC 6455: a defect of the client.",
    CloseCode.UNSUPPORTED_DATA: "A binary frame came: messages are JSON in text frames.",
    CloseCode.INVALID_DATA: "A text frame is no UTF-8.",
    CloseCode.TOO_BIG: "A frame is longer than `welcome.max_frame_bytes`.",
    CloseCode.SHUTDOWN: "The server shuts down. Connect again after `goodbye.retry_after_ms`.",
    CloseCode.RESYNC: "The client read too slowly for what it had to get. Connect again, with positions.",
    CloseCode.REPLACED: "The same device opened another connection. Do not connect again by yourself.",
    CloseCode.TOKEN_EXPIRED: "The token expired and was not refreshed. Connect again with a fresh one.",
    CloseCode.REVOKED: "The user or the token was revoked. Connect again only with another token.",
    CloseCode.PROTOCOL: (
        "The client broke this protocol: no `hello` within 10 s, a command without an id, a flood. "
        "A defect of the client."
    ),
    CloseCode.REFUSED: "The `hello` was refused; its `failed` reply says why, and when to retry.",
}
"""Every code once; the reference is generated from it."""

CODES: dict[GoodbyeReason, CloseCode] = {
    GoodbyeReason.SHUTDOWN: CloseCode.SHUTDOWN,
    GoodbyeReason.RESYNC: CloseCode.RESYNC,
    GoodbyeReason.REPLACED: CloseCode.REPLACED,
    GoodbyeReason.TOKEN_EXPIRED: CloseCode.TOKEN_EXPIRED,
    GoodbyeReason.REVOKED: CloseCode.REVOKED,
    GoodbyeReason.PROTOCOL: CloseCode.PROTOCOL,
}

NO_RETURN = frozenset({GoodbyeReason.REPLACED, GoodbyeReason.REVOKED, GoodbyeReason.PROTOCOL})
"""After these a client does not connect again by itself: it would be sent away again."""
