"""What waits for a connection that is slow, bounded in bytes, by delivery class.

Up to half of the bound everything waits; signals are dropped beyond it, those that wait first. States replace older
ones of their key at any time: what waits is behind anyway. A message that does not fit ends the connection.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from tureen.protocol.events import DeliveryClass
from tureen.signaling.parcel import Parcel

OVERHEAD_BYTES = 128
"""Counted per parcel, so that many small ones are bounded too."""


class Outbox:
    """A queue between those who send, who never wait, and a wire that is not ready."""

    __slots__ = ("_bytes", "_limit_bytes", "_next", "_signals", "_waiting")

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._waiting: OrderedDict[int | str, Parcel] = OrderedDict()
        """States under their keys, everything else under a number."""
        self._signals = 0
        self._bytes = 0
        self._next = 0

    @property
    def size_bytes(self) -> int:
        """Of all that waits, with overhead."""
        return self._bytes

    def __len__(self) -> int:
        """Parcels that wait."""
        return len(self._waiting)

    def put(self, parcel: Parcel) -> bool:
        """Queues it, or drops what may be dropped. False if it must not be dropped and does not fit: give up."""
        size = len(parcel.frame) + OVERHEAD_BYTES
        if self._bytes + size > self._limit_bytes // 2:
            self._drop_signals()
            if parcel.delivery is DeliveryClass.SIGNAL:
                return self._bytes + size > self._limit_bytes // 2 or self._append(parcel, size)
        if parcel.delivery is DeliveryClass.STATE and parcel.conflation_key is not None:
            return self._replace(parcel.conflation_key, parcel, size)
        return self._append(parcel, size)

    def poll(self) -> Parcel | None:
        """The next one to write, which waits no more."""
        if not self._waiting:
            return None
        _, parcel = self._waiting.popitem(last=False)
        self._handle_removed(parcel)
        return parcel

    def drop_where(self, is_known: Callable[[Parcel], bool]) -> None:
        """Forgets what the receiver has got in another way."""
        for key in [key for key, parcel in self._waiting.items() if is_known(parcel)]:
            self._remove(key)

    def _append(self, parcel: Parcel, size: int) -> bool:
        if self._bytes + size > self._limit_bytes:
            return False
        if parcel.delivery is DeliveryClass.SIGNAL:
            self._signals += 1
        self._waiting[self._next] = parcel
        self._next += 1
        self._bytes += size
        return True

    def _replace(self, key: str, parcel: Parcel, size: int) -> bool:
        # It goes to the end: a state may speak of a message that came after the older one.
        self._remove(key)
        if self._bytes + size > self._limit_bytes:
            return False
        self._waiting[key] = parcel
        self._bytes += size
        return True

    def _drop_signals(self) -> None:
        if self._signals:
            self.drop_where(lambda parcel: parcel.delivery is DeliveryClass.SIGNAL)

    def _remove(self, key: int | str) -> None:
        parcel = self._waiting.pop(key, None)
        if parcel is not None:
            self._handle_removed(parcel)

    def _handle_removed(self, parcel: Parcel) -> None:
        self._bytes -= len(parcel.frame) + OVERHEAD_BYTES
        if parcel.delivery is DeliveryClass.SIGNAL:
            self._signals -= 1
