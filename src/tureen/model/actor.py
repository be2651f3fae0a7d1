"""Who acts: the bearer of a checked token, on one device."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.grant import Grant
from tureen.model.ids import DeviceId, SessionId, UserId


class Actor(Struct, frozen=True, kw_only=True):
    """One device of one person, connected by one session."""

    user: UserId
    device: DeviceId
    session: SessionId
    grant: Grant
    """As of the newest token."""
