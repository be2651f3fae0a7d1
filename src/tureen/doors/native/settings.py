"""What the native door needs to know. The composition root fills it from the settings."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tureen.auth.secret import Secret
from tureen.signaling import SessionLimits


class NativeDoorSettings(Struct, frozen=True, kw_only=True):
    """Keys and bounds."""

    keys: Mapping[str, Secret]
    """Signing secrets by key name."""
    sessions: SessionLimits = SessionLimits()
    hello_s: float = 10.0
    """How long a connection may take to say who it is."""
    commands_at_once: int = 32
    """Commands of one connection that are carried out at a time; it is read from no further meanwhile."""
    catch_ups_at_once: int = 64
    """Devices that catch up at a time; the others wait their turn."""
    catch_ups_waiting: int = 4000
    """Devices that may wait for it; further ones are told to come back later."""
    refusals: int = 200
    """So many commands in a row that came too fast end the connection."""
    push_key: str = ""
    """See `protocol.replies.Welcome.push_key`."""
