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
    ("The call", "Seen by all its parties, and by the members of its group.", CALL_MOVES),
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
WAITING = """\
## Who is in a call already

A second call rings where the person wants it: they choose by `call.waiting`, on any device and for all of them, or the
application does for them (`call_waiting` of `/v1/people`); the later word counts. The person's devices
hear of a new choice by `person` and ask what holds; the web app has a switch among the settings under one's name. Of
whoever has no choice the setting `calls.call_waiting` decides. Where it does not ring, the caller hears at once that
the person is `busy`, and the person's devices hear of a call that is over. Who rings or sits in as many calls as one
may is busy in any case.
"""
GROUPS = """\
## Who was not called

A call with a `conversation` that is a group is seen by all who are members of the group now, whomever it rings. Those
who were not called hear `call.changed` without a `leg` and never ring. They are told when it begins, when somebody
comes in or goes, and when it ends, and find it in `calls` of the welcome; whoever comes into the group later is told at
once. With `call.join` they become parties, as a further person: through the server.

Whoever leaves the group or is removed hears no more, and what they ask for does not exist; the same goes for parties
that are not in the call. Who is in it stays until they leave; whom it rings may still answer. Somebody from outside of
the group who was called is a party like any. Blocking decides about ringing alone: members who block each other see
the calls of their group as they see its messages, and nobody learns from a call that they could not be rung.

A muted member does not come in, as they could not begin a call. A call of two people is seen by nobody else.
"""
DEADLINES = (
    ("ring_s", "someone who rings has missed the call; a device that confirmed nothing was `unreachable`"),
    ("delivery_s", "devices that are not connected are woken by a push; at once, if none is connected"),
    ("direct_s", "a direct path that did not open is replaced by one through the server"),
    ("connect_s", "a call without media on both sides is `lost`"),
    ("reconnect_s", "a member who is away is `left`: the end of a pair, one less in a group"),
)

PATHS = """\
## The path of the media

Each path is a generation of the call: with a new one, whatever belongs to an older one is void.

| What happens | The path that follows |
|---|---|
| two people, and nobody else rings | direct: from browser to browser, no media server |
| it does not open in time, breaks and does not come back, or stays poor | through the server |
| a third one is called | through the server |
| a member asks for it (`call.move`), or the application does (`PUT /v1/calls/{call}/room`) | through the server |
| a member asks for it, while just two are in it, nobody rings and the application lets it go | direct |
| another device or a reloaded page comes in (`call.join`) | direct, begun anew; at the server it stays |

A new path is made before the old one is given up: each medium changes when the new path brings it, and the old one
stays for four more seconds. A direct path that fails leads back to the room that was not left yet.

**Breaks.** A direct path that is silent for a moment is given time before it counts as failed. After 0.3 s without
any sound where sound flowed, both sides meet in the room beforehand, and hear and see each other there; after 0.6 s
ICE is restarted. If the direct path comes back within 4 s, media return to it and the room is left 4 s later: the
call has not moved. Otherwise, or with the third break within a minute, it moves to the server.

**Poor.** Every two seconds each side counts what should have arrived since the last time. If more than 8 % of it was
lost, or a round trip takes more than a second, these two seconds were poor. A path is poor when poor seconds outweigh
better ones by ten: a moment is forgiven, one better look among poor ones is not the end of them, and where next to
nothing is sent nothing is concluded. Media go on over the poor path until the new one brings them.

**Back to direct only by request.** What a moment breaks, the restart mends, and the path is not left at all. A path
that was left was closed, broken or poor for seconds; trying it again by itself would cost everyone a second encoding
each time and might swing to and fro, while the server's path works. So nothing returns by itself, not even after a
third one has left: a member asks for it, and a try that fails ends where the call is.
"""


def main() -> int:
    """Writes or checks; the result is the exit code."""
    return write_or_check({PAGE: render}, "the tables of calls")


def render() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, text, moves in MACHINES:
        parts.append(f"## {title}\n\n{text}\n\n```mermaid\nstateDiagram-v2\n{''.join(arrows(moves))}```\n")
    parts += [WAITING, GROUPS, PATHS]
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
