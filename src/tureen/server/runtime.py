"""The composition root: settings become a running node, and a signal ends it.

    bind the sockets ─▶ compose (core, domain, doors) ─▶ application ─▶ READY ─▶ signal ─▶ DRAINING ─▶ STOPPED

Sockets come first: a port that is taken is the most usual mistake, and nothing has been started by then.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
import uvloop

from tureen.config.settings import LogFormat, Settings
from tureen.server.addresses import Listener, lan_addresses, listeners, media_addresses
from tureen.server.application import build_app
from tureen.server.certificates import check_own_files, lan_certificate, state_folder
from tureen.server.composition import Compose, Foundation, Services, compose
from tureen.server.health import Health, NodeState
from tureen.server.http_server import Certificate, HttpServer, bind
from tureen.server.shutdown import Shutdown
from tureen.telemetry.logs import configure_logs
from tureen.telemetry.metrics import Metrics

_log = structlog.stdlib.get_logger(__name__)

SECRET_BYTES = 32
"""Fewer are too few for HS256 (RFC 7518 section 3.2)."""

FORCED = 1
"""Exit code when the second signal cut the draining short."""


def serve(settings: Settings, on_ready: Callable[[Sequence[Listener]], None], compose: Compose = compose) -> int:
    """Runs a node until a signal ends it; the result is the exit code of the process.

    ``on_ready`` is told where the node listens, once it does. Raises `ServeError` if it cannot start.
    """
    as_json = settings.log.format is LogFormat.JSON or (
        settings.log.format is LogFormat.AUTO and not sys.stderr.isatty()
    )
    configure_logs(settings.log.level, as_json=as_json, stream=sys.stderr)

    def started(listeners: Sequence[Listener]) -> None:
        _spare_collector()
        on_ready(listeners)

    return uvloop.run(run_node(settings, started, compose))


async def run_node(settings: Settings, on_ready: Callable[[Sequence[Listener]], None], compose: Compose) -> int:
    """The same on a running event loop."""
    _warn_of_short_secrets(settings)
    lan = lan_addresses()
    bound = bind(listeners(settings, lan), settings.port)
    chosen = [each.listener for each in bound]
    health, metrics, shutdown = Health(), Metrics(), Shutdown()
    foundation = Foundation(
        settings=settings, metrics=metrics, health=health, media_addresses=media_addresses(chosen, lan)
    )
    loop = asyncio.get_running_loop()
    shutdown.install(loop)
    try:
        async with compose(foundation) as services:
            server = HttpServer(
                build_app(settings, services.routes, health, metrics),
                bound,
                _certificate(settings, chosen),
                settings.limits.signal_frame_bytes,
            )
            await server.start()
            health.move_to(NodeState.READY)
            _log.info("ready", addresses=[each.address for each in chosen], port=settings.port)
            on_ready(chosen)
            await shutdown.requested.wait()
            return await _stop(settings, services, server, health, shutdown)
    finally:
        shutdown.remove(loop)
        for each in bound:
            each.socket.close()


def _spare_collector() -> None:
    """What was made at the start stays: to go through it for garbage again would stop the loop for 80 ms each time."""
    gc.collect()
    gc.freeze()


def _warn_of_short_secrets(settings: Settings) -> None:
    for name, secret in settings.keys.items():
        if not settings.dev and len(secret.reveal().encode()) < SECRET_BYTES:
            _log.warning(
                "short signing secret: tokens may be forged by those who guess it",
                key=name,
                least_bytes=SECRET_BYTES,
                remedy="openssl rand -hex 32",
            )


async def _stop(settings: Settings, services: Services, server: HttpServer, health: Health, shutdown: Shutdown) -> int:
    health.move_to(NodeState.DRAINING)
    _log.info("draining", deadline_s=settings.drain_s)
    drained = await shutdown.until_forced(services.drain(), settings.drain_s)
    forced = shutdown.forced.is_set()
    if not drained and not forced:
        _log.warning("sessions left at the deadline", deadline_s=settings.drain_s)
    await server.stop(at_once=forced)
    health.move_to(NodeState.STOPPED)
    _log.info("stopped", forced=forced)
    return FORCED if forced else 0


def _certificate(settings: Settings, chosen: Sequence[Listener]) -> Certificate | None:
    if settings.tls.certificate is not None and settings.tls.key is not None:
        check_own_files(settings.tls.certificate, settings.tls.key)
        return Certificate(chain=settings.tls.certificate, key=settings.tls.key)
    addresses = [listener.address for listener in chosen if listener.tls]
    if not addresses:
        return None
    return Certificate(chain=lan_certificate(state_folder(), addresses, socket.gethostname(), datetime.now(UTC)))
