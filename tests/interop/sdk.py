"""Scenarios with the unmodified PyPI ``livekit`` SDK, each run in a child process.

    @sdk_scenario
    async def test_something(server: Address) -> None: ...

is an ordinary test for pytest; its body runs in the child. One child serves many scenarios and is replaced after a
failure, so that nothing of a failed one lives on in the next. A scenario can also run beside a test that does something
else meanwhile, as with a browser:

    async with sdk.beside(scenario, server, room): ...
"""

from __future__ import annotations

import asyncio
import json
import selectors
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.server import TureenServer

DEADLINE_S = 25.0
"""Longest scenario."""
BESIDE_DEADLINE_S = 60.0
"""The same where a browser is waited for."""
GRACE_S = 8.0
"""How much longer the child may take to say that its scenario was too slow."""
LOG_TAIL = 4000

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Address:
    """Where the server listens: one port for TCP and UDP."""

    port: int
    room: str = ""
    """The room to meet in; empty: one of the scenario's own."""

    @property
    def http(self) -> str:
        """Base URL."""
        return f"http://localhost:{self.port}"

    @property
    def websocket(self) -> str:
        """The URL that SDKs take."""
        return f"ws://127.0.0.1:{self.port}"


Scenario = Callable[[Address], Coroutine[Any, Any, None]]


class SdkProcess:
    """One child, its log, and the scenarios that it runs one after another."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._child: subprocess.Popen[str] | None = None

    @asynccontextmanager
    async def beside(self, scenario: Scenario, server: TureenServer, room: str) -> AsyncIterator[None]:
        """Runs the scenario in that room while the block runs; whichever fails ends the other."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(self.run, scenario, server, BESIDE_DEADLINE_S, room))
            try:
                yield
            except BaseException:
                self.stop()
                raise

    def run(self, scenario: Scenario, server: TureenServer, deadline_s: float = DEADLINE_S, room: str = "") -> None:
        """Fails the test if the scenario fails, takes too long or takes the process down."""
        child = self._running()
        order = {"module": scenario.__module__, "name": scenario.__name__, "port": server.port, "room": room}
        assert child.stdin is not None
        child.stdin.write(json.dumps({**order, "deadline_s": deadline_s}) + "\n")
        child.stdin.flush()
        answer = self._answer(child, deadline_s + GRACE_S)
        if not answer:
            self.stop()
            pytest.fail(
                f"the SDK's process ended or hung (exit code {child.returncode})\n{self._tail()}", pytrace=False
            )
        failure = json.loads(answer)["failure"]
        if failure is not None:
            self.stop()
            pytest.fail(f"{failure}\n--- SDK log ---\n{self._tail()}", pytrace=False)

    def stop(self) -> None:
        """Ends the child, if there is one."""
        if self._child is None:
            return
        self._child.kill()
        self._child.communicate()
        self._child = None

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            self.stop()
            with self._log.open("w") as log:
                self._child = subprocess.Popen(
                    [sys.executable, "-m", "tests.interop.sdk_worker"],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        assert self._child is not None
        return self._child

    @staticmethod
    def _answer(child: subprocess.Popen[str], within_s: float) -> str:
        """The line that the child answers with; empty if none comes in time or at all."""
        assert child.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            return child.stdout.readline() if selector.select(within_s) else ""

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-LOG_TAIL:]


def sdk_scenario(scenario: Scenario) -> Callable[[TureenServer, SdkProcess], None]:
    """Turns a scenario into a test that runs it in the child process."""

    def test(server: TureenServer, sdk: SdkProcess) -> None:
        sdk.run(scenario, server)

    test.__name__, test.__qualname__ = scenario.__name__, scenario.__qualname__
    test.__module__, test.__doc__ = scenario.__module__, scenario.__doc__
    test.scenario = scenario  # type: ignore[attr-defined]
    return test
