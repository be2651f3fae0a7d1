"""What is measured: who is in a room, and what should come of it."""

from __future__ import annotations

from msgspec import Struct

from benches.load.guest import Role
from benches.load.program import Layer
from benches.result import Aim

CAMERA = (
    Layer(rid="q", bitrate=150_000, frame_rate=30),
    Layer(rid="h", bitrate=500_000, frame_rate=30),
    Layer(rid="f", bitrate=1_700_000, frame_rate=30),
)
"""180, 360 and 720 lines, as web clients publish a camera."""

VIEWER = Role()


class Case(Struct, frozen=True, kw_only=True):
    """A room."""

    name: str
    summary: str
    roles: tuple[Role, ...]
    """Those who publish come first."""
    aims: tuple[Aim, ...] = ()

    @property
    def streams(self) -> int:
        """RTP streams that all together receive: everyone has every track of all others."""
        tracks = [bool(role.camera) + role.microphone for role in self.roles]
        return sum(tracks) * len(self.roles) - sum(tracks)


def _cpu_aim(seconds: float) -> Aim:
    return Aim(figure="cpu_s_per_million", at_most=seconds)


def _watched(viewers: int) -> Case:
    return Case(
        name=f"a{viewers}",
        summary=f"one camera, {viewers} viewers",
        roles=(Role(camera=CAMERA), *[VIEWER] * viewers),
        aims=(_cpu_aim(3.3),),
    )


def _meeting(people: int, speakers: int) -> Case:
    return Case(
        name="b",
        summary=f"a meeting of {people} with cameras, {speakers} of whom speak",
        roles=tuple(Role(camera=CAMERA, microphone=True, speaks=number < speakers) for number in range(people)),
        aims=(_cpu_aim(3.1), Aim(figure="rss_mb_per_participant", at_most=1.5)),
    )


def _talk(people: int, speakers: int) -> Case:
    return Case(
        name="c",
        summary=f"{people} people without cameras, {speakers} of whom speak",
        roles=tuple(Role(microphone=True, speaks=number < speakers) for number in range(people)),
        aims=(_cpu_aim(6.5),),
    )


CASES = {case.name: case for case in (_watched(10), _watched(60), _watched(150), _meeting(8, 2), _talk(20, 10))}
"""Those of the issue, by name."""
