"""Commands that come again: a device whose connection broke does not know what was carried out, and asks once more."""

from __future__ import annotations

import enum
from collections import OrderedDict, deque
from typing import TypeAlias

from msgspec import Struct

from tureen.model.ids import DeviceId, UserId

KEEP_S = 300.0
KEEP_PER_DEVICE = 256
MAX_REPLY_BYTES = 8 * 1024
"""Larger replies are of commands that only read, which may as well be carried out again."""
OVERHEAD_BYTES = 400
"""Counted per reply, beside its own size."""

Key: TypeAlias = tuple[UserId, DeviceId, str]


class Seen(enum.Enum):
    """Of a command that has no reply to repeat."""

    NEVER = "never"
    UNDER_WAY = "under_way"
    """It is being carried out; its reply goes to the device, wherever that is connected then."""


class _Kept(Struct, frozen=True):
    frame: bytes
    at: float


class KeptReplies:
    """The last replies to each device, bounded by number, age and bytes over all."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._under_way: set[Key] = set()
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        """The oldest first."""
        self._of_device: dict[tuple[UserId, DeviceId], deque[str]] = {}

    @property
    def size_bytes(self) -> int:
        """Of all that is kept, with overhead."""
        return self._bytes

    def begin(self, key: Key, now: float) -> bytes | Seen:
        """A command came. The reply to repeat, or what there is instead; after `Seen.NEVER` it is under way."""
        self._forget_older_than(now - KEEP_S)
        kept = self._kept.get(key)
        if kept is not None:
            return kept.frame
        if key in self._under_way:
            return Seen.UNDER_WAY
        self._under_way.add(key)
        return Seen.NEVER

    def finish(self, key: Key, frame: bytes | None, now: float) -> None:
        """It has been carried out. ``frame``: its reply; ``None`` if it shall be carried out when it comes again."""
        self._under_way.discard(key)
        if frame is None or len(frame) > MAX_REPLY_BYTES:
            return
        ids = self._of_device.setdefault(key[:2], deque())
        if len(ids) == KEEP_PER_DEVICE:
            self._drop((*key[:2], ids[0]))
        self._of_device.setdefault(key[:2], ids).append(key[2])
        self._kept[key] = _Kept(frame, now)
        self._bytes += len(frame) + OVERHEAD_BYTES
        while self._bytes > self._limit_bytes:
            self._drop(next(iter(self._kept)))

    def _forget_older_than(self, limit: float) -> None:
        while self._kept:
            key, kept = next(iter(self._kept.items()))
            if kept.at >= limit:
                return
            self._drop(key)

    def _drop(self, key: Key) -> None:
        """The oldest one of its device."""
        self._bytes -= len(self._kept.pop(key).frame) + OVERHEAD_BYTES
        ids = self._of_device[key[:2]]
        ids.popleft()
        if not ids:
            del self._of_device[key[:2]]
