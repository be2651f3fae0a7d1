"""Forged, replayed and spoofed datagrams against a call that goes on: its sound, pictures and data stay as they are."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.hostile import forgeries
from tests.hostile.raw_client import RawClient, check_no_defect
from tests.hostile.running_call import CONDUCTOR, DEADLINE_S, LONGEST_GAP_S, ROOM, call_under_attack
from tests.hostile.sniffer import Datagram, Endpoint, Sniffer
from tests.hostile.spoofer import Spoofer
from tests.interop.sdk import SdkProcess
from tests.server import TureenServer

START_S = 30.0
BATCH = 20
PAUSE_S = 0.004
"""Between batches: what a full receive buffer drops would be the call's own packets too, and prove nothing."""

RSS_GROWTH_BYTES = 48 * 1024 * 1024
MOST_REPLAYED = 600
Send = Callable[[bytes], object]


class Call:
    """Two peers in a call, what they have sent so far, and an attacker who can hear it and write any address."""

    def __init__(self, server: TureenServer, sniffer: Sniffer, spoofer: Spoofer) -> None:
        self.server = server
        self.sniffer = sniffer
        self.spoofer = spoofer
        self.chance = random.Random(7)
        self.peers: list[Endpoint] = []
        """Where the two peers send from: ICE may have tried other addresses first."""

    def latest(self, kind: str) -> dict[Endpoint, Datagram]:
        """The last datagram of this kind by each peer, of those on the path in use."""
        return {it.source: it for it in self.sniffer.heard(kind) if it.source in self.peers}

    def find_peers(self) -> bool:
        """Whether everything that the attacks replay was heard from both peers, on their final paths.

        To be asked before the first attack: what is spoofed later is heard under the peers' addresses too.
        """
        recent = Counter(it.source for it in self.sniffer.heard("rtp")[-60:])
        self.peers = [source for source, _ in recent.most_common(2)]
        return len(self.peers) == 2 and all(
            len([source for source in self.peers if self.sniffer.heard(kind, source)]) == 2
            for kind in ("stun", "dtls", "rtp", "rtcp")
        )

    def captured(self) -> list[Datagram]:
        """The handshakes and the latest of the call, in order."""
        heard = self.sniffer.heard()
        return heard[: MOST_REPLAYED // 2] + heard[-MOST_REPLAYED // 2 :]

    @contextlib.contextmanager
    def stranger(self) -> Iterator[Send]:
        """Sends from an address that no peer has."""
        target = next(iter(self.latest("rtp").values())).target
        with socket.socket(target.family, socket.SOCK_DGRAM) as attacker:
            attacker.bind((target.address, 0))
            attacker.connect((target.address, target.port))
            yield lambda payload: attacker.send(payload)

    def as_peer(self, peer: Endpoint) -> Send:
        """Sends under the peer's own address."""
        target = self.latest("rtp")[peer].target
        return lambda payload: self.spoofer.send(peer, target, payload)

    def counted(self, name: str) -> float:
        """A counter of the packet core."""
        return self.server.metrics()[f"tureen_{name}_total"]


def flood(send: Send, payloads: Iterable[bytes]) -> int:
    """Sends them all; how many."""
    count = 0
    for count, payload in enumerate(payloads, start=1):
        send(payload)
        if count % BATCH == 0:
            time.sleep(PAUSE_S)
    return count


@pytest.fixture
async def call(tmp_path: Path) -> AsyncIterator[Call]:
    """A running call. When the test ends, the call must have gone on, and the server must be as it was."""
    try:
        spoofer = Spoofer()
    except PermissionError:
        pytest.skip("needs the right to open raw sockets (root, or CAP_NET_RAW)")
    with TureenServer.start(tmp_path) as server, Sniffer(server.port) as sniffer, spoofer:
        sdk = SdkProcess(tmp_path / "sdk.log")
        talk = asyncio.create_task(
            asyncio.to_thread(sdk.run, call_under_attack.scenario, server, DEADLINE_S)  # type: ignore[attr-defined]
        )
        try:
            running = Call(server, sniffer, spoofer)
            await _started(running, talk)
            async with RawClient.join(server, ROOM, CONDUCTOR):
                before = server.metrics()
                yield running
                _check_as_before(server, before)
            await talk
        finally:
            sdk.stop()
            await asyncio.wait([talk])
        check_no_defect(server)


async def _started(call: Call, talk: asyncio.Task[None]) -> None:
    async with asyncio.timeout(START_S):
        while not call.find_peers():
            assert not talk.done(), talk.exception()
            await asyncio.sleep(0.05)


def _check_as_before(server: TureenServer, before: dict[str, float]) -> None:
    after = server.metrics()
    for unchanged in ("tureen_panics_total", "tureen_dtls_failures_total", "tureen_transports", "tureen_participants"):
        assert after[unchanged] == before[unchanged], unchanged
    memory = "process_resident_memory_bytes"
    assert after[memory] - before[memory] < RSS_GROWTH_BYTES


async def test_a_strangers_noise_is_refused_and_counted(call: Call) -> None:
    refused, stun_refused = call.counted("datagrams_refused"), call.counted("stun_refused")
    check = next(iter(call.latest("stun").values())).payload
    hello = next(it for it in call.sniffer.heard("dtls") if it.payload[0] == 22).payload
    media = next(iter(call.latest("rtp").values())).payload
    with call.stranger() as send:
        await asyncio.to_thread(flood, send, forgeries.noise(call.chance))
        checks = await asyncio.to_thread(flood, send, forgeries.misshapen_checks(check))
        others = await asyncio.to_thread(flood, send, forgeries.dtls_records(call.chance, hello))
        others += await asyncio.to_thread(flood, send, forgeries.media_packets(call.chance, media))
    assert call.counted("datagrams_refused") - refused >= others
    assert call.counted("stun_refused") - stun_refused >= checks * 0.9


async def test_what_was_captured_is_of_no_use_to_a_stranger(call: Call) -> None:
    """A replayed check is authentic, but moves nothing: no fresh packet follows it."""
    refused = call.counted("srtp_refused")
    with call.stranger() as send:
        for peer in call.peers:
            captured = [it.payload for it in call.captured() if it.source == peer]
            await asyncio.to_thread(flood, send, captured)
            checks = [it.payload for it in call.sniffer.heard("stun", peer)]
            # More often than the peer itself checks, and for longer than the call may be disturbed.
            until = time.monotonic() + 2 * LONGEST_GAP_S
            while time.monotonic() < until:
                await asyncio.to_thread(flood, send, [*checks, *captured[-BATCH:]])
                await asyncio.sleep(PAUSE_S)
    assert call.counted("srtp_refused") > refused


async def test_what_was_captured_is_of_no_use_under_a_peers_own_address(call: Call) -> None:
    """Neither its own packets nor those of the other peer, whose checks would claim the address."""
    refused, stun_refused = call.counted("srtp_refused"), call.counted("stun_refused")
    captured = [it.payload for it in call.captured()]
    for _ in range(3):
        for peer in call.peers:
            await asyncio.to_thread(flood, call.as_peer(peer), captured)
    assert call.counted("srtp_refused") > refused
    assert call.counted("stun_refused") > stun_refused


async def test_forged_packets_under_a_peers_own_address_change_nothing(call: Call) -> None:
    refused, stun_refused = call.counted("srtp_refused"), call.counted("stun_refused")
    hello = next(it for it in call.sniffer.heard("dtls") if it.payload[0] == 22).payload
    for peer in call.peers:
        send = call.as_peer(peer)
        media, check = call.latest("rtp")[peer].payload, call.latest("stun")[peer].payload
        mutated = [
            changed
            for it in call.captured()
            if it.source == peer
            for changed in forgeries.mutations(call.chance, it.payload)
        ]
        await asyncio.to_thread(flood, send, mutated)
        await asyncio.to_thread(flood, send, forgeries.misshapen_checks(check))
        await asyncio.to_thread(flood, send, forgeries.dtls_records(call.chance, hello))
        await asyncio.to_thread(flood, send, forgeries.media_packets(call.chance, media))
        await asyncio.to_thread(flood, send, forgeries.noise(call.chance))
    assert call.counted("srtp_refused") > refused
    assert call.counted("stun_refused") > stun_refused
