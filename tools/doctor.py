"""Explains a set-up: what is missing or stale, what to do about it, and which tests would be skipped.

Runs before anything is installed, on any Python 3: the standard library only, and no syntax newer than 3.8.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".cache" / "stamps"
MIN_PYTHON = (3, 11)
MIN_NODE = (20, 19)
MIN_NPM = (10,)
UDP_BUFFER_BYTES = 2_500_000

BROWSERS = {
    "Chromium": ("chromium", "chromium-browser", "google-chrome"),
    "Firefox": ("firefox", "firefox-esr"),
}


class Report:
    """Prints findings as they come and remembers whether one is fatal."""

    def __init__(self) -> None:
        self.failed = False

    def fine(self, what: str) -> None:
        """All right."""
        print(f"  ok       {what}")

    def note(self, what: str, remedy: str) -> None:
        """Works without; something is skipped or slower."""
        print(f"  note     {what}\n           {remedy}")

    def missing(self, what: str, remedy: str) -> None:
        """Does not work without."""
        self.failed = True
        print(f"  MISSING  {what}\n           {remedy}")


def main() -> int:
    """Prints the report; the result is the exit code."""
    report = Report()
    print("Toolchains")
    check_toolchains(report)
    if "--toolchains" not in sys.argv:
        print("This tree")
        check_tree(report)
        print("Tests")
        check_browsers(report)
        check_raw_sockets(report)
        check_postgresql(report)
        print("Machine")
        check_machine(report)
    return 1 if report.failed else 0


def check_toolchains(report: Report) -> None:
    """Python, Rust, Node and a C compiler."""
    found = sys.version_info[:2]
    if found >= MIN_PYTHON:
        report.fine(f"Python {dotted(found)}")
    else:
        report.missing(
            f"Python {dotted(MIN_PYTHON)} or newer (this is {dotted(found)})",
            "Install it and run: make PYTHON=python3.11 ...",
        )
    check_version(report, "rustc", min_rust(), "Install Rust by rustup (https://rustup.rs), then: rustup update stable")
    for component in ("cargo-fmt", "cargo-clippy"):
        if shutil.which(component) is None:
            report.missing(
                component, f"rustup component add {component.replace('cargo-', '').replace('fmt', 'rustfmt')}"
            )
    if not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
        report.missing("a C compiler (for the cryptography of the packet core)", "Install gcc or clang.")
    check_version(report, "node", MIN_NODE, "Install Node.js 20.19 or newer (https://nodejs.org).")
    check_version(report, "npm", MIN_NPM, "It comes with Node.js.")


def check_version(report: Report, program: str, wanted: tuple[int, ...], remedy: str) -> None:
    """One program that states its version by ``--version``."""
    text = output_of([program, "--version"])
    version = re.search(r"(\d+(?:\.\d+)+)", text)
    found = tuple(int(part) for part in version.group(1).split(".")) if version else ()
    if found >= wanted:
        report.fine(f"{program} {dotted(found)}")
    else:
        report.missing(f"{program} {dotted(wanted)} or newer" + (f" (found {dotted(found)})" if found else ""), remedy)


def check_tree(report: Report) -> None:
    """Environment, packet core and web app of this working copy."""
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        report.missing("the environment .venv", "make setup")
        return
    wrong = wrong_packages(python)
    if wrong:
        report.missing(f"packages that differ from requirements/dev.txt: {', '.join(wrong[:5])}", "make setup")
    else:
        report.fine("packages as in requirements/dev.txt")
    check_built(
        report, "the packet core", ROOT / "src" / "tureen" / "_native.abi3.so", ROOT / "crates", (".rs", ".toml")
    )
    check_built(
        report,
        "the web app",
        ROOT / "src" / "tureen" / "webapp" / "index.html",
        ROOT / "web" / "src",
        (".ts", ".tsx", ".css"),
    )


def check_built(report: Report, what: str, product: Path, sources: Path, suffixes: tuple[str, ...]) -> None:
    """Whether a build exists and is newer than its sources."""
    if not product.exists():
        report.missing(f"{what} is not built", "make build")
        return
    built = product.stat().st_mtime
    stale = [path for path in sources.rglob("*") if path.suffix in suffixes and path.stat().st_mtime > built]
    if stale:
        report.note(f"{what} is older than {stale[0].relative_to(ROOT)}", "make build")
    else:
        report.fine(f"{what} is built")


def check_browsers(report: Report) -> None:
    """Browsers that the end-to-end tests drive."""
    for name, programs in BROWSERS.items():
        if any(shutil.which(program) for program in programs):
            report.fine(name)
        else:
            report.note(f"{name} is not installed: its end-to-end tests are skipped", f"Install {programs[0]}.")


def check_raw_sockets(report: Report) -> None:
    """What the hostile tests need to write foreign addresses."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    except PermissionError:
        report.note(
            "raw sockets are not allowed: the tests with spoofed datagrams are skipped",
            "Run them as root, or with CAP_NET_RAW.",
        )
    else:
        report.fine("raw sockets")


def check_postgresql(report: Report) -> None:
    """What the tests of the database start a server of their own from."""
    if shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        report.fine("PostgreSQL")
    else:
        report.note(
            "PostgreSQL is not installed: its half of the tests of the database is skipped",
            "Install the package postgresql; its server need not run.",
        )


def check_machine(report: Report) -> None:
    """What decides how the server runs here."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 7880))
            report.fine("port 7880 is free")
        except OSError:
            report.note("port 7880 is taken", "Stop the other server, or run: make run ARGS='--port 7881'")
    limit = Path("/proc/sys/net/core/rmem_max")
    if limit.exists() and int(limit.read_text()) < UDP_BUFFER_BYTES:
        report.note(
            f"UDP buffers are limited to {int(limit.read_text())} bytes: bursts lose packets under load",
            f"sysctl -w net.core.rmem_max={UDP_BUFFER_BYTES} net.core.wmem_max={UDP_BUFFER_BYTES}",
        )
    if (os.cpu_count() or 1) < 2:
        report.note("one processor only", "Fine for trials; media and signaling share it.")


def wrong_packages(python: Path) -> list[str]:
    """Pinned packages that the environment lacks or has in another version."""
    lines = (ROOT / "requirements" / "dev.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    listed = output_of(
        [
            str(python),
            "-c",
            "from importlib.metadata import distributions as d\nfor p in d(): print(p.metadata['Name'], p.version)",
        ]
    )
    present = {normal(name): version for name, version in (line.split() for line in listed.splitlines())}
    return [name for name, version in pinned.items() if present.get(normal(name)) != version]


def min_rust() -> tuple[int, ...]:
    """The version that the workspace states."""
    stated = re.search(r'^rust-version = "([\d.]+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    return tuple(int(part) for part in stated.group(1).split(".")) if stated else (1,)


def output_of(command: list[str]) -> str:
    """What a program prints; empty if it does not exist or fails."""
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def dotted(version: tuple[int, ...]) -> str:
    """``(3, 11)`` as ``3.11``."""
    return ".".join(str(part) for part in version)


if __name__ == "__main__":
    sys.exit(main())
