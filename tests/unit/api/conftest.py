"""A node for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.api.building import Node
from tests.unit.people.building import Town


@pytest.fixture
def node() -> Iterator[Node]:
    town = Town()
    yield Node(town)
    town.close()
