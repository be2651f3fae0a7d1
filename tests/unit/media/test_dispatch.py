"""Events reach those whom they concern, and nobody else."""

from __future__ import annotations

import logging

import msgspec
import pytest

from tureen.media.dispatch import EventDispatch
from tureen.media.events import (
    AudioLevel,
    CommandFailed,
    ConsumerPaused,
    ConsumerReported,
    DataChannelOpened,
    DataMessage,
    ProducerReported,
    ProducerStarted,
    TransportClosed,
    TransportCloseReason,
    TransportConnected,
    TransportDisconnected,
    TransportReconnected,
    TransportReported,
)
from tureen.model.ids import ConsumerId, ProducerId, TransportId
from tureen.model.reports import ConsumerReport, LayerReport, ProducerReport, TransportReport

ONE, TWO = TransportId(1), TransportId(2)
MIC = ProducerId(7)
PICTURE = ConsumerId(8)
SENT = ProducerReport(producer=MIC, layers=(LayerReport(layer=0, bitrate=40_000, loss=1, jitter_ms=2),))
RECEIVED = ConsumerReport(consumer=PICTURE, layer=1, temporal=2, paused=False, bitrate=800_000, loss=3, jitter_ms=4)
MEASURED = TransportReported(transport=ONE, round_trip_ms=20, estimate=None, sent=1, received=2)
REPORT = TransportReport(round_trip_ms=20, estimate=None, sent=1, received=2, producers=(), consumers=())


class Listener:
    """Writes down what it hears; may be told to fail."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []
        self.fails = False

    def _note(self, *what: object) -> None:
        if self.fails:
            raise RuntimeError("a defect")
        self.heard.append(what)

    def handle_transport_connected(self, remote: str, srtp_profile: str) -> None:
        self._note("connected", remote, srtp_profile)

    def handle_transport_disconnected(self) -> None:
        self._note("disconnected")

    def handle_transport_reconnected(self) -> None:
        self._note("reconnected")

    def handle_transport_closed(self, reason: str) -> None:
        self._note("closed", reason)

    def handle_data_message(self, label: str, payload: bytes, *, binary: bool) -> None:
        self._note("data", label, payload, binary)

    def handle_command_failed(self, command: str, code: str, message: str) -> None:
        self._note("failed", command, code)

    def handle_producer_started(self, layer: int, payload_type: int) -> None:
        self._note("started", layer, payload_type)

    def handle_audio_level(self, level: int) -> None:
        self._note("level", level)

    def handle_consumer_paused(self, *, paused: bool) -> None:
        self._note("paused", paused)

    def handle_report(self, report: TransportReport) -> None:
        self._note("report", report)


@pytest.fixture
def listeners() -> tuple[Listener, Listener]:
    return Listener(), Listener()


@pytest.fixture
def dispatch(listeners: tuple[Listener, Listener]) -> EventDispatch:
    dispatch = EventDispatch()
    dispatch.add_transport(ONE, listeners[0])
    dispatch.add_transport(TWO, listeners[1])
    dispatch.add_producer(MIC, ONE, listeners[0])
    dispatch.add_consumer(PICTURE, ONE, listeners[0])
    return dispatch


def test_each_event_reaches_its_listener(dispatch: EventDispatch, listeners: tuple[Listener, Listener]) -> None:
    for event in (
        TransportConnected(transport=ONE, remote="192.0.2.9:4000", srtp_profile="AEAD_AES_256_GCM"),
        TransportDisconnected(transport=ONE),
        TransportReconnected(transport=ONE),
        ProducerStarted(producer=MIC, layer=2, payload_type=96),
        AudioLevel(producer=MIC, level=9),
        AudioLevel(producer=ProducerId(99), level=1),
        ConsumerPaused(consumer=PICTURE, paused=True),
        ConsumerPaused(consumer=ConsumerId(99), paused=True),
        MEASURED,
        DataChannelOpened(transport=ONE, channel=0, label="x", protocol="", ordered=True, max_retransmits=None),
        DataMessage(transport=ONE, channel=0, label="x", binary=False, payload=b"y"),
        CommandFailed(request=1, command="open_consumer", code="unknown_producer", message=""),
    ):
        assert dispatch.handle(event) is None
    assert listeners[0].heard == [
        ("connected", "192.0.2.9:4000", "AEAD_AES_256_GCM"),
        ("disconnected",),
        ("reconnected",),
        ("started", 2, 96),
        ("level", 9),
        ("paused", True),
        ("report", REPORT),
        ("data", "x", b"y", False),
        ("failed", "open_consumer", "unknown_producer"),
    ]
    assert listeners[1].heard == []


def test_a_closed_transport_is_named(dispatch: EventDispatch, listeners: tuple[Listener, Listener]) -> None:
    assert dispatch.handle(TransportClosed(transport=TWO, reason=TransportCloseReason.PEER_CLOSED)) == TWO
    assert listeners[1].heard == [("closed", "peer_closed")]


def test_what_was_removed_hears_nothing(dispatch: EventDispatch, listeners: tuple[Listener, Listener]) -> None:
    dispatch.remove_transport(ONE)
    dispatch.handle(TransportConnected(transport=ONE, remote="", srtp_profile=""))
    dispatch.handle(ProducerStarted(producer=MIC, layer=0, payload_type=96))
    dispatch.handle(ConsumerPaused(consumer=PICTURE, paused=True))
    assert dispatch.producer_home(MIC) is None
    assert dispatch.consumer_home(PICTURE) is None
    assert listeners[0].heard == []


def test_a_failing_listener_harms_nobody(
    dispatch: EventDispatch, listeners: tuple[Listener, Listener], caplog: pytest.LogCaptureFixture
) -> None:
    listeners[0].fails = True
    with caplog.at_level(logging.ERROR):
        dispatch.handle(TransportDisconnected(transport=ONE))
        dispatch.handle(TransportDisconnected(transport=TWO))
    assert listeners[1].heard == [("disconnected",)]
    assert "TransportDisconnected" in caplog.text


def test_the_parts_of_a_report_arrive_as_a_whole(dispatch: EventDispatch, listeners: tuple[Listener, Listener]) -> None:
    for event in (
        ProducerReported(transport=ONE, report=SENT),
        ConsumerReported(transport=ONE, report=RECEIVED),
        MEASURED,
        msgspec.structs.replace(MEASURED, transport=TWO),
    ):
        dispatch.handle(event)
    whole = msgspec.structs.replace(REPORT, producers=(SENT,), consumers=(RECEIVED,))
    assert [listener.heard for listener in listeners] == [[("report", whole)], [("report", REPORT)]]


def test_what_is_left_of_a_report_is_no_part_of_the_next(
    dispatch: EventDispatch, listeners: tuple[Listener, Listener]
) -> None:
    dispatch.handle(ConsumerReported(transport=TWO, report=RECEIVED))
    dispatch.handle(MEASURED)
    assert listeners[0].heard == [("report", REPORT)]
