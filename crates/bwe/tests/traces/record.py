"""Records what a link does to UDP packets.

``record.py WANEM OUT SECONDS KBPS [key=value ...] [@SECOND key=value ...]``

Needs root. WANEM is a link emulator in user space that joins two network namespaces (README.md). Packets leave as a
camera's would, 30 frames a second of packets up to 1150 bytes back to back. Settings after ``@SECOND`` come then.
Writes one line per packet: microseconds at which it left, bytes, microseconds at which it arrived or nothing.
"""

from __future__ import annotations

import ctypes
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

FRAMES_PER_SECOND = 30
LARGEST = 1150
ADDRESSES = {"a": "10.9.77.1", "b": "10.9.77.2"}
PORT = 7070
# After the last packet, for those that still wait.
PATIENCE = 2.0
NETNS = Path("/var/run/netns")
CLONE_NEWNET = 0x40000000

Change = tuple[float, str]
Arrivals = dict[int, int]


def main(arguments: list[str]) -> None:
    """Sets the link up, records, and takes it down again."""
    wanem, out, seconds, kbps, *settings = arguments
    first, changes = split_settings(settings)
    suffix = f"{time.monotonic_ns() % 100_000}"
    namespaces = {end: f"trace-{end}-{suffix}" for end in ADDRESSES}
    interfaces = {end: f"t{end}{suffix}" for end in ADDRESSES}
    for name in namespaces.values():
        run("ip", "netns", "add", name)
    ends = [f"{namespaces[end]}:{interfaces[end]}" for end in ADDRESSES]
    link = subprocess.Popen(  # noqa: S603 - the words are those of whoever runs this
        [sys.executable, wanem, *ends, *first], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        if link.stdin is None or link.stdout is None:
            raise RuntimeError("the link emulator has no standard input and output, though they were asked for")
        link.stdout.readline()
        for end, address in ADDRESSES.items():
            run("ip", "-n", namespaces[end], "addr", "add", f"{address}/24", "dev", interfaces[end])
        rows = record(namespaces, link.stdin, changes, float(seconds), int(kbps))
    finally:
        link.kill()
        link.wait()
        for name in namespaces.values():
            run("ip", "netns", "delete", name)
    Path(out).write_text("sent_us,bytes,arrival_us\n" + "".join(f"{row}\n" for row in rows))


def split_settings(words: list[str]) -> tuple[list[str], list[Change]]:
    """Settings from the start, and (second, settings) that come later."""
    first: list[str] = []
    changes: list[Change] = []
    for word in words:
        if word.startswith("@"):
            changes.append((float(word[1:]), ""))
        elif changes:
            second, line = changes[-1]
            changes[-1] = (second, f"{line} {word}".strip())
        else:
            first.append(word)
    return first, changes


def run(*command: str) -> None:
    """Runs a command that must succeed."""
    subprocess.run(command, check=True)  # noqa: S603 - the words are ours


def socket_in(namespace: str, address: str) -> socket.socket:
    """A UDP socket in a network namespace: a thread enters it, and sockets stay where they were made."""
    made: list[socket.socket] = []

    def make() -> None:
        with (NETNS / namespace).open("rb") as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"cannot enter the namespace {namespace}; run as root")
        made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made[0].bind((address, PORT))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def record(namespaces: dict[str, str], link: IO[str], changes: list[Change], seconds: float, kbps: int) -> list[str]:
    """Sends and receives for this long."""
    sender, receiver = (socket_in(namespaces[end], ADDRESSES[end]) for end in ADDRESSES)
    receiver.settimeout(0.2)
    arrivals: Arrivals = {}
    began = time.monotonic_ns()
    ends_at = time.monotonic() + seconds + PATIENCE
    thread = threading.Thread(target=receive, args=(receiver, arrivals, began, ends_at))
    thread.start()
    sent = send(sender, link, changes, seconds, kbps)
    thread.join()
    offsets = [(at - began) // 1000 for at, _ in sent]
    return [
        f"{at},{size},{arrivals.get(index, '')}"
        for index, (at, (_, size)) in enumerate(zip(offsets, sent, strict=True))
    ]


def receive(receiver: socket.socket, arrivals: Arrivals, began: int, ends_at: float) -> None:
    """Notes the first arrival of each packet, microseconds."""
    while time.monotonic() < ends_at:
        try:
            packet = receiver.recv(2048)
        except TimeoutError:
            continue
        (index,) = struct.unpack_from("!I", packet)
        arrivals.setdefault(index, (time.monotonic_ns() - began) // 1000)


def send(
    sender: socket.socket, link: IO[str], changes: list[Change], seconds: float, kbps: int
) -> list[tuple[int, int]]:
    """Sends frames in real time; returns when each packet left, in nanoseconds, and its bytes."""
    source = random.Random(1)  # noqa: S311 - sizes of frames, the same each time
    sent: list[tuple[int, int]] = []
    began = time.monotonic()
    for frame in range(int(seconds * FRAMES_PER_SECOND)):
        at = frame / FRAMES_PER_SECOND
        time.sleep(max(0.0, began + at - time.monotonic()))
        while changes and changes[0][0] <= at:
            link.write(changes.pop(0)[1] + "\n")
            link.flush()
        size = int(kbps * 125 / FRAMES_PER_SECOND * source.uniform(0.75, 1.25))
        count = -(-size // LARGEST)
        for _ in range(count):
            payload = struct.pack("!I", len(sent)).ljust(max(size // count, 4), b"\0")
            sent.append((time.monotonic_ns(), len(payload)))
            sender.sendto(payload, (ADDRESSES["b"], PORT))
    return sent


if __name__ == "__main__":
    main(sys.argv[1:])
