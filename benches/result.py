"""One result of a benchmark: a JSON line for machines on standard output, a line for people on standard error."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from tests.server import ROOT


class Aim(Struct, frozen=True, kw_only=True):
    """A bound for one of the figures. A benchmark reports whether it was met, and never fails on it."""

    figure: str
    at_most: float | None = None
    at_least: float | None = None

    def is_met(self, figures: Mapping[str, float]) -> bool:
        """Whether the figure keeps to the bound."""
        value = figures[self.figure]
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)

    def __str__(self) -> str:
        bounds = {"<=": self.at_most, ">=": self.at_least}
        return " and ".join(f"{self.figure} {sign} {bound:g}" for sign, bound in bounds.items() if bound is not None)


class Result(Struct, frozen=True, kw_only=True):
    """What one scenario showed."""

    scenario: str
    unit: str
    """Of all figures whose names do not say otherwise."""
    figures: dict[str, float]
    aims: tuple[Aim, ...] = ()


def report(result: Result) -> None:
    """Writes both lines."""
    figures = {name: float(f"{value:.4g}") for name, value in result.figures.items()}
    line: dict[str, object] = {
        "commit": commit(),
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count()},
        "scenario": result.scenario,
        "unit": result.unit,
        "figures": figures,
    }
    verdicts = {str(aim): aim.is_met(result.figures) for aim in result.aims}
    if verdicts:
        line |= {"aims": list(verdicts), "met": all(verdicts.values())}
    print(json.dumps(line), flush=True)
    listed = "  ".join(f"{name} {value:g}" for name, value in figures.items())
    judged = "".join(f"   ({aim}: {'met' if met else 'MISSED'})" for aim, met in verdicts.items())
    print(f"{result.scenario:<36} {result.unit:<4} {listed}{judged}", file=sys.stderr, flush=True)


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
