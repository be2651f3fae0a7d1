"""The cases: what the link does, and what is asked of picture and sound meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from benches.links.call import Call, Moment, Received
from benches.links.figures import bitrate, figures_of, fps
from benches.links.link import Link
from benches.result import Aim, Result

DELAY_MS = 30.0
"""One way, unless a case says otherwise."""
WARM_UP_S = 8.0
WINDOW_S = 20.0

WIDE, NARROW = 2000.0, 300.0
"""Kilobits per second."""
NARROW_S, REGAIN_S = 20.0, 20.0
MOVES_FPS = 10.0
"""A slower second is a picture that does not move."""

OUTAGE_S = 8.0

Measurement = tuple[Result, list[Moment]]


class Case(Struct, frozen=True, kw_only=True):
    """One scenario."""

    name: str
    run: Callable[[Case, Call, Link], Awaitable[Measurement]]
    aims: tuple[Aim, ...] = ()
    delay: float = DELAY_MS
    faults: dict[str, float] = {}
    """What is wrong with the link, beside its delay."""
    uplink: bool = False
    """The link is in front of the publisher instead of the viewer."""

    async def measure(self, call: Call, link: Link) -> Measurement:
        """Runs it in a call that has just begun, over a link that has only its delay yet."""
        return await self.run(self, call, link)

    def result(self, figures: dict[str, float]) -> Result:
        """The figures as a result."""
        return Result(scenario=f"link-{self.name}", unit="%", figures=figures, aims=self.aims)


async def steady(case: Case, call: Call, link: Link) -> Measurement:
    """A fault that stays."""
    link.set(delay=case.delay, **case.faults)
    before = await call.watch(WARM_UP_S)
    moments = await call.watch(WINDOW_S)
    return case.result(figures_of(moments)), before + moments


async def step(case: Case, call: Call, link: Link) -> Measurement:
    """A link that becomes narrow, and wide again."""
    link.set(delay=case.delay, rate=WIDE)
    await call.watch(WARM_UP_S)
    before = await call.watch(WARM_UP_S)
    link.change(rate=NARROW)
    narrow = await call.watch(NARROW_S)
    link.change(rate=WIDE)
    wide = await call.watch(REGAIN_S)
    moments = before + narrow + wide
    goal = 0.8 * bitrate(before)
    figures = {
        "settled_s": _last(narrow, lambda second: fps(second) < MOVES_FPS),
        "regained_s": _first(wide, lambda second: bitrate(second) >= goal),
        **figures_of(narrow + wide),
    }
    stretches = {"before": before, "narrow": narrow, "wide": wide}
    figures |= {f"{name}_kbps": bitrate(stretch) for name, stretch in stretches.items()}
    return case.result(figures), moments


async def outage(case: Case, call: Call, link: Link) -> Measurement:
    """A link that is dead for a while."""
    link.set(delay=case.delay)
    await call.watch(WARM_UP_S)
    link.change(loss=1)
    dead = await call.watch(OUTAGE_S)
    back = time.time()
    link.change(loss=0)
    audio = asyncio.create_task(_first_sound(call, back))
    after = await call.watch(WINDOW_S)
    figures = {
        "audio_ms": await audio,
        "video_ms": 1000 * _first(after, lambda second: fps(second) >= MOVES_FPS),
        **figures_of([each for each in after if each.received.at > back + 3]),
    }
    return case.result(figures), dead + after


async def _first_sound(call: Call, back: float) -> float:
    """When sound that was received is played again, in ms from `back`."""
    last = await call.received()
    while True:
        now = await call.received()
        if _played(now) > _played(last) and now.audio["packetsReceived"] > last.audio["packetsReceived"]:
            return 1000 * (now.at - back)
        if now.at > back + WINDOW_S:
            return float("inf")
        last = now


def _played(received: Received) -> float:
    """Samples of received sound, so far."""
    return received.audio.get("totalSamplesReceived", 0) - received.audio.get("concealedSamples", 0)


def _seconds(moments: Sequence[Moment]) -> list[tuple[float, list[Moment]]]:
    """Every second that begins with one of the moments, by how long after the first it ends."""
    found = []
    for start, first in enumerate(moments):
        second = [each for each in moments[start:] if each.received.at <= first.received.at + 1.1]
        if second[-1].received.at >= first.received.at + 0.9:
            found.append((second[-1].received.at - moments[0].received.at, second))
    return found


def _first(moments: Sequence[Moment], holds: Callable[[Sequence[Moment]], bool]) -> float:
    """When the first second ends of which something holds."""
    return next((end for end, second in _seconds(moments) if holds(second)), float("inf"))


def _last(moments: Sequence[Moment], holds: Callable[[Sequence[Moment]], bool]) -> float:
    """When the last second ends of which something holds; 0 if it never does."""
    return next((end for end, second in reversed(_seconds(moments)) if holds(second)), 0.0)


def _ladder(share: float, concealed: float, frames: float | None, **more: float) -> tuple[Case, Case]:
    aims = [Aim(figure="concealed", at_most=concealed)]
    if frames is not None:
        aims += [Aim(figure="fps", at_least=frames), Aim(figure="frozen", at_most=5)]
    name = f"loss-{share:.0%}".rstrip("%") + ("-bursts" if more else "")
    faults = {"loss": share, **more}
    return (
        Case(name=name, run=steady, faults=faults, aims=tuple(aims)),
        Case(name=f"{name}-up", run=steady, faults=faults, aims=tuple(aims), uplink=True),
    )


CASES = (
    Case(name="quiet", run=steady),
    *_ladder(0.1, 0.3, 28),
    *_ladder(0.2, 0.8, 20),
    *_ladder(0.3, 2, 12),
    *_ladder(0.3, 5, None, burst=4),
    Case(
        name="step",
        run=step,
        aims=(
            Aim(figure="settled_s", at_most=3),
            Aim(figure="regained_s", at_most=8),
            Aim(figure="concealed", at_most=1),
        ),
    ),
    Case(name="jitter", run=steady, faults={"jitter": 20}),
    Case(name="reordering", run=steady, faults={"reorder": 0.05}),
    Case(name="outage", run=outage, aims=(Aim(figure="audio_ms", at_most=300),)),
)
