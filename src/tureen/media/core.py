"""The packet core as the domain sees it: commands go down once per turn of the loop, events come up in batches."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from tureen.media.commands import (
    AnyCommand,
    CloseConsumer,
    CloseProducer,
    CloseTransport,
    LimitSpeakers,
    OpenConsumer,
    OpenProducer,
    OpenTransport,
    PauseProducer,
    RequestKeyFrame,
    SendData,
    UpdateConsumer,
    UpdateTransport,
)
from tureen.media.dispatch import EventDispatch
from tureen.media.errors import MediaCoreError
from tureen.media.events import AnyEvent
from tureen.media.mirrors import Mirrors
from tureen.media.settings import CoreSettings
from tureen.model.ids import ConsumerId, ProducerId, SpeakersGroup, TransportId
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
from tureen.ports import ConsumerListener, ProducerListener, TransportListener

if TYPE_CHECKING:
    from tureen._native import Core


class MediaCore:
    """Implements `ports.MediaPort` over the native core. Belongs to one event loop; no method is safe from elsewhere.

    Commands carry their transport's id as ``request``: what fails is its listener's business, and nothing has to be
    remembered.
    """

    def __init__(
        self,
        settings: CoreSettings,
        loop: asyncio.AbstractEventLoop,
        advertise: Callable[[CandidateAddress], Iterable[CandidateAddress]] | None = None,
    ) -> None:
        """Binds the sockets and starts the threads.

        ``advertise``: the candidates for a bound address, where the world sees another; the address itself by default.
        Raises `MediaCoreError`.
        """
        self._loop = loop
        self._core = _start(settings)
        self._closed = False
        self._fingerprint = Fingerprint(algorithm="sha-256", value=self._core.fingerprint())
        self._candidates = tuple(
            tuple(candidate for bound in shard for candidate in _advertised(bound, advertise))
            for shard in self._core.addresses()
        )
        self._ids = itertools.count(1)
        self._shard_of: dict[TransportId, int] = {}
        self._batches: dict[int, list[AnyCommand]] = {}
        self._dispatch = EventDispatch()
        self._mirrors = Mirrors(self._queue_on)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[AnyEvent])
        loop.add_reader(self._core.event_fd(), self._drain)

    def close(self) -> None:
        """Stops the threads and closes the sockets. Harmless if closed."""
        if self._closed:
            return
        self._flush()
        self._closed = True
        self._loop.remove_reader(self._core.event_fd())
        self._core.close()

    def statistics(self) -> dict[str, int | float]:
        """Counters since the start, by name."""
        return msgspec.msgpack.decode(self._core.statistics(), type=dict[str, int | float])

    def shards(self) -> int:
        """See `ports.MediaPort`, as for all that follow."""
        return len(self._candidates)

    def addresses(self) -> tuple[tuple[CandidateAddress, ...], ...]:
        """The candidates of each shard."""
        return self._candidates

    def local_transport(self, shard: int, ice: IceCredentials) -> LocalTransport:
        """See `ports.MediaPort`."""
        return LocalTransport(ice=ice, fingerprint=self._fingerprint, candidates=self._candidates[shard])

    def open_transport(
        self, shard: int, local_ice: IceCredentials, remote: RemoteTransport, listener: TransportListener
    ) -> TransportId:
        """See `ports.MediaPort`."""
        transport = TransportId(next(self._ids))
        self._shard_of[transport] = shard
        self._dispatch.add_transport(transport, listener)
        self._queue(
            transport,
            OpenTransport(
                request=transport,
                transport=transport,
                local_ice=local_ice,
                remote_ice=remote.ice,
                remote_fingerprint=remote.fingerprint.value,
                extensions=remote.extensions,
                max_message_size=remote.max_message_size,
            ),
        )
        return transport

    def update_transport(
        self, transport: TransportId, remote: RemoteTransport, *, restarted_ice: IceCredentials | None = None
    ) -> None:
        """See `ports.MediaPort`."""
        self._queue(
            transport,
            UpdateTransport(
                request=transport,
                transport=transport,
                extensions=remote.extensions,
                max_message_size=remote.max_message_size,
                local_ice=restarted_ice,
                remote_ice=remote.ice if restarted_ice is not None else None,
            ),
        )

    def close_transport(self, transport: TransportId) -> None:
        """See `ports.MediaPort`."""
        self._queue(transport, CloseTransport(transport=transport))
        self._forget(transport)

    def open_producer(
        self, transport: TransportId, parameters: ProducerParameters, listener: ProducerListener
    ) -> ProducerId:
        """See `ports.MediaPort`."""
        producer = ProducerId(next(self._ids))
        self._dispatch.add_producer(producer, transport, listener)
        self._open_producer(producer, transport, parameters)
        return producer

    def update_producer(self, producer: ProducerId, parameters: ProducerParameters) -> None:
        """See `ports.MediaPort`."""
        transport = self._dispatch.producer_home(producer)
        if transport is not None:
            self._open_producer(producer, transport, parameters)

    def limit_speakers(self, group: SpeakersGroup, limit: int) -> None:
        """See `ports.MediaPort`."""
        for shard in range(self.shards()):
            self._queue_on(shard, LimitSpeakers(speakers=group, limit=limit))

    def pause_producer(self, producer: ProducerId, *, paused: bool) -> None:
        """See `ports.MediaPort`."""
        transport = self._dispatch.producer_home(producer)
        if transport is not None:
            self._queue(transport, PauseProducer(request=transport, producer=producer, paused=paused))
            self._mirrors.pause_producer(producer, paused=paused)

    def close_producer(self, producer: ProducerId) -> None:
        """See `ports.MediaPort`."""
        transport = self._dispatch.producer_home(producer)
        if transport is not None:
            self._queue(transport, CloseProducer(producer=producer))
            self._mirrors.remove_producer(producer)
            self._dispatch.remove_producer(producer)

    def open_consumer(
        self,
        transport: TransportId,
        producer: ProducerId,
        parameters: ConsumerParameters,
        limits: ConsumerLimits,
        listener: ConsumerListener,
    ) -> ConsumerId:
        """See `ports.MediaPort`."""
        consumer = ConsumerId(next(self._ids))
        self._dispatch.add_consumer(consumer, transport, listener)
        shard = self._shard_of.get(transport)
        if shard is not None:
            self._mirrors.add_consumer(consumer, shard, producer)
        self._queue(
            transport,
            OpenConsumer(
                request=transport,
                consumer=consumer,
                transport=transport,
                producer=producer,
                mid=parameters.mid,
                ssrc=parameters.ssrc,
                rtx_ssrc=parameters.rtx_ssrc,
                payload_types=parameters.payload_types,
                limits=limits,
            ),
        )
        return consumer

    def update_consumer(self, consumer: ConsumerId, limits: ConsumerLimits) -> None:
        """See `ports.MediaPort`."""
        transport = self._dispatch.consumer_home(consumer)
        if transport is not None:
            self._queue(transport, UpdateConsumer(consumer=consumer, limits=limits))

    def close_consumer(self, consumer: ConsumerId) -> None:
        """See `ports.MediaPort`."""
        transport = self._dispatch.consumer_home(consumer)
        if transport is not None:
            self._queue(transport, CloseConsumer(consumer=consumer))
            self._mirrors.remove_consumer(consumer)
            self._dispatch.remove_consumer(consumer)

    def request_key_frame(self, producer: ProducerId) -> None:
        """See `ports.MediaPort`."""
        transport = self._dispatch.producer_home(producer)
        if transport is not None:
            self._queue(transport, RequestKeyFrame(producer=producer))

    def send_data(self, transports: Iterable[TransportId], label: str, payload: bytes, *, binary: bool = True) -> None:
        """See `ports.MediaPort`."""
        by_shard: dict[int, list[TransportId]] = {}
        for transport in transports:
            shard = self._shard_of.get(transport)
            if shard is not None:
                by_shard.setdefault(shard, []).append(transport)
        for group in by_shard.values():
            self._queue(group[0], SendData(transports=tuple(group), label=label, payload=payload, binary=binary))

    def _open_producer(self, producer: ProducerId, transport: TransportId, parameters: ProducerParameters) -> None:
        opened = OpenProducer(
            request=transport,
            producer=producer,
            transport=transport,
            kind=parameters.kind,
            mid=parameters.mid,
            codecs=parameters.codecs,
            encodings=parameters.encodings,
            speakers=parameters.speakers or 0,
        )
        self._queue(transport, opened)
        shard = self._shard_of.get(transport)
        if shard is not None:
            self._mirrors.add_producer(shard, opened)

    def _queue(self, transport: TransportId, command: AnyCommand) -> None:
        shard = self._shard_of.get(transport)
        if shard is not None:
            self._queue_on(shard, command)

    def _queue_on(self, shard: int, command: AnyCommand) -> None:
        if self._closed:
            return
        if not self._batches:
            self._loop.call_soon(self._flush)
        self._batches.setdefault(shard, []).append(command)

    def _flush(self) -> None:
        batches, self._batches = self._batches, {}
        if self._closed:
            return
        for shard, batch in batches.items():
            self._core.submit(shard, self._encoder.encode(batch))

    def _drain(self) -> None:
        for event in self._decoder.decode(self._core.drain()):
            closed = self._dispatch.handle(event)
            if closed is not None:
                self._forget(closed)

    def _forget(self, transport: TransportId) -> None:
        producers, consumers = self._dispatch.remove_transport(transport)
        for consumer in consumers:
            self._mirrors.remove_consumer(consumer)
        for producer in producers:
            self._mirrors.remove_producer(producer)
        self._shard_of.pop(transport, None)


def _start(settings: CoreSettings) -> Core:
    try:
        from tureen import _native  # noqa: PLC0415 - tools and tests import this package without a native build
    except ImportError as error:
        raise MediaCoreError("The packet core is not built.", "Run: maturin develop --release") from error
    try:
        return _native.Core(settings.encode())
    except _native.CoreError as error:
        raise MediaCoreError(
            f"The packet core did not start: {error}.",
            "Stop the program that holds this UDP port, or choose another port with --port, or addresses with --host.",
        ) from error


def _advertised(
    bound: tuple[str, int], advertise: Callable[[CandidateAddress], Iterable[CandidateAddress]] | None
) -> tuple[CandidateAddress, ...]:
    own = CandidateAddress(address=bound[0], port=bound[1])
    return (own,) if advertise is None else tuple(advertise(own))
