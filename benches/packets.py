"""What one core forwards through the packet path, beside a reference that only seals and sends.

    python -m benches.packets [--rounds 5]

Runs the program of `benches/packet_path` (built by ``make bench``) without sending, and then with real sockets: as root
in a network namespace of its own, where everything ends in an ``ifb`` device (the whole UDP, IP and queueing path, no
driver, nothing leaves the machine), otherwise to a socket on loopback that nobody reads.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from benches.result import Aim, Result, report
from tests.server import ROOT

PROGRAM = ROOT / "target" / "release" / "tureen-packet-path"
SUBNET = "10.200.0.1/16"
"""Where the program's subscribers are when the sink is ``ifb``."""

NO_ALLOCATIONS = Aim(figure="allocations_per_packet", at_most=0)
USER_SPACE = Aim(figure="ns_per_forward", at_most=350)
BESIDE_REFERENCE = Aim(figure="ratio", at_least=0.70)


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the program prints of a case; times are CPU time of its thread in ns."""

    sink: str
    subscribers: int
    run: int
    """Packets of a frame: the most that can leave in one send."""
    codec: str
    ns_per_forward: float
    forwards_per_core_second: float
    reference_ns_per_forward: float
    ratio: float
    """Forwards per core-second by those of the reference."""
    packets_per_send: float | None
    allocations_per_packet: float


def measure(command: Sequence[str]) -> Iterator[Line]:
    """Runs the program. Raises `subprocess.CalledProcessError` when it fails, `msgspec.MsgspecError` for odd output."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        for text in program.stdout or ():
            yield msgspec.json.decode(text, type=Line)
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, command)


@contextmanager
def sink() -> Iterator[tuple[str, list[str]]]:
    """A sink for real sockets: its name, and what goes in front of a command that is to use it."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        yield "loopback", []
        return
    space = f"tureen-bench-{os.getpid()}"
    _ip("netns", "add", space)
    try:
        # Kernels without this device have no quiet place to send to.
        if not _ip("-n", space, "link", "add", "sink0", "type", "ifb", may_fail=True):
            yield "loopback", []
            return
        _ip("-n", space, "link", "set", "lo", "up")
        _ip("-n", space, "address", "add", SUBNET, "dev", "sink0")
        _ip("-n", space, "link", "set", "sink0", "up")
        yield "ifb", ["ip", "netns", "exec", space]
    finally:
        _ip("netns", "delete", space)


def _ip(*arguments: str, may_fail: bool = False) -> bool:
    command = ["ip", *arguments]
    return subprocess.run(command, check=not may_fail, capture_output=may_fail).returncode == 0


def _result(line: Line) -> Result:
    figures = {
        "ns_per_forward": line.ns_per_forward,
        "forwards_per_core_second": line.forwards_per_core_second,
        "reference_ns_per_forward": line.reference_ns_per_forward,
        "ratio": line.ratio,
        "allocations_per_packet": line.allocations_per_packet,
    }
    if line.packets_per_send is None:
        aims = (USER_SPACE, NO_ALLOCATIONS)
    else:
        figures["packets_per_send"] = line.packets_per_send
        aims = (BESIDE_REFERENCE, NO_ALLOCATIONS)
    scenario = f"forward-{line.sink}-{line.subscribers}-{line.codec}-run-{line.run}"
    return Result(scenario=scenario, unit="ns", figures=figures, aims=aims)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.packets", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns of product and reference per case (default: 5)")
    rounds = str(parser.parse_args().rounds)
    if not PROGRAM.exists():
        print(f"Cannot measure: {PROGRAM} is missing. Run `make bench`, which builds it.", file=sys.stderr)
        return 1
    try:
        with sink() as (name, prefix):
            for command in ([str(PROGRAM), "memory", rounds], [*prefix, str(PROGRAM), name, rounds]):
                for line in measure(command):
                    report(_result(line))
    except (subprocess.CalledProcessError, msgspec.MsgspecError, OSError) as error:
        print(f"Could not measure: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
