"""How long things may take, and how many there may be."""

from __future__ import annotations

from msgspec import Struct


class CallSettings(Struct, frozen=True, kw_only=True):
    """Of all calls of this server. Durations are in seconds."""

    ring_s: float = 45.0
    """How long someone is rung."""
    delivery_s: float = 3.0
    """How long a device may take to confirm that it knows of the call, before closed devices are woken by a push."""
    connect_s: float = 15.0
    """How long media may take to flow, on each path."""
    direct_s: float = 3.0
    """How long a direct path may take to open before the call goes through the server."""
    reconnect_s: float = 20.0
    """How long a side may be away."""
    users_per_call: int = 100
    """The caller included."""
    open_calls_per_user: int = 8
    """Whoever rings or sits in as many can neither begin another nor be rung for one."""
    open_calls: int = 20_000
    """Of this server."""
    legs_per_user: int = 32
    """Devices that are rung; further ones of the same person are not."""
    history_days: int = 400
    """How long calls are remembered, counted from their beginning; 0: for ever."""
    retry_s: float = 1.0
    """How long to wait before what could not be stored is stored again."""


def milliseconds(seconds: float) -> int:
    """As records and the wire count time."""
    return round(seconds * 1000)
