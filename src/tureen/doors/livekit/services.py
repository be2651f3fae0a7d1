"""What all sessions of the door share."""

from __future__ import annotations

from msgspec import Struct

from tureen.doors.livekit.settings import LivekitDoorSettings
from tureen.doors.livekit.shared_frames import SharedFrames
from tureen.ports import Clock, Entropy, MediaPort, Revoked, RoomChat
from tureen.rooms import RoomRegistry


class DoorServices(Struct, frozen=True, kw_only=True):
    """Handed to every session."""

    registry: RoomRegistry
    media: MediaPort
    clock: Clock
    entropy: Entropy
    revoked: Revoked
    chat: RoomChat | None
    settings: LivekitDoorSettings
    shared_frames: SharedFrames
