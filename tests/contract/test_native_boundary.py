"""Python and the packet core agree on every command and every event.

The native module under test is the real one. What peers send is not simulated here: `tests/interop` does that.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
import select
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tureen.media.commands import (
    AnyCommand,
    CloseConsumer,
    CloseProducer,
    CloseTransport,
    LimitSpeakers,
    MirrorProducer,
    OpenConsumer,
    OpenMirror,
    OpenProducer,
    OpenTransport,
    PauseProducer,
    RequestKeyFrame,
    SendData,
    UpdateConsumer,
    UpdateTransport,
)
from tureen.media.core import MediaCore
from tureen.media.errors import MediaCoreError
from tureen.media.events import AnyEvent, CommandFailed, DataDropped
from tureen.media.settings import CoreSettings, ListenAddress
from tureen.model.ids import ConsumerId, ProducerId, TransportId
from tureen.model.media import (
    CandidateAddress,
    Codec,
    ConsumerLimits,
    ConsumerParameters,
    Encoding,
    Fingerprint,
    HeaderExtensionIds,
    IceCredentials,
    MediaKind,
    PayloadTypeMapping,
    ProducerParameters,
    RemoteTransport,
)
from tureen.model.reports import TransportReport

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tureen._native") is None, reason="the packet core is not built: run make build"
)

HASH = ":".join(["AB"] * 32)
OURS = IceCredentials(ufrag="ours", password="o" * 22)
THEIRS = IceCredentials(ufrag="them", password="t" * 22)
EXTENSIONS = HeaderExtensionIds(mid=4, rid=10, repaired_rid=11, transport_cc=3, abs_send_time=2, audio_level=1)
VP8 = Codec(
    mime_type="video/VP8", payload_type=96, clock_rate=90000, feedback=("nack", "nack pli"), rtx_payload_type=97
)
SETTINGS = CoreSettings(shards=((ListenAddress(address="127.0.0.1", port=0),),) * 2)
REMOTE = RemoteTransport(
    ice=THEIRS, fingerprint=Fingerprint(algorithm="sha-256", value=HASH), extensions=EXTENSIONS, max_message_size=65536
)

PRODUCED = ProducerParameters(kind=MediaKind.VIDEO, mid="1", codecs=(VP8,), encodings=(Encoding(ssrc=1000),))
CONSUMED = ConsumerParameters(
    kind=MediaKind.VIDEO,
    mid="2",
    ssrc=2000,
    rtx_ssrc=None,
    payload_types=(PayloadTypeMapping(producer=96, consumer=96),),
)

T1, P1, C1 = TransportId(1), ProducerId(2), ConsumerId(3)


def open_transport(transport: int, request: int = 0) -> OpenTransport:
    return OpenTransport(
        request=request,
        transport=TransportId(transport),
        local_ice=OURS,
        remote_ice=THEIRS,
        remote_fingerprint=HASH,
        extensions=EXTENSIONS,
        max_message_size=65536,
    )


GOOD_BATCH: tuple[AnyCommand, ...] = (
    open_transport(T1, 1),
    UpdateTransport(
        request=2,
        transport=T1,
        extensions=HeaderExtensionIds(),
        max_message_size=262144,
        local_ice=OURS,
        remote_ice=THEIRS,
    ),
    OpenProducer(
        request=3,
        producer=P1,
        transport=T1,
        kind=MediaKind.VIDEO,
        mid="1",
        codecs=(VP8,),
        encodings=(Encoding(rid="q"), Encoding(rid="h"), Encoding(rid="f", ssrc=5, rtx_ssrc=6)),
    ),
    OpenMirror(
        request=12,
        shard=1,
        paused=True,
        producer=OpenProducer(
            producer=ProducerId(77),
            transport=TransportId(78),
            kind=MediaKind.VIDEO,
            mid="1",
            codecs=(VP8,),
            encodings=(Encoding(),),
        ),
    ),
    MirrorProducer(request=13, producer=P1, shard=1, mirrored=True),
    LimitSpeakers(request=11, speakers=1, limit=3),
    PauseProducer(request=4, producer=P1, paused=True),
    RequestKeyFrame(request=5, producer=P1),
    OpenConsumer(
        request=6,
        consumer=C1,
        transport=T1,
        producer=P1,
        mid="2",
        ssrc=2**32 - 2,
        rtx_ssrc=2**32 - 1,
        payload_types=(PayloadTypeMapping(producer=96, consumer=100, consumer_rtx=101),),
    ),
    UpdateConsumer(request=7, consumer=C1, limits=ConsumerLimits(paused=True, max_layer=1, max_temporal=1, priority=9)),
    CloseConsumer(request=8, consumer=C1),
    CloseProducer(request=9, producer=P1),
    CloseTransport(request=10, transport=T1),
)
"""Each command once, all of them possible."""


class NativeCore:
    """The bare core with its MessagePack."""

    def __init__(self) -> None:
        from tureen import _native  # noqa: TID251 - it is what is tested

        self.error: type[Exception] = _native.CoreError
        self.core = _native.Core(SETTINGS.encode())

    def submit(self, *commands: AnyCommand) -> None:
        self.core.submit(0, msgspec.msgpack.encode(commands))

    def events(self, count: int) -> list[Any]:
        """Waits for so many events."""
        found: list[Any] = []
        while len(found) < count:
            assert select.select([self.core.event_fd()], [], [], 5.0)[0], f"only {found} came"
            found += msgspec.msgpack.decode(self.core.drain(), type=list[AnyEvent])
        return found


@pytest.fixture
def native() -> Iterator[NativeCore]:
    native = NativeCore()
    yield native
    native.core.close()


def test_it_tells_its_fingerprint_and_where_it_listens(native: NativeCore) -> None:
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", native.core.fingerprint())
    shards = native.core.addresses()
    assert len(shards) == 2
    assert all(address == "127.0.0.1" and port > 0 for shard in shards for address, port in shard)
    assert len({port for shard in shards for _, port in shard}) == 2


def test_every_command_is_understood_and_none_fails(native: NativeCore) -> None:
    covered = {type(command) for command in GOOD_BATCH} | {SendData}
    assert covered == set(AnyCommand.__args__)
    # Whatever fails would be told before the last, which fails on purpose.
    native.submit(*GOOD_BATCH, PauseProducer(request=99, producer=P1, paused=False))
    assert [event.request for event in native.events(1)] == [99]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (
            UpdateTransport(request=7, transport=T1, extensions=EXTENSIONS, max_message_size=65536),
            "unknown_transport",
        ),
        (
            OpenProducer(request=7, producer=P1, transport=T1, kind=MediaKind.AUDIO, mid="0", codecs=(), encodings=()),
            "unknown_transport",
        ),
        (PauseProducer(request=7, producer=P1, paused=True), "unknown_producer"),
        (RequestKeyFrame(request=7, producer=P1), "unknown_producer"),
        (UpdateConsumer(request=7, consumer=C1, limits=ConsumerLimits(paused=True)), "unknown_consumer"),
    ],
)
def test_what_fails_is_told_with_its_request(native: NativeCore, command: AnyCommand, code: str) -> None:
    native.submit(command)
    (event,) = native.events(1)
    assert isinstance(event, CommandFailed)
    assert (event.request, event.code, event.command) == (7, code, type(command).__struct_config__.tag)
    assert event.message


def test_the_rest_of_a_batch_is_not_harmed(native: NativeCore) -> None:
    native.submit(PauseProducer(request=1, producer=P1, paused=True), open_transport(5), open_transport(5, 2))
    failed = native.events(2)
    assert [(event.request, event.code) for event in failed] == [(1, "unknown_producer"), (2, "duplicate_id")]


def test_data_without_a_channel_is_told(native: NativeCore) -> None:
    native.submit(open_transport(1), SendData(transports=(T1,), label="_reliable", payload=b"12345"))
    (event,) = native.events(1)
    assert event == DataDropped(transport=T1, label="_reliable", size=5)


@pytest.mark.parametrize("batch", [b"", b"\xc1", b"\x91\x80", msgspec.msgpack.encode([{"type": "dance"}])])
def test_what_is_no_batch_is_refused(native: NativeCore, batch: bytes) -> None:
    with pytest.raises(native.error):
        native.core.submit(0, batch)


def test_closing_twice_is_harmless_and_final(native: NativeCore) -> None:
    native.core.close()
    native.core.close()
    with pytest.raises(native.error):
        native.submit(*GOOD_BATCH)


class Listener:
    """Hears of one transport and one producer."""

    def __init__(self) -> None:
        self.failures: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def handle_command_failed(self, command: str, code: str, message: str) -> None:
        self.failures.put_nowait((command, code))

    def handle_transport_connected(self, remote: str, srtp_profile: str) -> None: ...
    def handle_transport_disconnected(self) -> None: ...
    def handle_transport_reconnected(self) -> None: ...
    def handle_transport_closed(self, reason: str) -> None: ...
    def handle_data_message(self, label: str, payload: bytes, *, binary: bool) -> None: ...
    def handle_producer_started(self, layer: int, payload_type: int) -> None: ...
    def handle_audio_level(self, level: int) -> None: ...
    def handle_consumer_paused(self, *, paused: bool) -> None: ...
    def handle_report(self, report: TransportReport) -> None: ...


async def test_the_adapter_batches_down_and_dispatches_up() -> None:
    core = MediaCore(SETTINGS, asyncio.get_running_loop())
    try:
        healthy, ill = Listener(), Listener()
        producer_of = {}
        for shard, listener in enumerate((healthy, ill)):
            transport = core.open_transport(shard, OURS, REMOTE, listener)
            producer_of[shard] = core.open_producer(transport, PRODUCED, listener)
        core.close_producer(producer_of[0])
        core.open_consumer(transport, producer_of[0], CONSUMED, ConsumerLimits(), ill)
        failure = await asyncio.wait_for(ill.failures.get(), 5)
        assert failure == ("open_consumer", "unknown_producer")
        assert healthy.failures.empty()
        assert core.shards() == 2
        assert core.local_transport(1, OURS).candidates == core.addresses()[1]
        assert all(isinstance(value, int | float) for value in core.statistics().values())
    finally:
        core.close()
        core.close()


async def _counted(core: MediaCore, **expected: int) -> None:
    """Waits until the core counts so many of each."""
    async with asyncio.timeout(5):
        while {name: core.statistics()[name] for name in expected} != expected:  # noqa: ASYNC110 - counts have no event
            await asyncio.sleep(0.005)


async def test_a_producer_is_mirrored_on_another_shard_for_as_long_as_it_is_consumed_there() -> None:
    core = MediaCore(SETTINGS, asyncio.get_running_loop())
    try:
        listener = Listener()
        publisher = core.open_transport(0, OURS, REMOTE, listener)
        producer = core.open_producer(publisher, PRODUCED, listener)
        subscriber = core.open_transport(1, OURS, REMOTE, listener)
        consumers = [
            core.open_consumer(
                subscriber, producer, msgspec.structs.replace(CONSUMED, ssrc=ssrc), ConsumerLimits(), listener
            )
            for ssrc in (2000, 3000)
        ]
        await _counted(core, producers=1, mirrors=1, consumers=2)
        core.pause_producer(producer, paused=True)
        core.update_producer(producer, msgspec.structs.replace(PRODUCED, encodings=(Encoding(ssrc=1001),)))
        core.close_consumer(consumers[0])
        await _counted(core, mirrors=1, consumers=1)
        core.close_consumer(consumers[1])
        await _counted(core, producers=1, mirrors=0, consumers=0)
        core.open_consumer(subscriber, producer, CONSUMED, ConsumerLimits(), listener)
        await _counted(core, mirrors=1, consumers=1)
        core.close_transport(publisher)
        await _counted(core, transports=1, producers=0, mirrors=0, consumers=0)
        assert listener.failures.empty()
    finally:
        core.close()


async def test_candidates_may_be_others_than_the_bound_addresses() -> None:
    world = CandidateAddress(address="203.0.113.7", port=443)
    core = MediaCore(SETTINGS, asyncio.get_running_loop(), advertise=lambda own: (own, world))
    try:
        assert core.local_transport(0, OURS).candidates[1] == world
    finally:
        core.close()


async def test_an_address_in_use_is_a_typed_error() -> None:
    core = MediaCore(SETTINGS, asyncio.get_running_loop())
    try:
        taken = core.addresses()[0][0]
        settings = CoreSettings(shards=((ListenAddress(address=taken.address, port=taken.port),),))
        with pytest.raises(MediaCoreError, match="did not start"):
            MediaCore(settings, asyncio.get_running_loop())
    finally:
        core.close()
