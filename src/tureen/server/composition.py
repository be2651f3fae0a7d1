"""Puts a node together: the packet core, the rooms, the doors, and what the metrics show of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from msgspec import Struct
from starlette.routing import BaseRoute

from tureen.config.settings import Gso, Settings, ShardPorts
from tureen.doors.livekit import LivekitDoor, LivekitDoorSettings, livekit_routes
from tureen.doors.loop_clock import LoopClock
from tureen.doors.open_sockets import OpenSockets
from tureen.doors.system_entropy import SystemEntropy
from tureen.media.core import MediaCore
from tureen.media.settings import CoreSettings, ListenAddress
from tureen.media.statistics import LEVELS
from tureen.model.media import CandidateAddress
from tureen.ports import Clock, Entropy, MediaPort
from tureen.rooms import RoomRegistry
from tureen.rooms.limits import RoomDefaults, RoomLimits
from tureen.server.health import HealthPort
from tureen.server.people_composition import PeopleNeeds, compose_people
from tureen.server.room_views import RoomViews
from tureen.server.version import package_version
from tureen.telemetry.link_metrics import link_metrics
from tureen.telemetry.metrics import Metrics
from tureen.telemetry.room_log import RoomLog


class Foundation(Struct, frozen=True, kw_only=True):
    """What the parts of a node are made from."""

    settings: Settings
    metrics: Metrics
    health: HealthPort
    media_addresses: tuple[str, ...]
    """Literal addresses of this machine on which media is to be received, with UDP on ``settings.port``."""


class Services(Struct, frozen=True, kw_only=True):
    """The parts of a running node, as far as the HTTP side needs them."""

    routes: tuple[BaseRoute, ...] = ()
    """Of all doors, and of what operators look at."""
    drain: Callable[[], Awaitable[None]]
    """Asks every session to end and returns when the last one has; may be cancelled."""


Compose = Callable[[Foundation], AbstractAsyncContextManager[Services]]


@asynccontextmanager
async def compose(foundation: Foundation) -> AsyncIterator[Services]:
    """Starts the parts of a node; they stop when the context is left, in reverse."""
    settings = foundation.settings
    loop = asyncio.get_running_loop()
    clock, entropy = LoopClock(loop), SystemEntropy()
    sockets = OpenSockets()
    media = MediaCore(core_settings(settings, foundation.media_addresses), loop, _advertise(settings))
    try:
        registry = _registry(settings, media, clock, entropy)
        _show(foundation.metrics, media, registry, settings.metrics.rooms)
        needs = PeopleNeeds(
            settings=settings, metrics=foundation.metrics, clock=clock, entropy=entropy, sockets=sockets
        )
        async with compose_people(needs) as people:
            door = LivekitDoor(
                registry, media, clock, entropy, _livekit_settings(settings),
                revoked=people.revocations, chat=people.room_chat if settings.rooms.keep_chat else None,
            )  # fmt: skip
            people.revocations.attach(door)
            people.room_chat.attach(door)
            views = RoomViews(registry, settings.keys, people.revocations, open_to_all=settings.dev)

            async def drain() -> None:
                people.say_goodbye()
                registry.close_all()
                await sockets.wait_until_none()

            yield Services(routes=(*livekit_routes(door, sockets), *people.routes, *views.routes), drain=drain)
            registry.close_all()
    finally:
        media.close()


def core_settings(settings: Settings, addresses: Iterable[str]) -> CoreSettings:
    """All shards share the port of the settings, or the first one has it and each further one the next."""
    listed = tuple(addresses)
    one_port = settings.media.shard_ports is ShardPorts.ONE
    return CoreSettings(
        shards=tuple(
            tuple(ListenAddress(address=address, port=settings.port + (0 if one_port else shard)) for address in listed)
            for shard in range(settings.media.shards)
        ),
        one_port=one_port,
        gso=settings.media.gso is not Gso.OFF,
    )


def _advertise(settings: Settings) -> Callable[[CandidateAddress], Iterable[CandidateAddress]]:
    """Behind a one-to-one NAT the world sees other addresses than we bind; those inside still use the bound ones."""

    def advertise(bound: CandidateAddress) -> Iterable[CandidateAddress]:
        version = 6 if ":" in bound.address else 4
        public = [address for address in settings.public_addresses if (6 if ":" in address else 4) == version]
        return [bound, *(CandidateAddress(address=address, port=bound.port) for address in public)]

    return advertise


def _registry(settings: Settings, media: MediaPort, clock: Clock, entropy: Entropy) -> RoomRegistry:
    limits, rooms = settings.limits, settings.rooms
    return RoomRegistry(
        clock,
        entropy,
        media=media,
        limits=RoomLimits(
            rooms=limits.rooms,
            participants=limits.participants,
            tracks_per_participant=limits.tracks_per_participant,
            metadata_bytes=limits.metadata_bytes,
            attributes_bytes=limits.attributes_bytes,
            name_characters=limits.name_characters,
        ),
        defaults=RoomDefaults(
            auto_create=rooms.auto_create,
            empty_timeout_s=rooms.empty_timeout_s,
            departure_timeout_s=rooms.departure_timeout_s,
            max_participants=rooms.max_participants,
            audible_speakers=rooms.audible_speakers,
            spread_from=rooms.spread_from,
        ),
        observe=RoomLog,
    )


def _livekit_settings(settings: Settings) -> LivekitDoorSettings:
    return LivekitDoorSettings(
        keys=settings.keys,
        version=package_version(),
        frame_bytes=settings.limits.signal_frame_bytes,
        queue_bytes=settings.limits.signal_queue_bytes,
        requests_per_second=settings.limits.requests_per_second,
    )


def _show(metrics: Metrics, media: MediaCore, registry: RoomRegistry, named_rooms: int) -> None:
    def counters() -> Mapping[str, float]:
        return {name: value for name, value in media.statistics().items() if name not in LEVELS}

    def levels() -> Mapping[str, float]:
        return {name: value for name, value in media.statistics().items() if name in LEVELS}

    def sizes() -> Mapping[str, float]:
        return {"rooms": len(registry.rooms), "participants": registry.participants}

    metrics.sample(counters, rising=True, help_text="Counted by the packet core since the start.")
    metrics.sample(levels, rising=False, help_text="Open in the packet core now.")
    metrics.sample(sizes, rising=False, help_text="Open on this node now.")
    metrics.collect(link_metrics(lambda: registry.rooms, named_rooms))
