"""Bounds of sessions. The composition root fills them from the settings."""

from __future__ import annotations

from msgspec import Struct


class SessionLimits(Struct, frozen=True, kw_only=True):
    """What one device, one person and the server as a whole may keep."""

    grace_s: float = 20.0
    """How long after a drop others notice nothing."""
    queue_bytes: int = 1024 * 1024
    """Most bytes that wait for one connection; beyond, it is closed (``resync``)."""
    devices: int = 32
    """Most sessions of one person at a time."""
    token_leeway_s: float = 60.0
    """How long after its token's expiry a connection may still bring a fresh one."""
    returns_per_second: float = 500.0
    """At a shut-down clients are told to come back spread out, so many a second."""
    kept_replies_bytes: int = 16 * 1024 * 1024
    """Most memory for replies that are kept for repeated commands, over all devices."""
    commands_per_second: float = 50.0
    """Of one connection, in ordinary commands; a person's devices together have twice as many."""
