"""How long a room without participants lives."""

from __future__ import annotations

from collections.abc import Callable

from tureen.ports import Clock, Timer


class RoomLifetime:
    """Runs a timer while the room is empty: a long one before the first participant, a short one after the last."""

    def __init__(self, clock: Clock, *, empty_s: float, departure_s: float, expire: Callable[[], None]) -> None:
        """``expire`` is called once, when the room has been empty for too long."""
        self.empty_s = empty_s
        self.departure_s = departure_s
        self._clock = clock
        self._expire = expire
        self._timer: Timer | None = clock.call_later(empty_s, expire)

    def handle_arrival(self) -> None:
        """Someone is there."""
        self.stop()

    def handle_emptied(self) -> None:
        """The last one left."""
        self.stop()
        self._timer = self._clock.call_later(self.departure_s, self._expire)

    def stop(self) -> None:
        """No longer calls ``expire``."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
