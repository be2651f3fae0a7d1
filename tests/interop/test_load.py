"""The participants of `benches.load` against a started server: a measurement is worth as much as they are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benches.load.cases import CAMERA, VIEWER, Case
from benches.load.guest import Role
from benches.load.measurement import Window, open_crowd
from benches.tokens import join_token
from tests.server import ROOT, TureenServer

PROGRAMS = [ROOT / "target" / profile / "tureen-load" for profile in ("debug", "release")]
SECONDS = 2.0

MEETING = Case(
    name="load",
    summary="two with cameras, one of whom speaks, and a viewer",
    roles=(Role(camera=CAMERA, microphone=True, speaks=True), Role(camera=CAMERA, microphone=True), VIEWER),
)


@pytest.fixture
def program() -> Path:
    """Whichever was built last."""
    built = [path for path in PROGRAMS if path.exists()]
    if not built:
        pytest.skip("tureen-load is not built: cargo build --package tureen-load")
    return max(built, key=lambda path: path.stat().st_mtime)


async def _meet(server: TureenServer, program: Path) -> Window:
    async with open_crowd(server, program, len(MEETING.roles), join_token) as crowd:
        await crowd.fill("load", MEETING)
        return await crowd.measure(SECONDS)


def test_participants_get_all_of_each_others_media(server: TureenServer, program: Path) -> None:
    window = asyncio.run(_meet(server, program))
    tally = window.tally
    # Four tracks reach three people, but none its own publisher.
    assert tally.expected_streams == tally.flowing_streams == 8
    # Thirty frames a second of two cameras, in about seven packets, for two others each; a busy machine sends fewer.
    assert tally.packets > SECONDS * 2 * 2 * 30
    assert window.forwarded > SECONDS * 2 * 2 * 30
    assert tally.published > 0
    assert tally.latency_us.count > 20, "some were decrypted, and had a time in them"
    assert tally.latency_us.p50 < 500_000
    assert (tally.unauthentic, tally.unsent, tally.strays) == (0, 0, 0)
