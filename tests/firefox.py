"""Drives a stock Firefox over Marionette, its built-in remote protocol: JSON over loopback TCP.

    with Firefox.start() as firefox:
        firefox.navigate("http://127.0.0.1:7880/")
        title = firefox.run("return document.title")

Camera and microphone are the browser's fake devices, granted without asking. A script's promise is awaited.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BINARIES = ("firefox-esr", "firefox")
START_TIMEOUT_S = 60.0
COMMAND_TIMEOUT_S = 120.0

_PREFERENCES: Mapping[str, bool | int | str] = {
    "marionette.port": 0,  # any free one; the browser writes it into its profile
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-manager.updateEnabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
_PORT_FILE = "MarionetteActivePort"
_AWAIT = (
    "const done = arguments[arguments.length - 1]; const args = Array.prototype.slice.call(arguments, 0, -1);"
    "(async function () {{ {script} }}).apply(null, args)"
    ".then(value => done({{value}}), error => done({{error: String(error)}}));"
)


class FirefoxError(Exception):
    """The browser did not start, refused a command, or a script threw."""


def find_firefox() -> str | None:
    """Path of an installed Firefox, for a test's skip reason."""
    return next((path for path in map(shutil.which, BINARIES) if path), None)


class Firefox:
    """One headless browser with a fresh profile and one window."""

    def __init__(self, process: subprocess.Popen[bytes], profile: Path, connection: socket.socket) -> None:
        """Takes over all three; use `start`."""
        self._process = process
        self._profile = profile
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._last_id = 0
        self.version = ""

    @classmethod
    def start(cls, preferences: Mapping[str, bool | int | str] | None = None) -> Self:
        """Starts the browser and opens a session. Raises `FirefoxError`."""
        binary = find_firefox()
        if binary is None:
            raise FirefoxError("no Firefox is installed")
        profile = Path(tempfile.mkdtemp(prefix="firefox-profile-"))
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in {**_PREFERENCES, **(preferences or {})}.items()
        ]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        process = subprocess.Popen(
            [binary, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            firefox = cls(process, profile, _connect(process, profile))
            firefox._receive()
            session = firefox.command("WebDriver:NewSession", {"capabilities": {}})
        except BaseException:
            process.kill()
            process.wait()
            shutil.rmtree(profile, ignore_errors=True)
            raise
        firefox.version = session["capabilities"]["browserVersion"]
        firefox.command("WebDriver:SetTimeouts", {"script": int(COMMAND_TIMEOUT_S * 1000)})
        return firefox

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def navigate(self, url: str) -> None:
        """Loads a page and waits for it."""
        self.command("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *args: object) -> Any:
        """The value that a script's body returns, a promise awaited; ``args`` and value as JSON.

        Raises `FirefoxError` with what the script threw.
        """
        parameters = {"script": _AWAIT.format(script=script), "args": list(args), "sandbox": None}
        outcome = self.command("WebDriver:ExecuteAsyncScript", parameters)["value"]
        if "error" in outcome:
            raise FirefoxError(outcome["error"])
        return outcome.get("value")

    def screenshot(self, path: Path) -> None:
        """Writes what the window shows as a PNG."""
        shot = self.command("WebDriver:TakeScreenshot", {"full": False, "hash": False})
        path.write_bytes(base64.b64decode(shot["value"]))

    def command(self, name: str, parameters: Mapping[str, object]) -> Any:
        """Sends a command of the protocol and returns its result. Raises `FirefoxError`."""
        self._last_id += 1
        message = json.dumps([0, self._last_id, name, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(message), message))
        _, answered, error, result = self._receive()
        if answered != self._last_id:
            raise FirefoxError(f"{name}: answer {answered} instead of {self._last_id}")
        if error is not None:
            raise FirefoxError(f"{name}: {error.get('error')}: {error.get('message')}")
        return result

    def close(self) -> None:
        """Ends the browser and removes its profile."""
        self._stream.close()
        self._connection.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def _receive(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            if not byte:
                raise FirefoxError("the browser closed the connection")
            length += byte
        return json.loads(self._stream.read(int(length)))


def _connect(process: subprocess.Popen[bytes], profile: Path) -> socket.socket:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            port = int((profile / _PORT_FILE).read_text(encoding="ascii"))
            return socket.create_connection(("127.0.0.1", port), timeout=COMMAND_TIMEOUT_S)
        except (OSError, ValueError):
            time.sleep(0.1)  # the start of a foreign program has no event to wait for
    raise FirefoxError(f"the browser did not start within {START_TIMEOUT_S:.0f} s")
