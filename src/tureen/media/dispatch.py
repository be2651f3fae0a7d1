"""Events of the packet core, handed to those whom they concern."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from tureen.media.events import (
    AnyEvent,
    AudioLevel,
    CommandFailed,
    ConsumerPaused,
    ConsumerReported,
    DataMessage,
    ProducerReported,
    ProducerStarted,
    TransportClosed,
    TransportConnected,
    TransportDisconnected,
    TransportReconnected,
    TransportReported,
)
from tureen.media.reports import ReportParts
from tureen.model.ids import ConsumerId, ProducerId, TransportId
from tureen.ports import ConsumerListener, ProducerListener, TransportListener

_log = logging.getLogger(__name__)

Id = TypeVar("Id", bound=int)
Listener = TypeVar("Listener")


class _Residents(Generic[Id, Listener]):
    """What lives on transports, each with its listener, and goes with its transport."""

    def __init__(self) -> None:
        self._all: dict[Id, tuple[TransportId, Listener]] = {}
        self._by_transport: dict[TransportId, set[Id]] = {}

    def add(self, resident: Id, transport: TransportId, listener: Listener) -> None:
        self._all[resident] = (transport, listener)
        self._by_transport.setdefault(transport, set()).add(resident)

    def remove(self, resident: Id) -> None:
        home = self.home(resident)
        if home is not None:
            del self._all[resident]
            self._by_transport[home].discard(resident)

    def clear(self, transport: TransportId) -> set[Id]:
        residents = self._by_transport.pop(transport, set())
        for resident in residents:
            del self._all[resident]
        return residents

    def home(self, resident: Id) -> TransportId | None:
        known = self._all.get(resident)
        return known[0] if known else None

    def listener(self, resident: Id) -> Listener | None:
        known = self._all.get(resident)
        return known[1] if known else None


class EventDispatch:
    """Knows the listeners of transports and of what is on them. One that raises harms neither others nor the loop."""

    def __init__(self) -> None:
        self._transports: dict[TransportId, TransportListener] = {}
        self._producers = _Residents[ProducerId, ProducerListener]()
        self._consumers = _Residents[ConsumerId, ConsumerListener]()
        self._reports = ReportParts()
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            CommandFailed: self._command_failed,
            TransportConnected: self._transport_connected,
            TransportDisconnected: self._transport_disconnected,
            TransportReconnected: self._transport_reconnected,
            TransportClosed: self._transport_closed,
            ProducerStarted: self._producer_started,
            AudioLevel: self._audio_level,
            ConsumerPaused: self._consumer_paused,
            ProducerReported: self._reports.add_producer,
            ConsumerReported: self._reports.add_consumer,
            TransportReported: self._transport_reported,
            DataMessage: self._data_message,
        }

    def add_transport(self, transport: TransportId, listener: TransportListener) -> None:
        """From now on its listener hears of it."""
        self._transports[transport] = listener

    def remove_transport(self, transport: TransportId) -> tuple[set[ProducerId], set[ConsumerId]]:
        """Nobody hears of it or what was on it any more, which is returned."""
        self._transports.pop(transport, None)
        return self._producers.clear(transport), self._consumers.clear(transport)

    def add_producer(self, producer: ProducerId, transport: TransportId, listener: ProducerListener) -> None:
        """From now on its listener hears of it."""
        self._producers.add(producer, transport, listener)

    def remove_producer(self, producer: ProducerId) -> None:
        """Nobody hears of it any more."""
        self._producers.remove(producer)

    def producer_home(self, producer: ProducerId) -> TransportId | None:
        """The transport of a producer."""
        return self._producers.home(producer)

    def add_consumer(self, consumer: ConsumerId, transport: TransportId, listener: ConsumerListener) -> None:
        """From now on its listener hears of it."""
        self._consumers.add(consumer, transport, listener)

    def remove_consumer(self, consumer: ConsumerId) -> None:
        """Nobody hears of it any more."""
        self._consumers.remove(consumer)

    def consumer_home(self, consumer: ConsumerId) -> TransportId | None:
        """The transport of a consumer."""
        return self._consumers.home(consumer)

    def handle(self, event: AnyEvent) -> TransportId | None:
        """Hands one event on. Returns the transport that it closed, if it did."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            try:
                handler(event)
            except Exception:  # noqa: BLE001 - other participants' events are in the same batch
                _log.exception("handling %s failed", type(event).__name__)
        return event.transport if isinstance(event, TransportClosed) else None

    def _command_failed(self, event: CommandFailed) -> None:
        listener = self._transports.get(TransportId(event.request))
        if listener is None:
            _log.warning("the packet core refused %s: %s (%s)", event.command, event.message, event.code)
        else:
            listener.handle_command_failed(event.command, event.code, event.message)

    def _transport_connected(self, event: TransportConnected) -> None:
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_transport_connected(event.remote, event.srtp_profile)

    def _transport_disconnected(self, event: TransportDisconnected) -> None:
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_transport_disconnected()

    def _transport_reconnected(self, event: TransportReconnected) -> None:
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_transport_reconnected()

    def _transport_closed(self, event: TransportClosed) -> None:
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_transport_closed(event.reason.value)

    def _producer_started(self, event: ProducerStarted) -> None:
        listener = self._producers.listener(event.producer)
        if listener is not None:
            listener.handle_producer_started(event.layer, event.payload_type)

    def _audio_level(self, event: AudioLevel) -> None:
        listener = self._producers.listener(event.producer)
        if listener is not None:
            listener.handle_audio_level(event.level)

    def _consumer_paused(self, event: ConsumerPaused) -> None:
        listener = self._consumers.listener(event.consumer)
        if listener is not None:
            listener.handle_consumer_paused(paused=event.paused)

    def _transport_reported(self, event: TransportReported) -> None:
        report = self._reports.conclude(event)
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_report(report)

    def _data_message(self, event: DataMessage) -> None:
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_data_message(event.label, event.payload, binary=event.binary)
