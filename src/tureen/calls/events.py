"""What can happen to a call. Much of it is what devices say, so any of it may be late, doubled or untrue."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from tureen.model.ids import DeviceId, UserId
from tureen.protocol.resources import MediaPath


class Target(Struct, frozen=True, kw_only=True):
    """Someone who is to be rung."""

    user: UserId
    reachable: bool = True
    busy: bool = False
    """They are in another call and do not want to hear of a second one."""
    by_membership: bool = False
    """They are a member of the call's group."""
    devices: tuple[DeviceId, ...] = ()
    """Those that are connected."""


class Invite(Struct, frozen=True, kw_only=True):
    """Ring these people. Those who ring already or are in the call are left alone."""

    targets: tuple[Target, ...]


class OfDevice(Struct, frozen=True, kw_only=True):
    """Base of what one device says, or is heard of."""

    user: UserId
    device: DeviceId


class Delivered(OfDevice, frozen=True, kw_only=True):
    """The device knows of the call."""


class Rings(OfDevice, frozen=True, kw_only=True):
    """The device rings."""


class Accept(OfDevice, frozen=True, kw_only=True):
    """Taken on this device."""


class Reject(OfDevice, frozen=True, kw_only=True):
    """Refused, on every device or on this one."""

    this_device: bool = False


class HangUp(OfDevice, frozen=True, kw_only=True):
    """Left, cancelled or refused, as things stand."""


class Join(OfDevice, frozen=True, kw_only=True):
    """Comes in, comes back, or moves here from another device."""

    by_membership: bool = False
    """As a member of the group, whom nobody needs to have called."""


class Dropped(OfDevice, frozen=True, kw_only=True):
    """The connection of the device is gone; it may come back."""


class Opened(OfDevice, frozen=True, kw_only=True):
    """The device is connected, for the first time or again."""


class Closed(OfDevice, frozen=True, kw_only=True):
    """The device will not come back."""


class Connected(OfDevice, frozen=True, kw_only=True):
    """Media flows on the device, over the path of this generation."""

    generation: int


class Failed(OfDevice, frozen=True, kw_only=True):
    """The path of this generation does not open on the device, or broke."""

    generation: int


class Move(Struct, frozen=True, kw_only=True):
    """Another path."""

    path: MediaPath


class RequireRoom(Struct, frozen=True, kw_only=True):
    """Somebody at the media server takes part from now on, or does no longer."""

    required: bool


class LoseGlare(Struct, frozen=True, kw_only=True):
    """Both called each other, and the other call goes on."""


class Resume(Struct, frozen=True, kw_only=True):
    """Another owner has taken the call over from the store."""

    connected: frozenset[tuple[UserId, DeviceId]]
    """Devices of its members that are connected to it."""


class Tick(Struct, frozen=True, kw_only=True):
    """Time has passed."""


CallEvent: TypeAlias = (
    Invite
    | Delivered
    | Rings
    | Accept
    | Reject
    | HangUp
    | Join
    | Dropped
    | Opened
    | Closed
    | Connected
    | Failed
    | Move
    | RequireRoom
    | LoseGlare
    | Resume
    | Tick
)


class Moment(Struct, frozen=True, kw_only=True):
    """When something happens, and how long what follows from it may take. All in milliseconds."""

    now: int
    ring: int
    delivery: int
    connect: int
    direct: int
    reconnect: int
    legs_per_user: int
