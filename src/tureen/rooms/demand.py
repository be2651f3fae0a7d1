"""How much of a track its subscribers want, so that the publisher need not send the rest (dynacast)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tureen.model.ids import TrackSid
from tureen.ports import Clock, Timer
from tureen.rooms.publication import Publication
from tureen.rooms.track import LayerQuality

HOLD_S = 5.0
"""Less is told only after nobody wanted more for so long: encoders start slowly, and people scroll to and fro."""

Wanted: TypeAlias = Mapping[str | None, LayerQuality | None]
"""The most that any subscriber wants, by carrier (``None``: the main one); no quality: nothing at all."""

_NOTHING = -1


class Demand:
    """What the publisher of one track was told, and when to tell it otherwise. Time is an argument."""

    def __init__(self, now: float) -> None:
        """The track has just begun to flow, in its main codec, with all its layers."""
        self._told: dict[str | None, LayerQuality | None] = {None: LayerQuality.HIGH}
        # Whatever is wanted then is told, as a client may miss what comes before it has set up its own side.
        self._due: float | None = now + HOLD_S
        self._confirmed = False

    @property
    def told(self) -> Wanted:
        """What the publisher knows."""
        return self._told

    @property
    def due(self) -> float | None:
        """When to `update` again, whatever happens."""
        return self._due

    def update(self, wanted: Wanted, now: float) -> bool:
        """Takes down what is wanted. ``True`` if the publisher must be told `told` now: more at once, less later."""
        if self._due is not None and now >= self._due:
            tell = not self._confirmed or dict(wanted) != self._told
            self._told, self._due, self._confirmed = dict(wanted), None, True
            return tell
        risen = {codec: most for codec, most in wanted.items() if _level(most) > _level(self._told.get(codec))}
        self._told = self._told | risen
        falls = any(_level(wanted.get(codec)) < _level(told) for codec, told in self._told.items())
        if not falls and self._confirmed:
            self._due = None
        elif falls and self._due is None:
            self._due = now + HOLD_S
        return bool(risen)


class Demands:
    """The demands of a room. They are looked at once per turn, however many subscriptions changed in it."""

    def __init__(
        self, clock: Clock, measure: Callable[[Publication], Wanted], tell: Callable[[Publication, Wanted], None]
    ) -> None:
        """``measure`` says what is wanted of a track, ``tell`` reaches its publisher."""
        self._clock = clock
        self._measure = measure
        self._tell = tell
        self._watched: dict[TrackSid, tuple[Publication, Demand]] = {}
        self._touched: set[TrackSid] = set()
        self._timer: Timer | None = None
        self._timer_at = 0.0

    def watch(self, publication: Publication) -> None:
        """The track flows: its publisher may be told from now on."""
        demand = Demand(self._clock.now())
        self._watched[publication.sid] = (publication, demand)
        self._tell(publication, demand.told)
        self.touch(publication.sid)

    def touch(self, track: TrackSid) -> None:
        """A subscription to the track changed."""
        if track in self._watched:
            self._touched.add(track)
            self._wake_at(self._clock.now())

    def touch_all(self) -> None:
        """Someone left."""
        self._touched.update(self._watched)
        if self._touched:
            self._wake_at(self._clock.now())

    def forget(self, track: TrackSid) -> None:
        """The track ended."""
        self._watched.pop(track, None)
        self._touched.discard(track)
        if not self._watched:
            self.stop()

    def stop(self) -> None:
        """Nothing is told any more until something changes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake_at(self, at: float) -> None:
        if self._timer is None or at < self._timer_at:
            self.stop()
            self._timer_at = at
            self._timer = self._clock.call_later(max(0.0, at - self._clock.now()), self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._clock.now()
        touched, self._touched = self._touched, set()
        for sid, (publication, demand) in list(self._watched.items()):
            ripe = demand.due is not None and now >= demand.due
            if (ripe or sid in touched) and demand.update(self._measure(publication), now):
                self._tell(publication, demand.told)
        dues = [demand.due for _, demand in self._watched.values() if demand.due is not None]
        if dues:
            self._wake_at(min(dues))


def _level(quality: LayerQuality | None) -> int:
    return _NOTHING if quality is None else int(quality)
