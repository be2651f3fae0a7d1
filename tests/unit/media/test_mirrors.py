"""Producers are mirrored where they are consumed, for as long as they are."""

from __future__ import annotations

import msgspec
import pytest

from tureen.media.commands import AnyCommand, CloseProducer, MirrorProducer, OpenMirror, OpenProducer, PauseProducer
from tureen.media.mirrors import Mirrors
from tureen.model.ids import ConsumerId, ProducerId, TransportId
from tureen.model.media import Codec, Encoding, MediaKind

OPUS = Codec(mime_type="audio/opus", payload_type=111, clock_rate=48000)
MIC = OpenProducer(
    producer=ProducerId(1),
    transport=TransportId(9),
    kind=MediaKind.AUDIO,
    mid="0",
    codecs=(OPUS,),
    encodings=(Encoding(ssrc=1),),
)
HOME = 0


class Core:
    """Takes down what is queued."""

    def __init__(self) -> None:
        self.queued: list[tuple[int, AnyCommand]] = []
        self.mirrors = Mirrors(lambda shard, command: self.queued.append((shard, command)))
        self.mirrors.add_producer(HOME, MIC)

    def take(self) -> list[tuple[int, AnyCommand]]:
        queued, self.queued = self.queued, []
        return queued

    def consume(self, consumer: int, shard: int) -> None:
        self.mirrors.add_consumer(ConsumerId(consumer), shard, MIC.producer)

    def release(self, consumer: int) -> None:
        self.mirrors.remove_consumer(ConsumerId(consumer))


def opened(shard: int) -> list[tuple[int, AnyCommand]]:
    return [
        (shard, OpenMirror(shard=HOME, paused=False, producer=MIC)),
        (HOME, MirrorProducer(producer=MIC.producer, shard=shard, mirrored=True)),
    ]


def closed(shard: int) -> list[tuple[int, AnyCommand]]:
    return [
        (HOME, MirrorProducer(producer=MIC.producer, shard=shard, mirrored=False)),
        (shard, CloseProducer(producer=MIC.producer)),
    ]


@pytest.fixture
def core() -> Core:
    return Core()


def test_consumers_beside_the_producer_need_no_mirror(core: Core) -> None:
    core.consume(1, HOME)
    core.release(1)
    assert core.take() == []


def test_the_first_consumer_of_a_shard_brings_the_mirror_and_the_last_takes_it_along(core: Core) -> None:
    core.consume(1, 1)
    assert core.take() == opened(1)
    core.consume(2, 1)
    core.release(1)
    core.release(1)
    assert core.take() == []
    core.release(2)
    assert core.take() == closed(1)
    core.consume(3, 1)
    assert core.take() == opened(1)


def test_each_shard_has_its_own(core: Core) -> None:
    core.consume(1, 1)
    core.consume(2, 2)
    assert core.take() == opened(1) + opened(2)
    core.release(1)
    assert core.take() == closed(1)


def test_changes_and_pauses_reach_the_mirrors_and_those_to_come(core: Core) -> None:
    core.consume(1, 1)
    core.take()
    changed = msgspec.structs.replace(MIC, encodings=(Encoding(ssrc=2),))
    core.mirrors.add_producer(HOME, changed)
    core.mirrors.pause_producer(MIC.producer, paused=True)
    assert core.take() == [
        (1, OpenMirror(shard=HOME, paused=False, producer=changed)),
        (1, PauseProducer(producer=MIC.producer, paused=True)),
    ]
    core.consume(2, 2)
    assert core.take()[0] == (2, OpenMirror(shard=HOME, paused=True, producer=changed))


def test_mirrors_go_with_their_producer(core: Core) -> None:
    core.consume(1, 1)
    core.consume(2, 2)
    core.take()
    core.mirrors.remove_producer(MIC.producer)
    core.mirrors.remove_producer(MIC.producer)
    assert core.take() == [(1, CloseProducer(producer=MIC.producer)), (2, CloseProducer(producer=MIC.producer))]
    core.release(1)
    core.consume(3, 1)
    assert core.take() == []
