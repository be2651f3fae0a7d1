"""Events of the packet core, handed to those whom they concern."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tureen.media.events import (
    AnyEvent,
    AudioLevels,
    CommandFailed,
    DataMessage,
    ProducerStarted,
    TransportClosed,
    TransportConnected,
    TransportDisconnected,
    TransportReconnected,
)
from tureen.model.ids import ProducerId, TransportId
from tureen.ports import ProducerListener, TransportListener

_log = logging.getLogger(__name__)


class EventDispatch:
    """Knows the listeners of transports and producers. A listener that raises harms neither the others nor the loop."""

    def __init__(self) -> None:
        self._transports: dict[TransportId, TransportListener] = {}
        self._producers: dict[ProducerId, tuple[TransportId, ProducerListener]] = {}
        self._by_transport: dict[TransportId, set[ProducerId]] = {}
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            CommandFailed: self._command_failed,
            TransportConnected: self._transport_connected,
            TransportDisconnected: self._transport_disconnected,
            TransportReconnected: self._transport_reconnected,
            TransportClosed: self._transport_closed,
            ProducerStarted: self._producer_started,
            AudioLevels: self._audio_levels,
            DataMessage: self._data_message,
        }

    def add_transport(self, transport: TransportId, listener: TransportListener) -> None:
        """From now on its listener hears of it."""
        self._transports[transport] = listener

    def remove_transport(self, transport: TransportId) -> None:
        """Nobody hears of it or its producers any more."""
        self._transports.pop(transport, None)
        for producer in self._by_transport.pop(transport, ()):
            self._producers.pop(producer, None)

    def add_producer(self, producer: ProducerId, transport: TransportId, listener: ProducerListener) -> None:
        """From now on its listener hears of it."""
        self._producers[producer] = (transport, listener)
        self._by_transport.setdefault(transport, set()).add(producer)

    def remove_producer(self, producer: ProducerId) -> None:
        """Nobody hears of it any more."""
        home = self.home(producer)
        if home is not None:
            del self._producers[producer]
            self._by_transport.get(home, set()).discard(producer)

    def home(self, producer: ProducerId) -> TransportId | None:
        """The transport of a producer."""
        known = self._producers.get(producer)
        return known[0] if known else None

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
        known = self._producers.get(event.producer)
        if known is not None:
            known[1].handle_producer_started(event.layer, event.payload_type)

    def _audio_levels(self, event: AudioLevels) -> None:
        for heard in event.levels:
            known = self._producers.get(heard.producer)
            if known is not None:
                known[1].handle_audio_level(heard.level)

    def _data_message(self, event: DataMessage) -> None:
        listener = self._transports.get(event.transport)
        if listener is not None:
            listener.handle_data_message(event.label, event.payload, binary=event.binary)
