"""Where a device is reached while it is closed."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.ids import DeviceId, UserId

WEB_PUSH = "webpush"
"""The channel of the Push API (W3C), built in."""


class Registration(Struct, frozen=True, kw_only=True):
    """Of one device of a person; a later one replaces it."""

    user: UserId
    device: DeviceId
    channel: str = WEB_PUSH
    endpoint: str
    """For web push the URL of the push service (RFC 8030 section 5); whoever knows it can reach the device."""
    public_key: str = ""
    """For web push ``p256dh``: the device's key (RFC 8291 section 2.1), base64url."""
    auth: str = ""
    """For web push the authentication secret (RFC 8291 section 2.2), base64url."""
    registered_at: int
    """Unix milliseconds."""
