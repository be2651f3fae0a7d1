"""One result of a benchmark: a JSON line for machines on standard output, a line for people on standard error."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

from msgspec import Struct

from tests.server import ROOT


class Aim(Struct, frozen=True, kw_only=True):
    """At most ``limit`` for one of the figures. A benchmark reports whether it was met, and never fails on it."""

    figure: str
    limit: float


class Result(Struct, frozen=True, kw_only=True):
    """What one scenario showed."""

    scenario: str
    unit: str
    """Of all figures whose names do not say otherwise."""
    figures: dict[str, float]
    aim: Aim | None = None

    @property
    def met(self) -> bool | None:
        """Whether the aim was met; ``None`` where there is none."""
        return None if self.aim is None else self.figures[self.aim.figure] <= self.aim.limit


def report(result: Result) -> None:
    """Writes both lines."""
    figures = {name: round(value, 1) for name, value in result.figures.items()}
    line: dict[str, object] = {
        "commit": commit(),
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count()},
        "scenario": result.scenario,
        "unit": result.unit,
        "figures": figures,
    }
    if result.aim is not None:
        line |= {"aim": {result.aim.figure: result.aim.limit}, "met": result.met}
    print(json.dumps(line), flush=True)
    listed = "  ".join(f"{name} {value:g}" for name, value in figures.items())
    print(f"{result.scenario:<24} {result.unit:<4} {listed}{_verdict(result)}", file=sys.stderr, flush=True)


@cache
def commit() -> str:
    """Of the work tree; ``+`` behind it where files differ from it."""
    revision = _git("rev-parse", "--short=12", "HEAD")
    return f"{revision}+" if _git("status", "--porcelain", "--untracked-files=no") else revision


@cache
def cpu_model() -> str:
    """As the kernel names it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - git is on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def _verdict(result: Result) -> str:
    if result.aim is None:
        return ""
    aim = f"aim: {result.aim.figure} <= {result.aim.limit:g}"
    return f"   ({aim}: {'met' if result.met else 'MISSED'})"
