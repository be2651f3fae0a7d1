"""Which producers are forwarded on other shards than their own, and the commands that make it so.

A consumer finds its producer on its own shard only. Where that is another one, the producer gets a mirror there, which
serves all consumers of that shard and goes with the last of them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from tureen.media.commands import AnyCommand, CloseProducer, MirrorProducer, OpenMirror, OpenProducer, PauseProducer
from tureen.model.ids import ConsumerId, ProducerId


class _Origin(Struct):
    """A producer with its consumers on other shards."""

    shard: int
    opened: OpenProducer
    paused: bool = False
    mirrors: dict[int, set[ConsumerId]] = msgspec.field(default_factory=dict)
    """By shard."""


class Mirrors:
    """Follows what is opened and closed, and queues what mirrors need besides."""

    def __init__(self, queue: Callable[[int, AnyCommand], None]) -> None:
        """``queue`` takes a shard and a command for it."""
        self._queue = queue
        self._origins: dict[ProducerId, _Origin] = {}
        self._mirrored: dict[ConsumerId, tuple[ProducerId, int]] = {}

    def add_producer(self, shard: int, opened: OpenProducer) -> None:
        """A producer was opened on its shard, or has changed."""
        origin = self._origins.setdefault(opened.producer, _Origin(shard, opened))
        origin.opened = opened
        for mirror in origin.mirrors:
            self._queue(mirror, _open_mirror(origin))

    def pause_producer(self, producer: ProducerId, *, paused: bool) -> None:
        """It was paused or resumed on its shard."""
        origin = self._origins.get(producer)
        if origin is not None:
            origin.paused = paused
            for mirror in origin.mirrors:
                self._queue(mirror, PauseProducer(producer=producer, paused=paused))

    def remove_producer(self, producer: ProducerId) -> None:
        """It ended. Harmless if it is unknown."""
        origin = self._origins.pop(producer, None)
        if origin is not None:
            for mirror in origin.mirrors:
                self._queue(mirror, CloseProducer(producer=producer))

    def add_consumer(self, consumer: ConsumerId, shard: int, producer: ProducerId) -> None:
        """A consumer is about to be opened on this shard."""
        origin = self._origins.get(producer)
        if origin is None or origin.shard == shard:
            return
        if shard not in origin.mirrors:
            self._queue(shard, _open_mirror(origin))
            self._queue(origin.shard, MirrorProducer(producer=producer, shard=shard, mirrored=True))
        origin.mirrors.setdefault(shard, set()).add(consumer)
        self._mirrored[consumer] = (producer, shard)

    def remove_consumer(self, consumer: ConsumerId) -> None:
        """It has ended. Harmless if it is unknown."""
        producer, shard = self._mirrored.pop(consumer, (None, 0))
        origin = None if producer is None else self._origins.get(producer)
        if producer is None or origin is None:
            return
        consumers = origin.mirrors[shard]
        consumers.discard(consumer)
        if not consumers:
            del origin.mirrors[shard]
            self._queue(origin.shard, MirrorProducer(producer=producer, shard=shard, mirrored=False))
            self._queue(shard, CloseProducer(producer=producer))


def _open_mirror(origin: _Origin) -> OpenMirror:
    return OpenMirror(shard=origin.shard, paused=origin.paused, producer=origin.opened)
