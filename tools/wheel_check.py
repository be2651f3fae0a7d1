"""Builds the wheel and proves it: a fresh environment, no toolchain on the path, one server, four pages.

With a path to a wheel as its argument, proves that one.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_S = 15.0
STOP_S = 15.0
TOOLCHAINS = ("cargo", "rustc", "node", "npm", "cc")


def main() -> int:
    """Prints each step and a closing count; the result is the exit code."""
    with tempfile.TemporaryDirectory(prefix="tureen-wheel-") as folder:
        wheel = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else build(Path(folder) / "dist")
        python = install(wheel, Path(folder) / "environment")
        failed = prove(python, Path(folder))
    passed = len(CHECKS) - failed
    print(f"wheel: {passed} passed, {failed} failed")
    return 1 if failed else 0


def build(out: Path) -> Path:
    """The release wheel of this tree."""
    if not (ROOT / "src" / "tureen" / "webapp" / "index.html").exists():
        subprocess.run(["make", "web"], cwd=ROOT, check=True)  # noqa: S607 - make called us
    maturin = Path(sys.executable).with_name("maturin")
    subprocess.run([maturin, "build", "--release", "--locked", "--quiet", "--out", out], cwd=ROOT, check=True)
    (wheel,) = out.glob("*.whl")
    print(f"built {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """A fresh environment with the wheel; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True)
    return python


def prove(python: Path, folder: Path) -> int:
    """Starts the server and runs the checks; the number of those that failed."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        "PATH": str(python.parent),
        "HOME": str(folder),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }
    leaked = [name for name in TOOLCHAINS if shutil.which(name, path=environment["PATH"])]
    if leaked:
        raise SystemExit(f"The fresh environment holds a toolchain: {leaked}")
    with subprocess.Popen(
        [python.with_name("tureen"), "serve", "--dev", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
    ) as server:
        failed = sum(not holds(name, check, server, port) for name, check in CHECKS.items())
        if server.poll() is None:
            server.kill()
    return failed


def holds(name: str, check: Check, server: subprocess.Popen[bytes], port: int) -> bool:
    """Runs one check and prints what came of it."""
    try:
        check(server, port)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        print(f"FAILED {name}: {error}")
        return False
    print(f"ok     {name}")
    return True


def starts(server: subprocess.Popen[bytes], port: int) -> None:
    """It answers soon after its start."""
    began = time.monotonic()
    while True:
        if server.poll() is not None:
            raise AssertionError(f"it ended with code {server.returncode}")
        try:
            status, _ = fetch(port, "/healthz")
        except OSError:
            if time.monotonic() - began > START_S:
                raise AssertionError(f"no answer within {START_S} s") from None
            time.sleep(0.05)
            continue
        expect(status == 200, f"status {status}")
        print(f"       up after {time.monotonic() - began:.1f} s")
        return


def has_pages(_server: subprocess.Popen[bytes], port: int) -> None:
    """The web app is in the wheel, under every address of its own."""
    for path in ("/", "/r/soup"):
        status, body = fetch(port, path)
        expect(status == 200, f"{path} has status {status}")
        expect(b"/assets/" in body, f"{path} is not the built web app")


def has_assets(_server: subprocess.Popen[bytes], port: int) -> None:
    """The script that the page names is there."""
    page = fetch(port, "/")[1].decode()
    script = page.split('src="/assets/', 1)[1].split('"', 1)[0]
    status, body = fetch(port, f"/assets/{script}")
    expect(status == 200 and len(body) > 10_000, f"status {status}, {len(body)} bytes")


def stops(server: subprocess.Popen[bytes], _port: int) -> None:
    """It ends by itself at SIGTERM, with code 0."""
    server.send_signal(signal.SIGTERM)
    code = server.wait(STOP_S)
    expect(code == 0, f"exit code {code}")


def fetch(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a page on this machine."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def expect(condition: bool, otherwise: str) -> None:
    """Fails a check with a reason."""
    if not condition:
        raise AssertionError(otherwise)


Check = Callable[[subprocess.Popen[bytes], int], None]
CHECKS: dict[str, Check] = {
    "the server starts": starts,
    "its pages are served": has_pages,
    "its scripts are served": has_assets,
    "it stops when asked": stops,
}

if __name__ == "__main__":
    sys.exit(main())
