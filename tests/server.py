"""A started Tureen server for black-box tests: a child process with its own port and its own log file.

with TureenServer.start(folder) as server:
    requests.get(server.url + "/healthz")
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
KEY = "devkey"
SECRET = "secret"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
PORTS = range(20_000, 32_000)
LOG_LINES = 60
"""How much of the log a failing test shows."""

_SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (?P<value>\S+)$", re.MULTILINE)


class ServerDiedError(AssertionError):
    """The server did not start, or ended while a test needed it."""


class TureenServer:
    """``python -m tureen serve --dev`` on loopback, TCP and UDP on `port`."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        """Takes the process over; use `start`."""
        self._process = process
        self._log = log
        self.port = port
        self.key = KEY
        self.secret = SECRET

    @classmethod
    def start(
        cls, folder: Path, *arguments: str, port: int | None = None, environment: Mapping[str, str] | None = None
    ) -> Self:
        """Starts a server that logs into ``folder`` and waits until it answers. Raises `ServerDiedError`.

        ``port``: of one that has ended, to stand in its place; ``environment``: variables beside those of the test.
        """
        port = port or free_port()
        log = folder / f"tureen-{port}.log"
        command = [sys.executable, "-m", "tureen", "serve", "--dev", "--port", str(port), "--drain-s", "2", *arguments]
        inherited = os.environ.get("PYTHONPATH")
        paths = os.pathsep.join([str(ROOT / "src"), *([inherited] if inherited else [])])
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": paths,
                    "PYTHONUNBUFFERED": "1",
                    # Each has a database of its own, unless the test says otherwise.
                    "XDG_STATE_HOME": str(folder / f"state-{port}"),
                    **(environment or {}),
                },
            )
        server = cls(process, port, log)
        try:
            server._wait_until_healthy()
        except BaseException:
            process.kill()
            process.wait()
            raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The web app's origin; ``localhost`` is what browsers trust with a camera."""
        return f"http://localhost:{self.port}"

    @property
    def ws_url(self) -> str:
        """What an SDK is given."""
        return f"ws://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that the server said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def log_end(self) -> str:
        """The last lines of it."""
        return "\n".join(self.log.splitlines()[-LOG_LINES:])

    def check_alive(self) -> None:
        """Raises `ServerDiedError` with the log's end when the process has ended."""
        code = self._process.poll()
        if code is not None:
            raise ServerDiedError(f"the server ended with exit code {code}; its log ends with:\n{self.log_end}")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a plain request. Raises `OSError` when nobody answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5.0)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8")
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        """What ``/metrics`` says now, by name with labels."""
        status, page = self.get("/metrics")
        assert status == 200, page
        return {sample["name"]: float(sample["value"]) for sample in _SAMPLE.finditer(page)}

    def kill(self) -> None:
        """Ends the server without a word to anybody, as a power cut does."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Asks the server to end and waits for it; the exit code. Raises `ServerDiedError` when it had to be killed."""
        self.ask_to_stop()
        return self.wait()

    def ask_to_stop(self) -> None:
        """Sends SIGTERM. Harmless when the process has ended."""
        self._process.terminate()

    def wait(self) -> int:
        """The exit code, once there is one. Raises `ServerDiedError` when the process had to be killed."""
        try:
            return self._process.wait(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ServerDiedError(
                f"the server did not end within {STOP_TIMEOUT_S:.0f} s of SIGTERM; its log ends with:\n{self.log_end}"
            ) from None

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)  # not listening yet; a child has no event for that
        raise ServerDiedError(f"the server did not answer within {START_TIMEOUT_S:.0f} s; its log:\n{self.log_end}")


def free_port() -> int:
    """A port that neither TCP nor UDP uses on any address, as far as one can know before taking it.

    Media is received on the network's addresses too. The system gives ports above these to whoever asks for any.
    """
    while True:
        port = secrets.choice(PORTS)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ):
            try:
                tcp.bind(("", port))
                udp.bind(("", port))
            except OSError:
                continue
            return port
