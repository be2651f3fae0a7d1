"""Which shard of the packet core carries whom.

A small room stays together: what its people send reaches them without crossing from one thread to another. A large one
is more than one thread should carry, so from a certain size on its newcomers go wherever there are the fewest people.
"""

from __future__ import annotations


class Placement:
    """Counts the participants of each shard, all rooms together."""

    def __init__(self, shards: int, spread_from: int) -> None:
        """``spread_from``: participants of a room from which on newcomers are placed anywhere."""
        self._loads = [0] * shards
        self._spread_from = spread_from

    def place_room(self) -> int:
        """The shard of a new room."""
        return self._least_loaded()

    def place(self, home: int, present: int) -> int:
        """The shard of a newcomer, who counts there until `release`.

        ``home``: the shard of its room; ``present``: participants that are there already.
        """
        shard = home if present < self._spread_from else self._least_loaded()
        self._loads[shard] += 1
        return shard

    def release(self, shard: int) -> None:
        """A participant of this shard has left."""
        self._loads[shard] -= 1

    def _least_loaded(self) -> int:
        return min(range(len(self._loads)), key=self._loads.__getitem__)
