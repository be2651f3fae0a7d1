"""Virtual time, repeatable chance and a packet core that only takes notes."""

from __future__ import annotations

import heapq
import itertools
import random
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tureen.model.grant import Grant
from tureen.model.ids import ConsumerId, Identity, ProducerId, RoomName, SpeakersGroup, TransportId
from tureen.model.media import (
    CandidateAddress,
    ConsumerLimits,
    ConsumerParameters,
    Fingerprint,
    IceCredentials,
    LocalTransport,
    ProducerParameters,
    RemoteTransport,
)
from tureen.ports import ConsumerListener, ProducerListener, TransportListener, WrittenText

START = 1_800_000_000.0


class FakeTimer:
    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """Time passes only in `advance`."""

    def __init__(self) -> None:
        self._now = START
        self._order = itertools.count()
        self._timers: list[tuple[float, int, FakeTimer]] = []

    def now(self) -> float:
        return self._now

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(self._now + delay_s, callback)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        return timer

    def advance(self, seconds: float = 0.0) -> None:
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()
        self._now = end

    @property
    def pending(self) -> int:
        return sum(1 for _, _, timer in self._timers if timer.callback is not None)


class FakeRevocations:
    """Tokens that are void, by their bearers and by their ids."""

    def __init__(self) -> None:
        self.users: set[str] = set()
        self.tokens: set[str] = set()

    def is_revoked(self, grant: Grant) -> bool:
        return grant.identity in self.users or grant.token_id in self.tokens


class FakeSilence:
    def __init__(self) -> None:
        self.until = 0
        self.closed = False

    def close(self) -> None:
        self.closed = True


class FakeRoomChat:
    """What would be kept, and who is silenced."""

    def __init__(self) -> None:
        self.written: list[WrittenText] = []
        self.silences: dict[str, FakeSilence] = {}

    def enter(self, room: RoomName, identity: Identity) -> FakeSilence:
        self.silences[identity] = FakeSilence()
        return self.silences[identity]

    def handle_written(self, written: WrittenText) -> None:
        self.written.append(written)


class FakeEntropy:
    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def token(self, length: int) -> str:
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=length))

    def integer(self, bits: int) -> int:
        return self._random.getrandbits(bits)


@dataclass
class OpenTransport:
    shard: int
    local_ice: IceCredentials
    remote: RemoteTransport
    listener: TransportListener


@dataclass
class OpenProducer:
    transport: TransportId
    parameters: ProducerParameters
    listener: ProducerListener
    paused: bool = False


@dataclass
class OpenConsumer:
    transport: TransportId
    producer: ProducerId
    parameters: ConsumerParameters
    limits: ConsumerLimits
    listener: ConsumerListener
    updates: int = 0
    """How often its limits were set anew."""


@dataclass
class FakeMedia:
    """What is open, and every data message sent. Events are raised by the test on the listeners."""

    transports: dict[TransportId, OpenTransport] = field(default_factory=dict)
    producers: dict[ProducerId, OpenProducer] = field(default_factory=dict)
    consumers: dict[ConsumerId, OpenConsumer] = field(default_factory=dict)
    sent: list[tuple[tuple[TransportId, ...], str, bytes, bool]] = field(default_factory=list)
    ssrcs: list[tuple[TransportId, int]] = field(default_factory=list)
    speaker_limits: dict[SpeakersGroup, int] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def shards(self) -> int:
        return 2

    def local_transport(self, shard: int, ice: IceCredentials) -> LocalTransport:
        return LocalTransport(
            ice=ice,
            fingerprint=Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),
            candidates=(CandidateAddress(address="127.0.0.1", port=7880 + shard),),
        )

    def open_transport(
        self, shard: int, local_ice: IceCredentials, remote: RemoteTransport, listener: TransportListener
    ) -> TransportId:
        transport = TransportId(next(self._ids))
        self.transports[transport] = OpenTransport(shard, local_ice, remote, listener)
        return transport

    def update_transport(
        self, transport: TransportId, remote: RemoteTransport, *, restarted_ice: IceCredentials | None = None
    ) -> None:
        opened = self.transports[transport]
        local_ice = restarted_ice or opened.local_ice
        self.transports[transport] = OpenTransport(opened.shard, local_ice, remote, opened.listener)

    def close_transport(self, transport: TransportId) -> None:
        del self.transports[transport]
        self.producers = {key: open_ for key, open_ in self.producers.items() if open_.transport != transport}
        self.consumers = {
            key: open_
            for key, open_ in self.consumers.items()
            if open_.transport != transport and open_.producer in self.producers
        }

    def open_producer(
        self, transport: TransportId, parameters: ProducerParameters, listener: ProducerListener
    ) -> ProducerId:
        assert transport in self.transports
        producer = ProducerId(next(self._ids))
        self.producers[producer] = OpenProducer(transport, parameters, listener)
        return producer

    def update_producer(self, producer: ProducerId, parameters: ProducerParameters) -> None:
        self.producers[producer].parameters = parameters

    def limit_speakers(self, group: SpeakersGroup, limit: int) -> None:
        if limit:
            self.speaker_limits[group] = limit
        else:
            self.speaker_limits.pop(group, None)

    def pause_producer(self, producer: ProducerId, *, paused: bool) -> None:
        self.producers[producer].paused = paused

    def close_producer(self, producer: ProducerId) -> None:
        del self.producers[producer]
        self.consumers = {key: open_ for key, open_ in self.consumers.items() if open_.producer != producer}

    def open_consumer(
        self,
        transport: TransportId,
        producer: ProducerId,
        parameters: ConsumerParameters,
        limits: ConsumerLimits,
        listener: ConsumerListener,
    ) -> ConsumerId:
        assert transport in self.transports
        assert producer in self.producers
        # Under AES-GCM a source that returns within a transport's life would repeat nonces.
        for ssrc in (parameters.ssrc, parameters.rtx_ssrc):
            if ssrc is not None:
                assert (transport, ssrc) not in self.ssrcs
                self.ssrcs.append((transport, ssrc))
        consumer = ConsumerId(next(self._ids))
        self.consumers[consumer] = OpenConsumer(transport, producer, parameters, limits, listener)
        return consumer

    def update_consumer(self, consumer: ConsumerId, limits: ConsumerLimits) -> None:
        self.consumers[consumer].limits = limits
        self.consumers[consumer].updates += 1

    def close_consumer(self, consumer: ConsumerId) -> None:
        self.consumers.pop(consumer, None)

    def request_key_frame(self, producer: ProducerId) -> None:
        assert producer in self.producers

    def send_data(self, transports: Iterable[TransportId], label: str, payload: bytes, *, binary: bool = True) -> None:
        self.sent.append((tuple(transports), label, payload, binary))
