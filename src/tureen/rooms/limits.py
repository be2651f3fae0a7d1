"""Bounds and defaults of rooms, handed in by whoever builds the registry."""

from __future__ import annotations

from msgspec import Struct


class RoomLimits(Struct, frozen=True, kw_only=True):
    """Above any of these, a request is refused with `errors.LimitExceededError` or `errors.RoomFullError`."""

    rooms: int = 10_000
    participants: int = 10_000
    """On this server, all rooms together."""
    tracks_per_participant: int = 64
    metadata_bytes: int = 512 * 1024
    attributes_bytes: int = 64 * 1024
    """Keys and values together, in UTF-8."""
    name_characters: int = 256


class RoomDefaults(Struct, frozen=True, kw_only=True):
    """How a room behaves whose creator says nothing else."""

    auto_create: bool = True
    """Make a room when the first participant comes."""
    empty_timeout_s: float = 300.0
    """Life of a room that nobody joins."""
    departure_timeout_s: float = 20.0
    """Life of a room after the last one left."""
    max_participants: int | None = None
    audible_speakers: int = 8
    """Most microphones that are forwarded at a time, the loudest ones; 0: all."""
    spread_from: int = 32
    """Participants from which on newcomers are placed on any shard of the packet core."""
