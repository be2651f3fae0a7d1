"""A world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.messaging.world import Someone, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "tureen.db")
    yield world
    world.close()


@pytest.fixture
def ann(world: World) -> Someone:
    return world.person("ann")


@pytest.fixture
def bob(world: World) -> Someone:
    return world.person("bob")


@pytest.fixture
def cid(world: World) -> Someone:
    return world.person("cid")
