"""Writes `docs/reference/calls.md` from the tables of calls, so that its diagrams cannot say anything else.

With ``--check`` it writes nothing and fails when the page is not what it would write.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parent.parent
if __package__ in (None, ""):
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.generated_files import write_or_check  # noqa: E402 - the path comes first
from tureen.calls.settings import CallSettings  # noqa: E402
from tureen.calls.states import CALL_MOVES, LEG_MOVES, MEMBERSHIP_MOVES, RING_MOVES  # noqa: E402

Moves: TypeAlias = Mapping[Any, Mapping[Any, enum.StrEnum]]

PAGE = ROOT / "docs" / "reference" / "calls.md"
HEAD = """\
# Calls

Written by `make docs` from the tables of `src/tureen/calls/states.py`; do not edit.

The server owns a call. Each change is one step of the machines below, stored before anyone hears of it, and raises the
version of the call: of two records, the one with the higher version is true. What a diagram does not show changes
nothing, so that commands which come late or twice are harmless.
"""
MACHINES = (
    ("The call", "Seen by all its parties.", CALL_MOVES),
    (
        "A leg",
        "One device of someone who is called; seen by that device alone. Legs of the busy are `busy` from the start.",
        LEG_MOVES,
    ),
    (
        "The ringing of a person",
        "Over all their devices. It ends for each person separately. The outcome stays, whoever joins later.",
        RING_MOVES,
    ),
    (
        "The membership of a person",
        "Apart from ringing: the caller is a member and never rings, who rejected may join later.",
        MEMBERSHIP_MOVES,
    ),
)
DEADLINES = (
    ("ring_s", "someone who rings has missed the call; a device that confirmed nothing was `unreachable`"),
    ("delivery_s", "devices that are not connected are woken by a push; at once, if none is connected"),
    ("direct_s", "a direct path that did not open is replaced by one through the server"),
    ("connect_s", "a call without media on both sides is `lost`"),
    ("reconnect_s", "a member who is away is `left`: the end of a pair, one less in a group"),
)


def main() -> int:
    """Writes or checks; the result is the exit code."""
    return write_or_check({PAGE: render}, "the tables of calls")


def render() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, text, moves in MACHINES:
        parts.append(f"## {title}\n\n{text}\n\n```mermaid\nstateDiagram-v2\n{''.join(arrows(moves))}```\n")
    parts.append(f"## Deadlines\n\n| After | What happens |\n|---|---|\n{''.join(deadlines())}")
    return "\n".join(parts)


def arrows(moves: Moves) -> Iterator[str]:
    """One line for each move from each state; states that nothing leads to begin, those that nothing leaves end."""
    edges = [(source, target, move) for move, by in moves.items() for source, target in by.items() if source != target]
    sources, targets = ({edge[end] for edge in edges} for end in (0, 1))
    yield from (f"    [*] --> {state}\n" for state in _in_order(sources - targets))
    yield from (f"    {source} --> {target} : {move}\n" for source, target, move in edges)
    yield from (f"    {state} --> [*]\n" for state in _in_order(targets - sources))


def deadlines() -> Iterator[str]:
    """One row each."""
    settings = CallSettings()
    for name, meaning in DEADLINES:
        yield f"| {getattr(settings, name):g} s | {meaning} |\n"


def _in_order(states: set[Any]) -> list[enum.StrEnum]:
    return sorted(states)


if __name__ == "__main__":
    sys.exit(main())
