"""Two hosts on one machine, and an emulated link between them: network namespaces that `benches.links.wanem` joins.

    with emulated_link() as link:
        link.set(delay=30, loss=0.1)

The near host is this process's own namespace (`enter_near_host`), the far one is named `Link.far`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import msgspec

from benches.links.wanem import Answer, Settings

NEAR, FAR = "10.231.7.1", "10.231.7.2"
"""The hosts' addresses."""
QUIET = msgspec.to_builtins(Settings())
"""A link without faults."""
_NEAR_VARIABLE = "LINKS_NEAR_HOST"


class LinkError(Exception):
    """The link could not be set up: the message says why."""


class Link:
    """The emulated link. Settings hold for both directions."""

    def __init__(self, pipes: tuple[IO[str], IO[str]], far: str) -> None:
        """Use `emulated_link`."""
        self._pipes = pipes
        self.far = far

    def set(self, **settings: float) -> Answer:
        """Makes the link as told, quiet in all that is not; returns what passed so far. Raises `LinkError`."""
        return self.change(**{**QUIET, **settings})

    def change(self, **settings: float) -> Answer:
        """Changes only what is told. Raises `LinkError` when the emulator has ended."""
        typed, printed = self._pipes
        typed.write(" ".join(f"{key}={value}" for key, value in settings.items()) + "\n")
        typed.flush()
        line = printed.readline()
        if not line:
            raise LinkError("The emulated link ended early; its last words are above.")
        return msgspec.json.decode(line, type=Answer)


def is_near_host() -> bool:
    """Whether this process stands on the near host already."""
    return _NEAR_VARIABLE in os.environ


def run_on_near_host(command: Sequence[str]) -> int:
    """Runs a command on a near host of its own, which exists for so long; the command's exit code.

    Raises `subprocess.CalledProcessError` without the rights for namespaces (root).
    """
    near = f"links-near-{os.getpid()}"
    with _namespace(near):
        inside = ["ip", "netns", "exec", near, *command]
        return subprocess.run(inside, check=False, env={**os.environ, _NEAR_VARIABLE: near}).returncode


@contextmanager
def emulated_link() -> Iterator[Link]:
    """A link from the near host, on which this process stands, to a new far one. Raises `LinkError`."""
    near, far = os.environ[_NEAR_VARIABLE], f"links-far-{os.getpid()}"
    ends = (f"{near}:w{os.getpid()}n", f"{far}:w{os.getpid()}f")
    with (
        _namespace(far),
        subprocess.Popen(
            [sys.executable, "-m", "benches.links.wanem", *ends],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as emulator,
    ):
        try:
            typed, printed = emulator.stdin, emulator.stdout
            if typed is None or printed is None or printed.readline().strip() != "ready":
                raise LinkError("The emulated link did not start: it needs root and /dev/net/tun.")
            for end, address in zip(ends, (NEAR, FAR), strict=True):
                space, name = end.split(":")
                _ip("-n", space, "address", "add", f"{address}/24", "dev", name)
            # Browsers gather the address of the default route.
            _ip("-n", far, "route", "add", "default", "via", NEAR)
            yield Link((typed, printed), far)
        finally:
            emulator.terminate()


@contextmanager
def _namespace(name: str) -> Iterator[None]:
    _ip("netns", "add", name)
    try:
        _ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        _ip("netns", "delete", name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)  # noqa: S607 - ip is on the path
