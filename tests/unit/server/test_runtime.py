"""The life of a node: start, drain, stop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from tureen.auth.secret import Secret
from tureen.config.load import load_settings
from tureen.config.settings import Settings
from tureen.server.addresses import Listener
from tureen.server.composition import Foundation, Services
from tureen.server.errors import ServeError
from tureen.server.health import NodeState
from tureen.server.runtime import FORCED, run_node
from tureen.server.shutdown import Shutdown


@pytest.fixture
def settings() -> Settings:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return load_settings({"dev": True, "host": "127.0.0.1", "port": port, "drain_s": 5})


class Recorder:
    """Services that write down what happens to them."""

    def __init__(self, drain: Callable[[], Any]) -> None:
        self.log: list[str] = []
        self.states: list[NodeState] = []
        self._drain = drain

    @asynccontextmanager
    async def compose(self, foundation: Foundation) -> AsyncIterator[Services]:
        self.log.append("composed")

        async def drain() -> None:
            self.states.append(foundation.health.state)
            self.log.append("draining")
            await self._drain()
            self.log.append("drained")

        try:
            yield Services(drain=drain)
        finally:
            self.log.append("undone")


def interrupt(_listeners: Sequence[Listener]) -> None:
    signal.raise_signal(signal.SIGTERM)


async def nothing() -> None:
    """Nobody is in a room."""


async def never() -> None:
    await asyncio.Event().wait()


class TestNode:
    async def test_a_signal_drains_and_stops(self, settings: Settings) -> None:
        recorder = Recorder(nothing)
        assert await run_node(settings, interrupt, recorder.compose) == 0
        assert recorder.log == ["composed", "draining", "drained", "undone"]
        assert recorder.states == [NodeState.DRAINING]

    async def test_a_second_signal_stops_at_once(self, settings: Settings) -> None:
        async def insist() -> None:
            signal.raise_signal(signal.SIGINT)
            await never()

        recorder = Recorder(insist)
        assert await run_node(settings, interrupt, recorder.compose) == FORCED
        assert recorder.log == ["composed", "draining", "undone"]

    async def test_sessions_that_never_end_do_not_hold_it(self, settings: Settings) -> None:
        recorder = Recorder(never)
        impatient = settings.model_copy(update={"drain_s": 0})
        assert await run_node(impatient, interrupt, recorder.compose) == 0
        assert recorder.log[-1] == "undone"

    async def test_a_taken_port_starts_nothing(self, settings: Settings) -> None:
        recorder = Recorder(nothing)
        with socket.create_server(("127.0.0.1", settings.port)), pytest.raises(ServeError):
            await run_node(settings, interrupt, recorder.compose)
        assert recorder.log == []

    @pytest.mark.parametrize(("dev", "warned"), [(False, ["short"]), (True, [])])
    async def test_secrets_that_could_be_guessed_are_named(
        self, dev: bool, warned: list[str], settings: Settings
    ) -> None:
        keys = {"short": Secret("s" * 31), "long": Secret("s" * 32)}
        with capture_logs() as lines:
            await run_node(settings.model_copy(update={"dev": dev, "keys": keys}), interrupt, Recorder(nothing).compose)
        assert [line["key"] for line in lines if line["log_level"] == "warning"] == warned
        assert "sss" not in str(lines)

    async def test_the_port_is_free_afterwards(self, settings: Settings) -> None:
        for _ in range(2):
            assert await run_node(settings, interrupt, Recorder(nothing).compose) == 0

    async def test_it_answers_while_it_runs_and_drains(self, settings: Settings) -> None:
        async def ask(path: str) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer.split(b"\r\n")[0]

        answers: list[bytes] = []
        questions: list[asyncio.Task[None]] = []

        async def ask_then_stop() -> None:
            answers.append(await ask("/readyz"))
            signal.raise_signal(signal.SIGTERM)

        async def ask_again() -> None:
            answers.extend([await ask("/healthz"), await ask("/readyz")])

        recorder = Recorder(ask_again)
        await run_node(settings, lambda _: questions.append(asyncio.ensure_future(ask_then_stop())), recorder.compose)
        assert answers == [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK", b"HTTP/1.1 503 Service Unavailable"]


class TestShutdown:
    async def test_work_that_completes(self) -> None:
        assert await Shutdown().until_forced(nothing(), 60)

    async def test_work_that_fails(self) -> None:
        async def fail() -> None:
            raise ValueError("broken")

        with pytest.raises(ValueError, match="broken"):
            await Shutdown().until_forced(fail(), 60)

    async def test_work_that_lasts_too_long_is_cancelled(self) -> None:
        cancelled = asyncio.Event()

        async def work() -> None:
            try:
                await never()
            finally:
                cancelled.set()

        assert not await Shutdown().until_forced(work(), 0.01)
        assert cancelled.is_set()

    async def test_the_second_request_forces(self) -> None:
        shutdown = Shutdown()
        shutdown.ask()
        assert (shutdown.requested.is_set(), shutdown.forced.is_set()) == (True, False)
        shutdown.ask()
        assert not await shutdown.until_forced(never(), 60)
